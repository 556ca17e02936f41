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
 * A limit is raised while a caller begins to wait.
 */
@JCStressTest
@Outcome(id = "served", expect = Expect.ACCEPTABLE, desc = "The caller has the slot.")
@Outcome(id = "lost", expect = Expect.FORBIDDEN, desc = "Room for the caller, and it waits.")
@State
public class RaiseEnqueueRace {

	private final RacedPool pool = new RacedPool(1, 2);

	private @Nullable Waiter<String> waiter;

	public RaiseEnqueueRace() {
		this.pool.leaseConnected("a");
	}

	@Actor
	public void raise() {
		this.pool.admission().setMaxPerRoute(2);
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
