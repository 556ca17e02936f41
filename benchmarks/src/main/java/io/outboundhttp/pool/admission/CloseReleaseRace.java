package io.outboundhttp.pool.admission;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A slot comes back while everything is closed.
 */
@JCStressTest
@Outcome(id = "leased=0 available=0 pending=0 disposed=1", expect = Expect.ACCEPTABLE,
		desc = "Its connection is disposed of, once.")
@State
public class CloseReleaseRace {

	private final RacedPool pool = new RacedPool(1, 1);

	private final Slot<String> held = this.pool.leaseConnected("a");

	@Actor
	public void close() {
		this.pool.admission().close();
	}

	@Actor
	public void release() {
		this.pool.admission().release(this.held, true);
	}

	@Arbiter
	public void outcome(L_Result result) {
		result.r1 = this.pool.holdings();
	}

}
