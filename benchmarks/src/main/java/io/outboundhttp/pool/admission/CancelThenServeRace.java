package io.outboundhttp.pool.admission;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The older of two callers gives up while the only slot comes back: the younger one must
 * get it, whether it went to the older one first or not.
 */
@JCStressTest
@Outcome(id = "served, leased=1 available=0 pending=0 disposed=0", expect = Expect.ACCEPTABLE,
		desc = "The caller that is left has the slot.")
@Outcome(id = "lost, .*", expect = Expect.FORBIDDEN, desc = "Slot idle, caller waits.")
@State
public class CancelThenServeRace {

	private final RacedPool pool = new RacedPool(1, 1);

	private final Slot<String> held = this.pool.leaseConnected("a");

	private final Waiter<String> older = this.pool.admission().enqueue("a", null);

	private final Waiter<String> younger = this.pool.admission().enqueue("a", null);

	@Actor
	public void release() {
		this.pool.admission().release(this.held, true);
	}

	@Actor
	public void cancel() {
		this.older.cancel();
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r1 = this.pool.outcome(this.younger);
		result.r2 = this.pool.holdings();
	}

}
