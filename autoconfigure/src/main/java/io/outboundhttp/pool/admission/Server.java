package io.outboundhttp.pool.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Serves the waiting callers of an {@link Admission} in order of arrival. Everything
 * happens under the lock of the admission, unless said otherwise.
 *
 * @param <K> the type of a route
 * @param <I> the type of a connection
 */
final class Server<K, I> {

	private static final int PURGE_ABOVE = 64;

	private final Permits<K, I> permits;

	private volatile int maxPending;

	/** Routes with waiting callers. */
	private final List<AdmissionRoute<?, I>> active = new ArrayList<>();

	/** Callers that arrived in this pass. */
	private final List<Waiter<I>> newcomers = new ArrayList<>();

	/** Callers that left since the queues were purged. */
	private final AtomicInteger left = new AtomicInteger();

	private Aftermath<I> aftermath = new Aftermath<>();

	/** Whether someone waits for room in the total: idle slots of any route matter. */
	private volatile boolean starved;

	private long arrived;

	private long pass;

	Server(Permits<K, I> permits, int maxPending) {
		this.permits = permits;
		this.maxPending = maxPending;
	}

	/**
	 * Set how many callers may wait per route. Those that wait already stay.
	 * @param maxPending the number, negative for any
	 */
	void maxPending(int maxPending) {
		this.maxPending = maxPending;
	}

	boolean isStarved() {
		return this.starved;
	}

	/**
	 * Note that a caller has left its queue. Without the lock.
	 * @return whether so many have left that the queues should be purged
	 */
	boolean waiterLeft() {
		return this.left.incrementAndGet() > PURGE_ABOVE;
	}

	/**
	 * Return what has to be done once the lock is given up.
	 * @return the threads to wake and the slots to scrap
	 */
	Aftermath<I> takeAftermath() {
		Aftermath<I> aftermath = this.aftermath;
		this.aftermath = new Aftermath<>();
		return aftermath;
	}

	void serve(Queue<Waiter<I>> arrivals, boolean closed) {
		this.permits.settle();
		receive(arrivals);
		purgeQueues();
		if (closed) {
			closeAll();
			return;
		}
		this.pass++;
		boolean lookedAgain = false;
		boolean starving = false;
		Waiter<I> next = next();
		while (next != null) {
			AdmissionRoute<?, I> route = next.route();
			Slot<I> slot = this.permits.acquire(route, next.state());
			if (slot != null) {
				route.queue.pollFirst();
				assign(next, slot);
			}
			else if (this.permits.isBelowLimit(route) && !lookedAgain) {
				// Published before the second look: see (3) of the admission.
				this.starved = true;
				starving = true;
				lookedAgain = true;
			}
			else {
				starving |= this.permits.isBelowLimit(route);
				route.blockedInPass = this.pass;
			}
			next = next();
		}
		if (!starving && this.starved) {
			this.starved = false;
		}
		rejectExcess();
	}

	private void receive(Queue<Waiter<I>> arrivals) {
		this.newcomers.clear();
		for (Waiter<I> waiter = arrivals.poll(); waiter != null; waiter = arrivals.poll()) {
			waiter.number(++this.arrived);
			AdmissionRoute<?, I> route = waiter.route();
			route.queue.addLast(waiter);
			this.newcomers.add(waiter);
			if (!route.active) {
				route.active = true;
				this.active.add(route);
			}
		}
	}

	private void purgeQueues() {
		int left = this.left.get();
		if (left > PURGE_ABOVE) {
			this.left.addAndGet(-left);
			this.active.forEach((route) -> route.queue.removeIf((waiter) -> !waiter.isWaiting()));
		}
	}

	private void closeAll() {
		for (AdmissionRoute<?, I> route : this.active) {
			route.queue.forEach((waiter) -> turnAway(waiter, Waiter.Status.CLOSED));
			route.queue.clear();
			route.active = false;
		}
		this.active.clear();
	}

	/**
	 * Return the caller that waits longest, of the routes that are not known to be stuck.
	 */
	private @Nullable Waiter<I> next() {
		Waiter<I> next = null;
		for (int i = this.active.size() - 1; i >= 0; i--) {
			AdmissionRoute<?, I> route = this.active.get(i);
			if (route.blockedInPass == this.pass) {
				continue;
			}
			Waiter<I> first = route.firstWaiter();
			if (first == null) {
				route.active = false;
				this.active.set(i, this.active.get(this.active.size() - 1));
				this.active.remove(this.active.size() - 1);
			}
			else if (next == null || first.number() < next.number()) {
				next = first;
			}
		}
		return next;
	}

	private void assign(Waiter<I> waiter, Slot<I> slot) {
		if (waiter.assign(slot)) {
			waiter.route().waiting.decrementAndGet();
			this.aftermath.wake(waiter);
		}
		else if (slot.getItem() != null) {
			slot.route().putBack(slot);
		}
		else {
			slot.letGo();
			this.aftermath.toScrap.add(slot);
		}
	}

	private void turnAway(Waiter<I> waiter, Waiter.Status end) {
		if (waiter.end(end)) {
			this.left.incrementAndGet();
			this.aftermath.wake(waiter);
		}
	}

	/**
	 * Turn away who arrived last where too many wait. A caller is never turned away while
	 * it could be served: that was tried just before.
	 */
	private void rejectExcess() {
		int maxPending = this.maxPending;
		if (maxPending < 0) {
			return;
		}
		for (int i = this.newcomers.size() - 1; i >= 0; i--) {
			Waiter<I> newcomer = this.newcomers.get(i);
			if (newcomer.isWaiting() && newcomer.route().waiting.get() > maxPending) {
				turnAway(newcomer, Waiter.Status.REJECTED);
			}
		}
	}

	/**
	 * What has to be done once the lock is given up.
	 *
	 * @param <I> the type of a connection
	 */
	static final class Aftermath<I> {

		private final List<Thread> toWake = new ArrayList<>(2);

		private final List<Slot<I>> toScrap = new ArrayList<>(0);

		private void wake(Waiter<I> waiter) {
			Thread thread = waiter.thread();
			if (thread != null) {
				this.toWake.add(thread);
			}
		}

		List<Thread> toWake() {
			return this.toWake;
		}

		List<Slot<I>> toScrap() {
			return this.toScrap;
		}

	}

}
