package io.outboundhttp.pool.admission;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * A wait is cancelled while its caller takes the slot.
 */
@JCStressTest
@Outcome(id = "taken, false, leased=1 available=0 pending=0 disposed=0", expect = Expect.ACCEPTABLE,
		desc = "The caller has the slot, the cancel is told so.")
@Outcome(id = "none, true, leased=0 available=1 pending=0 disposed=0", expect = Expect.ACCEPTABLE,
		desc = "The caller has nothing, the slot is back in the pool.")
@State
public class CancelTakeRace {

	private final RacedPool pool = new RacedPool(1, 1);

	private final Waiter<String> waiter;

	public CancelTakeRace() {
		Slot<String> held = this.pool.leaseConnected("a");
		this.waiter = this.pool.admission().enqueue("a", null);
		this.pool.admission().release(held, true);
	}

	@Actor
	public void take(LLL_Result result) {
		result.r1 = (this.pool.await(this.waiter, 0) != null) ? "taken" : "none";
	}

	@Actor
	public void cancel(LLL_Result result) {
		result.r2 = this.waiter.cancel();
	}

	@Arbiter
	public void outcome(LLL_Result result) {
		result.r3 = this.pool.holdings();
	}

}
