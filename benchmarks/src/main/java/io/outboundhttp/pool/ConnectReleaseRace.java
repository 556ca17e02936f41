package io.outboundhttp.pool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A lease is released on another thread while its own one opens the connection.
 */
@JCStressTest
@Outcome(id = "aborted, " + RacedLease.GONE, expect = Expect.ACCEPTABLE, desc = "The release was first.")
@Outcome(id = "connected, " + RacedLease.GONE, expect = Expect.ACCEPTABLE,
		desc = "The release was last, but had seen a connection that was not open yet.")
@Outcome(id = "connected, " + RacedLease.POOLED, expect = Expect.ACCEPTABLE, desc = "The release was last.")
@State
public class ConnectReleaseRace {

	private final RacedLease lease = RacedLease.unconnected();

	@Actor
	public void connect(LL_Result result) {
		result.r1 = this.lease.connect();
	}

	@Actor
	public void release() {
		this.lease.release();
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r2 = this.lease.standing();
	}

}
