package io.outboundhttp.sample.demo;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts of durations in buckets of microseconds, each at most a sixteenth wide of what
 * it holds: quantiles are at most 7 % too high, and the memory does not depend on how
 * many were recorded. Safe for use by many threads; a reading during a write may miss it.
 */
final class LatencyHistogram {

	private static final int SUB_BITS = 4;

	private static final int SUB_BUCKETS = 1 << SUB_BITS;

	private final AtomicLongArray counts = new AtomicLongArray((Long.SIZE - SUB_BITS) * SUB_BUCKETS);

	void record(long nanos) {
		this.counts.incrementAndGet(bucket(Math.max(0, nanos / 1000)));
	}

	/**
	 * Return a quantile.
	 * @param quantile above 0, up to 1
	 * @return the upper end of the bucket that holds it, zero if nothing was recorded
	 */
	Duration quantile(double quantile) {
		long total = 0;
		for (int i = 0; i < this.counts.length(); i++) {
			total += this.counts.get(i);
		}
		long rank = (long) Math.ceil(total * quantile);
		long seen = 0;
		for (int i = 0; i < this.counts.length(); i++) {
			seen += this.counts.get(i);
			if (seen > 0 && seen >= rank) {
				return Duration.ofNanos(upperBound(i) * 1000);
			}
		}
		return Duration.ZERO;
	}

	/*
	 * Values below 2 * SUB_BUCKETS have a bucket each. Above, every power of two is cut
	 * into SUB_BUCKETS equal parts: 'shift' says which power, the top bits which part.
	 */
	private static int bucket(long micros) {
		int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(micros) - SUB_BITS - 1);
		return shift * SUB_BUCKETS + (int) (micros >>> shift);
	}

	private static long upperBound(int bucket) {
		int shift = Math.max(0, bucket / SUB_BUCKETS - 1);
		return ((bucket - (long) shift * SUB_BUCKETS + 1) << shift) - 1;
	}

}
