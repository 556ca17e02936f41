package io.outboundhttp.pool.admission;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * What {@link Admission} keeps about one route. The lock that guards it is that of the
 * admission.
 *
 * @param <K> the type of the key
 * @param <I> the type of what a slot carries
 */
final class AdmissionRoute<K, I> {

	static final int NO_LIMIT_OF_ITS_OWN = -1;

	final K key;

	/** Idle slots without a state. Lock-free. */
	final IdleStack<I> idle = new IdleStack<>();

	/**
	 * Callers that wait: counted before one is published, uncounted by whoever ends its
	 * wait.
	 */
	final AtomicInteger waiting = new AtomicInteger();

	/** Waiting callers in order of arrival. Guarded by the lock. */
	final Deque<Waiter<I>> queue = new ArrayDeque<>();

	/** Idle slots with a state, the oldest first. Guarded by the lock. */
	final List<Slot<I>> stateful = new ArrayList<>(0);

	/** Permits in use. Guarded by the lock. */
	int allocated;

	/** Whether the route was purged. Written under the lock. */
	volatile boolean dead;

	/** Limit of this route. Written under the lock. */
	volatile int max;

	/** Pass in which nothing was found for this route. Guarded by the lock. */
	long blockedInPass;

	/** Whether the route is among those with waiting callers. Guarded by the lock. */
	boolean active;

	AdmissionRoute(K key, int max) {
		this.key = key;
		this.max = max;
	}

	/**
	 * Put an idle slot back. Caller holds the lock if the slot has a state.
	 * @param slot the slot
	 */
	void putBack(Slot<I> slot) {
		slot.letGo();
		if (slot.getState() == null) {
			this.idle.push(slot);
		}
		else {
			this.stateful.add(slot);
		}
	}

	/**
	 * Take an idle slot of an equal state. Caller holds the lock.
	 * @param state the state
	 * @return the slot or {@code null}
	 */
	@Nullable Slot<I> takeStateful(Object state) {
		for (int i = this.stateful.size() - 1; i >= 0; i--) {
			if (state.equals(this.stateful.get(i).getState())) {
				Slot<I> slot = this.stateful.remove(i);
				slot.hold();
				return slot;
			}
		}
		return null;
	}

	/**
	 * Return the slot to evict first. Caller holds the lock.
	 * @return the slot, which may be taken at any time, or {@code null}
	 */
	@Nullable Slot<I> peekEvictable() {
		return this.stateful.isEmpty() ? this.idle.peekOldest() : this.stateful.get(0);
	}

	/**
	 * Take the slot to evict first. Caller holds the lock.
	 * @return the slot or {@code null}
	 */
	@Nullable Slot<I> takeEvictable() {
		if (this.stateful.isEmpty()) {
			return this.idle.takeOldest();
		}
		Slot<I> slot = this.stateful.remove(0);
		slot.hold();
		return slot;
	}

	/**
	 * Return the first caller that still waits. Caller holds the lock.
	 * @return the caller or {@code null}
	 */
	@Nullable Waiter<I> firstWaiter() {
		Waiter<I> first = this.queue.peekFirst();
		while (first != null && !first.isWaiting()) {
			this.queue.pollFirst();
			first = this.queue.peekFirst();
		}
		return first;
	}

	int idleCount() {
		return this.stateful.size() + this.idle.size();
	}

}
