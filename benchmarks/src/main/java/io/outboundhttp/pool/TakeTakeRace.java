package io.outboundhttp.pool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

import io.outboundhttp.pool.TrackedLease.TakeReason;

/**
 * A lease is taken back twice at the same time.
 */
@JCStressTest
@Outcome(id = { "true, false, " + RacedLease.GONE, "false, true, " + RacedLease.GONE }, expect = Expect.ACCEPTABLE,
		desc = "One of them counts.")
@State
public class TakeTakeRace {

	private final RacedLease lease = RacedLease.connected();

	@Actor
	public void takeOverdue(LLL_Result result) {
		result.r1 = this.lease.take(TakeReason.OVERDUE);
	}

	@Actor
	public void takeByHand(LLL_Result result) {
		result.r2 = this.lease.take(TakeReason.BY_HAND);
	}

	@Arbiter
	public void outcome(LLL_Result result) {
		result.r3 = this.lease.standing();
	}

}
