package io.outboundhttp.pool;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells for how long callers of a pool have waited without anyone being served. Observed
 * by the upkeep thread, read by any.
 */
final class Starvation {

	private final AtomicLong served = new AtomicLong();

	/** Number of callers served when the pool was observed last. */
	private long servedBefore;

	private volatile long sinceNanos;

	private volatile boolean starving;

	/**
	 * Note that a caller that had to wait was served.
	 */
	void served() {
		this.served.incrementAndGet();
	}

	/**
	 * Look at the pool.
	 * @param pending callers that wait
	 * @param nowNanos the current reading of the clock
	 */
	void observe(int pending, long nowNanos) {
		long servedNow = this.served.get();
		boolean nobodyServed = servedNow == this.servedBefore;
		this.servedBefore = servedNow;
		if (pending > 0 && nobodyServed && this.starving) {
			return;
		}
		this.starving = pending > 0;
		this.sinceNanos = nowNanos;
	}

	/**
	 * Return for how long callers have waited without anyone being served.
	 * @param nowNanos the current reading of the clock
	 * @return milliseconds, zero if nobody waits
	 */
	long starvingMillis(long nowNanos) {
		return this.starving ? Math.max(0, nowNanos - this.sinceNanos) / 1_000_000 : 0;
	}

}
