package io.outboundhttp.pool;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;

/**
 * The time by which a call must be over, from before it has a connection until its
 * response is read. When it has come, the connection of the call is closed, and the
 * caller is told.
 */
final class CallDeadline implements Clock.Task {

	/*
	 * Phases are written and read by the thread that makes progress with the call; it
	 * hands the response on, and the phases with it.
	 *
	 * Two pairs of "store, then load", so that at least one side sees the other: the
	 * caller publishes a lease, then reads `passed`; the clock publishes `passed`, then
	 * reads `lease`. And the caller publishes `handedOn`, then reads whether its lease
	 * has ended; who ends the lease reads `handedOn` afterwards.
	 */

	private static final int PHASES = CallPhase.values().length;

	private static final long NOT_REACHED = -1;

	/** Time after which a response is forgotten that nobody reads or closes. */
	private static final long NOTICE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final ConnectionPool pool;

	private final String request;

	private final long startNanos;

	private final long limitNanos;

	private final long[] spentNanos = new long[PHASES];

	private @Nullable CallPhase phase;

	private long phaseSinceNanos;

	private volatile @Nullable TrackedLease lease;

	private volatile boolean passed;

	/** When the time was up; for the clock alone. */
	private long passedNanos;

	private volatile boolean handedOn;

	private volatile boolean noticed;

	private boolean counted;

	CallDeadline(ConnectionPool pool, String request, Duration limit) {
		this.pool = pool;
		this.request = request;
		this.limitNanos = limit.toNanos();
		this.startNanos = pool.nanos();
		Arrays.fill(this.spentNanos, NOT_REACHED);
		pool.clock().add(this, this.limitNanos);
	}

	@Override
	public long look(long nowNanos) {
		if (this.passed) {
			return lookAtForgotten(nowNanos);
		}
		long remaining = remainingNanos(nowNanos);
		if (remaining > 0) {
			return remaining;
		}
		this.passed = true;
		this.passedNanos = nowNanos;
		TrackedLease lease = this.lease;
		boolean taken = lease != null && lease.take(TrackedLease.TakeReason.CALL_TIMEOUT);
		return (taken && this.handedOn) ? NOTICE_NANOS : Long.MAX_VALUE;
	}

	/**
	 * Look whether the caller has noticed in time. The clock looks whenever it looks at
	 * any call.
	 */
	private long lookAtForgotten(long nowNanos) {
		long remaining = NOTICE_NANOS - (nowNanos - this.passedNanos);
		if (remaining > 0 && !this.noticed) {
			return remaining;
		}
		TrackedLease lease = this.lease;
		if (lease != null && !this.noticed) {
			this.pool.leaks().forgotten(lease);
		}
		return Long.MAX_VALUE;
	}

	/**
	 * Note that the caller has learned that the time is up, or has no more interest in
	 * the response. Who does neither has forgotten it.
	 */
	void noticed() {
		this.noticed = true;
	}

	long remainingNanos(long nowNanos) {
		return this.limitNanos - (nowNanos - this.startNanos);
	}

	long remainingNanos() {
		return remainingNanos(this.pool.nanos());
	}

	boolean isPassed() {
		return this.passed || remainingNanos() <= 0;
	}

	/**
	 * Note that the call has got a connection.
	 * @param lease its lease
	 */
	void leased(TrackedLease lease) {
		this.lease = lease;
		if (this.passed) {
			lease.take(TrackedLease.TakeReason.CALL_TIMEOUT);
		}
	}

	/**
	 * Note that a lease of the call has ended.
	 * @param lease the lease
	 */
	void leaseEnded(TrackedLease lease) {
		if (this.handedOn && !this.passed && this.lease == lease) {
			end();
		}
	}

	/**
	 * Note that the response goes to the application. The call is over with its lease.
	 */
	void handOn() {
		this.handedOn = true;
		TrackedLease lease = this.lease;
		if (lease == null || lease.isEnded()) {
			end();
		}
	}

	/**
	 * End the call.
	 */
	void end() {
		this.pool.clock().remove(this);
	}

	/**
	 * Note that the call enters a phase.
	 * @param phase the phase
	 */
	void enter(CallPhase phase) {
		if (phase != this.phase) {
			settle(this.pool.nanos());
			this.phase = phase;
		}
	}

	private void settle(long nowNanos) {
		CallPhase phase = this.phase;
		if (phase != null) {
			long before = Math.max(0, this.spentNanos[phase.ordinal()]);
			this.spentNanos[phase.ordinal()] = before + nowNanos - this.phaseSinceNanos;
		}
		this.phaseSinceNanos = nowNanos;
	}

	/**
	 * Return what the caller is told when its time is up.
	 * @param cause how it met it
	 * @return the exception
	 */
	CallTimeoutException exceeded(@Nullable Throwable cause) {
		noticed();
		settle(this.pool.nanos());
		Map<CallPhase, Duration> times = new EnumMap<>(CallPhase.class);
		for (CallPhase each : CallPhase.values()) {
			if (this.spentNanos[each.ordinal()] != NOT_REACHED) {
				times.put(each, Duration.ofNanos(this.spentNanos[each.ordinal()]));
			}
		}
		CallPhase phase = (this.phase != null) ? this.phase : CallPhase.ACQUIRE;
		end();
		if (!this.counted) {
			this.counted = true;
			this.pool.callTimedOut(phase);
		}
		return this.pool.messages().callTimeout(this.request, Duration.ofNanos(this.limitNanos), phase, times, cause);
	}

}
