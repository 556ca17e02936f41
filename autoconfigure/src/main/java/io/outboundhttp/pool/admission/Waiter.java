package io.outboundhttp.pool.admission;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * One caller's wait for a slot. {@link #await} is for the caller, {@link #cancel()} for
 * anyone.
 *
 * @param <I> the type of what a slot carries
 * @since 0.1.0
 */
public final class Waiter<I> {

	/*
	 * `status` goes from WAITING to an end, or from WAITING to ASSIGNED to TAKEN or
	 * CANCELLED. Each step is a CAS, and whoever makes one owns what follows from it: the
	 * server that assigns hands over the slot, the one that ends the wait uncounts it,
	 * the one that cancels an assigned wait gives the slot back. Hence a timeout, an
	 * interrupt or a cancel never loses a slot.
	 *
	 * The caller writes `thread` before it reads `status`; the server writes `status`
	 * before it reads `thread`. So either the caller sees that it is served, or the
	 * server sees whom to wake.
	 */

	private static final VarHandle STATUS;

	static {
		try {
			STATUS = MethodHandles.lookup().findVarHandle(Waiter.class, "status", Status.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Admission<?, I> admission;

	private final AdmissionRoute<?, I> route;

	private final @Nullable Object state;

	private final long sinceNanos;

	/** Written before the status becomes ASSIGNED, read after it was seen. */
	private @Nullable Slot<I> slot;

	/** Order of arrival over all routes. Guarded by the lock of the admission. */
	private long number;

	private volatile Status status = Status.WAITING;

	private volatile @Nullable Thread thread;

	Waiter(Admission<?, I> admission, AdmissionRoute<?, I> route, @Nullable Object state, long sinceNanos) {
		this.admission = admission;
		this.route = route;
		this.state = state;
		this.sinceNanos = sinceNanos;
	}

	/**
	 * Wait for a slot. Blocks until there is one, the time has passed, or the wait has
	 * ended otherwise. To be called by one thread, once.
	 * @param nanos longest wait; zero or less takes only what is there now
	 * @return the slot, or {@code null} if there is none: see {@link #status()}
	 * @throws InterruptedException if the thread was interrupted while it waited; it
	 * holds nothing then
	 */
	public @Nullable Slot<I> await(long nanos) throws InterruptedException {
		if (this.status == Status.WAITING && nanos <= 0) {
			this.admission.drainInTurn();
		}
		if (this.status == Status.WAITING) {
			park(nanos);
		}
		if (!advance(Status.ASSIGNED, Status.TAKEN)) {
			return null;
		}
		Slot<I> taken = this.slot;
		if (taken != null) {
			this.admission.disposeEvicted(taken);
		}
		return taken;
	}

	private void park(long nanos) throws InterruptedException {
		long startNanos = this.admission.nanos();
		this.thread = Thread.currentThread();
		while (this.status == Status.WAITING) {
			if (Thread.interrupted()) {
				cancel();
				throw new InterruptedException();
			}
			long leftNanos = Math.max(0, nanos) - (this.admission.nanos() - startNanos);
			if (leftNanos <= 0) {
				leave(Status.TIMED_OUT);
			}
			else {
				LockSupport.parkNanos(this, leftNanos);
			}
		}
	}

	/**
	 * Give the wait up. Afterwards it holds nothing: a slot that was assigned meanwhile
	 * is back in the pool. Does not block.
	 * @return {@code false} if the slot was taken already, which the wait then leaves
	 * alone
	 */
	public boolean cancel() {
		if (leave(Status.CANCELLED)) {
			return true;
		}
		if (advance(Status.ASSIGNED, Status.CANCELLED)) {
			Slot<I> assigned = this.slot;
			if (assigned != null) {
				this.admission.release(assigned, assigned.getItem() != null);
			}
			return true;
		}
		return this.status != Status.TAKEN;
	}

	/**
	 * Return how the wait stands.
	 * @return the status
	 */
	public Status status() {
		return this.status;
	}

	private boolean leave(Status end) {
		if (!end(end)) {
			return false;
		}
		Thread waiting = this.thread;
		if (waiting != null && waiting != Thread.currentThread()) {
			LockSupport.unpark(waiting);
		}
		this.admission.waiterLeft();
		return true;
	}

	/**
	 * End the wait of a caller that has no slot, without waking it.
	 * @param end how it ends
	 * @return whether it was waiting until now
	 */
	boolean end(Status end) {
		if (!advance(Status.WAITING, end)) {
			return false;
		}
		this.route.waiting.decrementAndGet();
		return true;
	}

	/**
	 * Hand a slot to the caller.
	 * @param slot the slot
	 * @return whether the caller still waited
	 */
	boolean assign(Slot<I> slot) {
		this.slot = slot;
		return advance(Status.WAITING, Status.ASSIGNED);
	}

	private boolean advance(Status from, Status to) {
		return STATUS.compareAndSet(this, from, to);
	}

	boolean isWaiting() {
		return this.status == Status.WAITING;
	}

	AdmissionRoute<?, I> route() {
		return this.route;
	}

	@Nullable Object state() {
		return this.state;
	}

	long sinceNanos() {
		return this.sinceNanos;
	}

	long number() {
		return this.number;
	}

	void number(long number) {
		this.number = number;
	}

	/**
	 * Return the thread that waits.
	 * @return the thread, or {@code null} if it does not wait yet
	 */
	@Nullable Thread thread() {
		return this.thread;
	}

	/**
	 * How a wait stands.
	 */
	public enum Status {

		/** No slot yet. */
		WAITING,

		/** A slot is there but not yet taken. */
		ASSIGNED,

		/** The caller has the slot. */
		TAKEN,

		/** The time has passed. */
		TIMED_OUT,

		/** Given up by the caller or for it. */
		CANCELLED,

		/** Too many callers of the route waited already. */
		REJECTED,

		/** Everything is closed. */
		CLOSED

	}

}
