package io.outboundhttp.pool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A pool closes while a caller opens a connection.
 */
@JCStressTest
@Outcome(id = "client closed, " + RacedLease.GONE, expect = Expect.ACCEPTABLE, desc = "The pool was first.")
@Outcome(id = "connected, " + RacedLease.GONE, expect = Expect.ACCEPTABLE,
		desc = "The pool was last; the caller will meet it in its exchange.")
@State
public class ClosePoolConnectRace {

	private final RacedLease lease = RacedLease.unconnected();

	@Actor
	public void close() {
		this.lease.closePool();
	}

	@Actor
	public void connect(LL_Result result) {
		result.r1 = this.lease.connect();
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r2 = this.lease.standing();
	}

}
