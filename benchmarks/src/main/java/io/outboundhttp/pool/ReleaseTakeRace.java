package io.outboundhttp.pool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

import io.outboundhttp.pool.TrackedLease.TakeReason;

/**
 * A lease is taken back while its caller releases it.
 */
@JCStressTest
@Outcome(id = "false, " + RacedLease.POOLED, expect = Expect.ACCEPTABLE, desc = "The release was first.")
@Outcome(id = "true, " + RacedLease.GONE, expect = Expect.ACCEPTABLE, desc = "The take was first.")
@State
public class ReleaseTakeRace {

	private final RacedLease lease = RacedLease.connected();

	@Actor
	public void release() {
		this.lease.release();
	}

	@Actor
	public void take(LL_Result result) {
		result.r1 = this.lease.take(TakeReason.OVERDUE);
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r2 = this.lease.standing();
	}

}
