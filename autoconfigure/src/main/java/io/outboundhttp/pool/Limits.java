package io.outboundhttp.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.admission.Admission;

/**
 * Which limits hold in a pool: the configured ones, or for a while those of an operator.
 * Safe for use by several threads.
 */
final class Limits {

	/*
	 * `lock` guards changes of all fields, and makes "decide what holds, and apply it"
	 * one step, so that what was decided last is what holds. Applying serves callers that
	 * wait; no listener is called with the lock.
	 */

	private final ReentrantLock lock = new ReentrantLock();

	private final Admission<?, ?> admission;

	/**
	 * The highest limits that ever held: who was admitted under them must find a place in
	 * HttpClient's own pool, though the limits may have fallen since.
	 */
	private volatile PoolLimits highest;

	private PoolLimits configured;

	private @Nullable LimitOverride override;

	private long endNanos;

	/**
	 * Create limits.
	 * @param configured the limits that hold already
	 * @param admission where limits hold
	 */
	Limits(PoolLimits configured, Admission<?, ?> admission) {
		this.configured = configured;
		this.highest = configured;
		this.admission = admission;
	}

	PoolLimits highest() {
		return this.highest;
	}

	PoolLimits configured() {
		this.lock.lock();
		try {
			return this.configured;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Nullable LimitOverride override() {
		this.lock.lock();
		try {
			return this.override;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return what holds now.
	 */
	PoolLimits effective() {
		this.lock.lock();
		try {
			return (this.override != null) ? this.override.limits() : this.configured;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Change what is configured. As long as an operator's limits hold, those go on.
	 * @param change gives the new limits for the former ones
	 */
	void configure(UnaryOperator<PoolLimits> change) {
		this.lock.lock();
		try {
			this.configured = change.apply(this.configured);
			if (this.override == null) {
				apply(this.configured);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Let an operator's limits hold for a while, in place of earlier ones.
	 * @param change gives the limits for those that hold until now
	 * @param by who changes them
	 * @param until when they end
	 * @param duration for how long
	 * @param nowNanos the current reading of the clock
	 * @return what has changed
	 */
	LimitsChange override(UnaryOperator<PoolLimits> change, String by, Instant until, Duration duration,
			long nowNanos) {
		this.lock.lock();
		try {
			PoolLimits before = effective();
			LimitOverride override = new LimitOverride(change.apply(before), by, until);
			this.override = override;
			this.endNanos = nowNanos + duration.toNanos();
			apply(override.limits());
			return new LimitsChange(before, override);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return nanoseconds until the operator's limits end, the largest value for none.
	 * @param nowNanos the current reading of the clock
	 */
	long remainingNanos(long nowNanos) {
		this.lock.lock();
		try {
			return (this.override != null) ? Math.max(0, this.endNanos - nowNanos) : Long.MAX_VALUE;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Let the configured limits hold again if the operator's time is over.
	 * @param nowNanos the current reading of the clock
	 * @return what has ended, {@code null} if nothing has
	 */
	@Nullable LimitOverride revert(long nowNanos) {
		this.lock.lock();
		try {
			LimitOverride ended = this.override;
			if (ended == null || this.endNanos - nowNanos > 0) {
				return null;
			}
			this.override = null;
			apply(this.configured);
			return ended;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void apply(PoolLimits limits) {
		this.highest = new PoolLimits(Math.max(this.highest.maxTotal(), limits.maxTotal()),
				Math.max(this.highest.maxPerRoute(), limits.maxPerRoute()));
		if (limits.maxTotal() != this.admission.getMaxTotal()) {
			this.admission.setMaxTotal(limits.maxTotal());
		}
		if (limits.maxPerRoute() != this.admission.getMaxPerRoute()) {
			this.admission.setMaxPerRoute(limits.maxPerRoute());
		}
	}

}
