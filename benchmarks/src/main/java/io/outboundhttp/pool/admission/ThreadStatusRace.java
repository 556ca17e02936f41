package io.outboundhttp.pool.admission;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Pair (4) of the {@link Admission}: a caller goes to sleep while it gets its slot. It
 * does not matter here that it wakes by itself in the end: it must not come to that.
 */
@JCStressTest
@Outcome(id = "woken", expect = Expect.ACCEPTABLE, desc = "The caller goes on with its slot.")
@Outcome(id = "lost", expect = Expect.FORBIDDEN, desc = "The caller slept until its time was up.")
@State
public class ThreadStatusRace {

	private static final long LIMIT_NANOS = 5_000_000_000L;

	private static final int MAX_SPINS = 10_000;

	private final RacedPool pool = new RacedPool(1, 1);

	private final Slot<String> held = this.pool.leaseConnected("a");

	private final Waiter<String> waiter = this.pool.admission().enqueue("a", null);

	private volatile boolean arrived;

	/**
	 * Hand over just when the caller comes: who sleeps falls behind, and would find all
	 * other rounds decided.
	 */
	@Actor
	public void release() {
		for (int spins = 0; !this.arrived && spins < MAX_SPINS; spins++) {
			Thread.onSpinWait();
		}
		this.pool.admission().release(this.held, true);
	}

	@Actor
	public void await(L_Result result) {
		this.arrived = true;
		long startNanos = System.nanoTime();
		Slot<String> slot = this.pool.await(this.waiter, LIMIT_NANOS);
		boolean late = System.nanoTime() - startNanos >= LIMIT_NANOS;
		result.r1 = (slot == null || late) ? "lost" : "woken";
	}

}
