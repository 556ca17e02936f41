package io.outboundhttp.pool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A lease is released while its pool closes.
 */
@JCStressTest
@Outcome(id = RacedLease.GONE, expect = Expect.ACCEPTABLE, desc = "Whoever was first, the connection is closed.")
@State
public class ClosePoolReleaseRace {

	private final RacedLease lease = RacedLease.connected();

	@Actor
	public void close() {
		this.lease.closePool();
	}

	@Actor
	public void release() {
		this.lease.release();
	}

	@Arbiter
	public void outcome(L_Result result) {
		result.r1 = this.lease.standing();
	}

}
