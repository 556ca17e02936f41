package io.outboundhttp.pool.admission;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A caller begins to wait while everything is closed.
 */
@JCStressTest
@Outcome(id = "CLOSED", expect = Expect.ACCEPTABLE, desc = "The caller is told.")
@Outcome(id = "lost", expect = Expect.FORBIDDEN, desc = "The caller waits for ever.")
@State
public class CloseEnqueueRace {

	private final RacedPool pool = new RacedPool(1, 1);

	private @Nullable Waiter<String> waiter;

	public CloseEnqueueRace() {
		this.pool.leaseConnected("a");
	}

	@Actor
	public void close() {
		this.pool.admission().close();
	}

	@Actor
	public void enqueue() {
		this.waiter = this.pool.admission().enqueue("a", null);
	}

	@Arbiter
	public void outcome(L_Result result) {
		result.r1 = this.pool.outcome(this.waiter);
	}

}
