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
 * Like {@link ReleaseEnqueueRace}, with a permit that comes back without a connection.
 */
@JCStressTest
@Outcome(id = "served", expect = Expect.ACCEPTABLE, desc = "The caller has the slot.")
@Outcome(id = "lost", expect = Expect.FORBIDDEN, desc = "Permit free, caller waits.")
@State
public class FreedEnqueueRace {

	private final RacedPool pool = new RacedPool(1, 1);

	private final Slot<String> held = this.pool.leaseConnected("a");

	private @Nullable Waiter<String> waiter;

	@Actor
	public void release() {
		this.pool.admission().release(this.held, false);
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
