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
 * Pair (2) of the {@link Admission}: two callers arrive, there is room for both, and one
 * of them may have to leave its service to the other.
 */
@JCStressTest
@Outcome(id = "served, served", expect = Expect.ACCEPTABLE, desc = "Both callers have a slot.")
@Outcome(id = ".*lost.*", expect = Expect.FORBIDDEN, desc = "Room for both, one waits.")
@State
public class SignalUnlockRace {

	private final RacedPool pool = new RacedPool(2, 2);

	private @Nullable Waiter<String> one;

	private @Nullable Waiter<String> other;

	@Actor
	public void enqueueOne() {
		this.one = this.pool.admission().enqueue("a", null);
	}

	@Actor
	public void enqueueOther() {
		this.other = this.pool.admission().enqueue("a", null);
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r1 = this.pool.outcome(this.one);
		result.r2 = this.pool.outcome(this.other);
	}

}
