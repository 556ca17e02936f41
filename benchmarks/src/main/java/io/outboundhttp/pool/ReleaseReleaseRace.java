package io.outboundhttp.pool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A lease is released twice at the same time.
 */
@JCStressTest
@Outcome(id = RacedLease.POOLED, expect = Expect.ACCEPTABLE, desc = "One release counts, the other is a no-op.")
@State
public class ReleaseReleaseRace {

	private final RacedLease lease = RacedLease.connected();

	@Actor
	public void releaseOnce() {
		this.lease.release();
	}

	@Actor
	public void releaseAgain() {
		this.lease.release();
	}

	@Arbiter
	public void outcome(L_Result result) {
		result.r1 = this.lease.standing();
	}

}
