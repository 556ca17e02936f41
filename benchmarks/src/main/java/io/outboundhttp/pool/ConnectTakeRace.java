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
 * A lease is taken back while its caller opens the connection.
 */
@JCStressTest
@Outcome(id = "reclaimed, true, " + RacedLease.GONE, expect = Expect.ACCEPTABLE, desc = "The take was first.")
@Outcome(id = "connected, true, " + RacedLease.GONE, expect = Expect.ACCEPTABLE,
		desc = "The take was last; the caller will meet it in its exchange.")
@State
public class ConnectTakeRace {

	private final RacedLease lease = RacedLease.unconnected();

	@Actor
	public void connect(LLL_Result result) {
		result.r1 = this.lease.connect();
	}

	@Actor
	public void take(LLL_Result result) {
		result.r2 = this.lease.take(TakeReason.BY_HAND);
	}

	@Arbiter
	public void outcome(LLL_Result result) {
		result.r3 = this.lease.standing();
	}

}
