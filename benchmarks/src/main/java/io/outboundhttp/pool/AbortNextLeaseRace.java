package io.outboundhttp.pool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * An exchange is aborted late, while its lease ends and the next caller leases.
 */
@JCStressTest
@Outcome(id = "reused, ends=1 leased=1 available=0 places=1 open=1 sockets=1", expect = Expect.ACCEPTABLE,
		desc = "The abort was too late: nothing of it reaches the next caller.")
@Outcome(id = "fresh, ends=1 leased=1 available=0 places=1 open=0 sockets=0", expect = Expect.ACCEPTABLE,
		desc = "The abort was first: the next caller has to connect.")
@State
public class AbortNextLeaseRace {

	private final RacedLease lease = RacedLease.connected();

	@Actor
	public void releaseAndLease(LL_Result result) {
		this.lease.release();
		result.r1 = this.lease.leaseNext();
	}

	@Actor
	public void abort() {
		this.lease.abort();
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r2 = this.lease.holdings();
	}

}
