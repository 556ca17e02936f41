package io.outboundhttp.pool.admission;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Lock-free stack of idle slots, the one that was put back last on top. Safe for use by
 * several threads.
 *
 * @param <I> the type of what a slot carries
 */
final class IdleStack<I> {

	/*
	 * The stack is only an index. Whoever wins the CAS on `claimed` of a node owns its
	 * slot; a node that is claimed somewhere below the top stays linked until it comes
	 * up, or until compact(). Every push makes a new node, so a CAS on `head` never
	 * mistakes a node that came back for the one that left (no ABA).
	 */

	private static final VarHandle CLAIMED;

	static {
		try {
			CLAIMED = MethodHandles.lookup().findVarHandle(Node.class, "claimed", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final int COMPACT_ABOVE = 32;

	private final AtomicReference<@Nullable Node<I>> head = new AtomicReference<>();

	void push(Slot<I> slot) {
		Node<I> node = new Node<>(slot);
		Node<I> top;
		do {
			top = this.head.get();
			node.next = top;
		}
		while (!this.head.compareAndSet(top, node));
	}

	@Nullable Slot<I> pop() {
		Node<I> top = this.head.get();
		while (top != null) {
			if (this.head.compareAndSet(top, top.next) && top.claim()) {
				return top.slot;
			}
			top = this.head.get();
		}
		return null;
	}

	/**
	 * Return the slot at the bottom without taking it. It may be taken at any time.
	 * @return the slot that was put back first or {@code null}
	 */
	@Nullable Slot<I> peekOldest() {
		Node<I> bottom = bottom();
		return (bottom != null) ? bottom.slot : null;
	}

	@Nullable Slot<I> takeOldest() {
		Node<I> bottom = bottom();
		while (bottom != null) {
			if (bottom.claim()) {
				return bottom.slot;
			}
			bottom = bottom();
		}
		return null;
	}

	private @Nullable Node<I> bottom() {
		Node<I> bottom = null;
		for (Node<I> node = this.head.get(); node != null; node = node.next) {
			if (!node.claimed) {
				bottom = node;
			}
		}
		return bottom;
	}

	/**
	 * Take the slots that a filter accepts. The filter may see a slot that another thread
	 * is just taking: it must only read.
	 * @param filter accepts slots
	 * @param receiver gets the slots taken
	 */
	void takeIf(Predicate<Slot<I>> filter, Consumer<Slot<I>> receiver) {
		for (Node<I> node = this.head.get(); node != null; node = node.next) {
			if (!node.claimed && filter.test(node.slot) && node.claim()) {
				receiver.accept(node.slot);
			}
		}
		compact();
	}

	/**
	 * Drop the nodes whose slots were taken from below, if there are many.
	 */
	private void compact() {
		int live = 0;
		int all = 0;
		for (Node<I> node = this.head.get(); node != null; node = node.next) {
			all++;
			live += node.claimed ? 0 : 1;
		}
		if (all - live <= COMPACT_ABOVE + live) {
			return;
		}
		Deque<Slot<I>> again = new ArrayDeque<>();
		for (Node<I> node = this.head.getAndSet(null); node != null; node = node.next) {
			if (node.claim()) {
				again.push(node.slot);
			}
		}
		again.forEach((slot) -> {
			slot.letGo();
			push(slot);
		});
	}

	int size() {
		int size = 0;
		for (Node<I> node = this.head.get(); node != null; node = node.next) {
			size += node.claimed ? 0 : 1;
		}
		return size;
	}

	/**
	 * One push of a slot.
	 */
	private static final class Node<I> {

		private final Slot<I> slot;

		private @Nullable Node<I> next;

		private volatile boolean claimed;

		Node(Slot<I> slot) {
			this.slot = slot;
		}

		private boolean claim() {
			if (!this.claimed && CLAIMED.compareAndSet(this, false, true)) {
				this.slot.hold();
				return true;
			}
			return false;
		}

	}

}
