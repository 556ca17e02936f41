package io.outboundhttp.call;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.TimeSource;

/**
 * Bounds the retries of a client, so that many of them do not finish off an upstream in
 * trouble: a share of the first attempts of the last ten seconds, and three per second.
 * Never blocks; safe for use by several threads.
 */
final class RetryBudget {

	/*
	 * One cell per second of the window, for first attempts and for retries. A cell holds
	 * the second in its upper half and the count in its lower half, so that who finds an
	 * old second starts anew with one CAS. Two retries that read the counts at the same
	 * time may both take the last one: the budget is exact to the number of callers.
	 */

	private static final int WINDOW_SECONDS = 10;

	private static final int FREE_PER_SECOND = 3;

	private static final long COUNT_MASK = 0xffff_ffffL;

	private final AtomicLongArray calls = new AtomicLongArray(WINDOW_SECONDS);

	private final AtomicLongArray retries = new AtomicLongArray(WINDOW_SECONDS);

	private volatile @Nullable Double share;

	private final TimeSource timeSource;

	private final long startNanos;

	/**
	 * Create a budget.
	 * @param share retries per first attempt, {@code null} for any number
	 * @param timeSource the clock
	 */
	RetryBudget(@Nullable Double share, TimeSource timeSource) {
		this.share = share;
		this.timeSource = timeSource;
		this.startNanos = timeSource.nanos();
	}

	/**
	 * Change the share.
	 * @param share retries per first attempt, {@code null} for any number
	 */
	void share(@Nullable Double share) {
		this.share = share;
	}

	/**
	 * Count a first attempt.
	 */
	void called() {
		if (this.share != null) {
			increment(this.calls, second());
		}
	}

	/**
	 * Take one retry.
	 * @return {@code false} if there is none left now
	 */
	boolean tryRetry() {
		Double share = this.share;
		if (share == null) {
			return true;
		}
		int second = second();
		double allowed = share * sum(this.calls, second) + FREE_PER_SECOND * WINDOW_SECONDS;
		if (sum(this.retries, second) + 1 > allowed) {
			return false;
		}
		increment(this.retries, second);
		return true;
	}

	private int second() {
		return (int) TimeUnit.NANOSECONDS.toSeconds(this.timeSource.nanos() - this.startNanos);
	}

	private static void increment(AtomicLongArray cells, int second) {
		int index = Math.floorMod(second, WINDOW_SECONDS);
		long cell = cells.get(index);
		while (!cells.compareAndSet(index, cell, incremented(cell, second))) {
			cell = cells.get(index);
		}
	}

	private static long incremented(long cell, int second) {
		return ((cell >> 32) == second) ? cell + 1 : ((long) second << 32) + 1;
	}

	private static long sum(AtomicLongArray cells, int second) {
		long sum = 0;
		for (int i = 0; i < WINDOW_SECONDS; i++) {
			long cell = cells.get(i);
			long age = second - (cell >> 32);
			sum += (age >= 0 && age < WINDOW_SECONDS) ? cell & COUNT_MASK : 0;
		}
		return sum;
	}

}
