package io.outboundhttp.pool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * An exchange is aborted while its thread opens the connection.
 */
@JCStressTest
@Outcome(id = "aborted, " + RacedLease.GONE, expect = Expect.ACCEPTABLE, desc = "The abort was first.")
@Outcome(id = "I/O error, " + RacedLease.GONE, expect = Expect.ACCEPTABLE,
		desc = "The connection was closed in the middle, and released afterwards.")
@Outcome(id = "connected, " + RacedLease.GONE, expect = Expect.ACCEPTABLE, desc = "The abort was last.")
@State
public class ConnectAbortRace {

	private final RacedLease lease = RacedLease.unconnected();

	@Actor
	public void connect(LL_Result result) {
		result.r1 = this.lease.connect();
	}

	@Actor
	public void abort() {
		this.lease.abort();
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r2 = this.lease.standing();
	}

}
