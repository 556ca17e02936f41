package io.outboundhttp.pool;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts times in buckets that grow with them, four to each doubling, from a microsecond
 * to more than an hour. Safe for use by several threads: no count is lost, none waits,
 * and nothing is allocated for a count. A reading beside counts that go on may miss the
 * latest ones.
 */
final class TimeHistogram {

	/*
	 * Bucket 0 has all below 1,024 ns. From there on, the position of the highest bit and
	 * the two bits below it are the number of the bucket.
	 */

	private static final int LOWEST_BIT = 10;

	private static final int PER_OCTAVE_BITS = 2;

	private static final int PER_OCTAVE = 1 << PER_OCTAVE_BITS;

	private static final int OCTAVES = 32;

	static final int BUCKETS = 1 + OCTAVES * PER_OCTAVE;

	private static final double NANOS_PER_MILLI = 1_000_000;

	private final LongAdder[] counts = new LongAdder[BUCKETS];

	private final LongAdder sumNanos = new LongAdder();

	private final AtomicLong maxNanos = new AtomicLong();

	TimeHistogram() {
		for (int i = 0; i < BUCKETS; i++) {
			this.counts[i] = new LongAdder();
		}
	}

	/**
	 * Count a time.
	 * @param nanos the time; a negative one counts as zero
	 */
	void record(long nanos) {
		this.counts[bucket(nanos)].increment();
		if (nanos > 0) {
			this.sumNanos.add(nanos);
			if (nanos > this.maxNanos.get()) {
				this.maxNanos.accumulateAndGet(nanos, Math::max);
			}
		}
	}

	static int bucket(long nanos) {
		if (nanos < 1 << LOWEST_BIT) {
			return 0;
		}
		int bit = 63 - Long.numberOfLeadingZeros(nanos);
		int part = (int) (nanos >>> (bit - PER_OCTAVE_BITS)) & (PER_OCTAVE - 1);
		return Math.min(BUCKETS - 1, 1 + (bit - LOWEST_BIT) * PER_OCTAVE + part);
	}

	/**
	 * Return the shortest time of a bucket.
	 */
	static long lowerNanos(int bucket) {
		if (bucket == 0) {
			return 0;
		}
		int bit = LOWEST_BIT + (bucket - 1) / PER_OCTAVE;
		long part = (bucket - 1) % PER_OCTAVE;
		return (PER_OCTAVE + part) << (bit - PER_OCTAVE_BITS);
	}

	long sumNanos() {
		return this.sumNanos.sum();
	}

	long count() {
		long count = 0;
		for (LongAdder bucket : this.counts) {
			count += bucket.sum();
		}
		return count;
	}

	/**
	 * Return what the counted times look like.
	 */
	PoolUsage.Distribution read() {
		long[] counted = new long[BUCKETS];
		long count = 0;
		for (int i = 0; i < BUCKETS; i++) {
			counted[i] = this.counts[i].sum();
			count += counted[i];
		}
		long max = this.maxNanos.get();
		double mean = (count > 0) ? this.sumNanos.sum() / NANOS_PER_MILLI / count : 0;
		return new PoolUsage.Distribution(count, percentile(counted, count, 0.5, max),
				percentile(counted, count, 0.9, max), percentile(counted, count, 0.99, max), max / NANOS_PER_MILLI,
				mean);
	}

	/**
	 * Return a percentile as if the times of a bucket lay evenly in it.
	 */
	private static double percentile(long[] counted, long count, double share, long maxNanos) {
		double rank = share * count;
		double below = 0;
		for (int i = 0; i < BUCKETS; i++) {
			if (counted[i] > 0 && below + counted[i] >= rank) {
				if (i == 0) {
					return 0;
				}
				long lower = lowerNanos(i);
				long upper = Math.min(maxNanos, (i + 1 < BUCKETS) ? lowerNanos(i + 1) : maxNanos);
				double nanos = lower + (rank - below) / counted[i] * Math.max(0, upper - lower);
				return nanos / NANOS_PER_MILLI;
			}
			below += counted[i];
		}
		return 0;
	}

}
