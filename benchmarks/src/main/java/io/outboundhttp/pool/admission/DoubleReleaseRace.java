package io.outboundhttp.pool.admission;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A slot is given back twice at the same time.
 */
@JCStressTest
@Outcome(id = "1, leased=0 available=1 pending=0 disposed=0", expect = Expect.ACCEPTABLE,
		desc = "One release counts, the other is refused.")
@State
public class DoubleReleaseRace {

	private final RacedPool pool = new RacedPool(1, 1);

	private final Slot<String> held = this.pool.leaseConnected("a");

	private final AtomicInteger refused = new AtomicInteger();

	@Actor
	public void releaseOnce() {
		release();
	}

	@Actor
	public void releaseAgain() {
		release();
	}

	private void release() {
		try {
			this.pool.admission().release(this.held, true);
		}
		catch (IllegalStateException ex) {
			this.refused.incrementAndGet();
		}
	}

	@Arbiter
	public void outcome(LL_Result result) {
		result.r1 = this.refused.get();
		result.r2 = this.pool.holdings();
	}

}
