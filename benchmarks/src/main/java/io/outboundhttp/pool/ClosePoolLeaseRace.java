package io.outboundhttp.pool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A pool closes while a caller leases the connection that another one has released.
 */
@JCStressTest
@Outcome(id = "client closed, ends=1 leased=0 available=0 places=0 open=0 sockets=0", expect = Expect.ACCEPTABLE,
		desc = "The pool was first: no lease.")
@Outcome(
		id = { "reused, ends=2 leased=0 available=0 places=0 open=0 sockets=0",
				"fresh, ends=2 leased=0 available=0 places=0 open=0 sockets=0" },
		expect = Expect.ACCEPTABLE, desc = "The lease was first, and was taken back.")
@State
public class ClosePoolLeaseRace {

	private final RacedLease lease = RacedLease.connected();

	public ClosePoolLeaseRace() {
		this.lease.release();
	}

	@Actor
	public void close() {
		this.lease.closePool();
	}

	@Actor
	public void lease(LL_Result result) {
		result.r1 = this.lease.leaseNext();
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r2 = this.lease.holdings();
	}

}
