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
 * Pair (1) of the {@link Admission}: a slot comes back while a caller begins to wait.
 */
@JCStressTest
@Outcome(id = "served", expect = Expect.ACCEPTABLE, desc = "The caller has the slot.")
@Outcome(id = "lost", expect = Expect.FORBIDDEN, desc = "Slot idle, caller waits.")
@State
public class ReleaseEnqueueRace {

	private final RacedPool pool = new RacedPool(1, 1);

	private final Slot<String> held = this.pool.leaseConnected("a");

	private @Nullable Waiter<String> waiter;

	@Actor
	public void release() {
		this.pool.admission().release(this.held, true);
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
