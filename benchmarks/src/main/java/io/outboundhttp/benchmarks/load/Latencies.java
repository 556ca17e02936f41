package io.outboundhttp.benchmarks.load;

import java.util.Arrays;

/**
 * Histogram of latencies: each is known to within 1.6 percent. For one thread.
 */
final class Latencies {

	/** Buckets per doubling, as a power of two. */
	private static final int PRECISION = 6;

	private static final int SUB_BUCKETS = 1 << PRECISION;

	private final long[] counts = new long[SUB_BUCKETS * (Long.SIZE - PRECISION)];

	private long count;

	void add(long nanos) {
		this.counts[bucket(nanos)]++;
		this.count++;
	}

	void addAll(Latencies others) {
		for (int i = 0; i < this.counts.length; i++) {
			this.counts[i] += others.counts[i];
		}
		this.count += others.count;
	}

	void clear() {
		Arrays.fill(this.counts, 0);
		this.count = 0;
	}

	long count() {
		return this.count;
	}

	/**
	 * Return a quantile in nanoseconds.
	 * @param share between 0 and 1
	 * @return the smallest latency of the bucket that the quantile falls into
	 */
	long quantile(double share) {
		long rank = (long) Math.ceil(share * this.count);
		long below = 0;
		for (int i = 0; i < this.counts.length; i++) {
			below += this.counts[i];
			if (below >= rank && below > 0) {
				return smallest(i);
			}
		}
		return 0;
	}

	private static int bucket(long nanos) {
		int shift = Math.max(0, Long.SIZE - 1 - PRECISION - Long.numberOfLeadingZeros(nanos | 1));
		return (shift << PRECISION) + (int) (nanos >>> shift);
	}

	private static long smallest(int bucket) {
		int shift = Math.max(0, (bucket >> PRECISION) - 1);
		return (bucket - ((long) shift << PRECISION)) << shift;
	}

}
