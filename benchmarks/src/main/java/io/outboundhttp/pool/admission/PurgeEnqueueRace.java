package io.outboundhttp.pool.admission;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * Pair (5) of the {@link Admission}: a caller arrives at a route that is being forgotten.
 */
@JCStressTest
@Outcome(id = "served, leased=1 available=0 pending=0 disposed=1", expect = Expect.ACCEPTABLE,
		desc = "The route counts its slot.")
@Outcome(id = "lost, .*", expect = Expect.FORBIDDEN, desc = "The caller waits at a forgotten route.")
@Outcome(id = "served, leased=0 .*", expect = Expect.FORBIDDEN, desc = "The slot belongs to a forgotten route.")
@State
public class PurgeEnqueueRace {

	private final RacedPool pool = new RacedPool(1, 1);

	private @Nullable Waiter<String> waiter;

	public PurgeEnqueueRace() {
		this.pool.admission().release(this.pool.leaseConnected("a"), false);
	}

	@Actor
	public void purge() {
		this.pool.admission().sweep((item) -> false);
	}

	@Actor
	public void enqueue() {
		this.waiter = this.pool.admission().enqueue("a", null);
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r1 = this.pool.outcome(this.waiter);
		result.r2 = this.pool.holdings("a");
	}

}
