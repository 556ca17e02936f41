package io.outboundhttp.pool.admission;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A caller gives up while a slot comes back for it.
 */
@JCStressTest
@Outcome(id = "true, leased=0 available=1 pending=0 disposed=0", expect = Expect.ACCEPTABLE,
		desc = "The slot is back in the pool.")
@State
public class CancelAssignRace {

	private final RacedPool pool = new RacedPool(1, 1);

	private final Slot<String> held = this.pool.leaseConnected("a");

	private final Waiter<String> waiter = this.pool.admission().enqueue("a", null);

	@Actor
	public void release() {
		this.pool.admission().release(this.held, true);
	}

	@Actor
	public void cancel(LL_Result result) {
		result.r1 = this.waiter.cancel();
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r2 = this.pool.holdings();
	}

}
