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
 * A lease is taken back while its pool closes.
 */
@JCStressTest
@Outcome(id = "true, " + RacedLease.GONE, expect = Expect.ACCEPTABLE, desc = "The take was first.")
@Outcome(id = "false, " + RacedLease.GONE, expect = Expect.ACCEPTABLE, desc = "The pool was first.")
@State
public class ClosePoolTakeRace {

	private final RacedLease lease = RacedLease.connected();

	@Actor
	public void close() {
		this.lease.closePool();
	}

	@Actor
	public void take(LL_Result result) {
		result.r1 = this.lease.take(TakeReason.BY_HAND);
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r2 = this.lease.standing();
	}

}
