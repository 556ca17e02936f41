package io.outboundhttp.actuate.endpoint;

import io.outboundhttp.pool.PoolUsage;

/**
 * Distribution of times since a pool was opened.
 *
 * @param count number of times
 * @param p50Millis milliseconds that half of them stay within
 * @param p90Millis milliseconds that 90 percent of them stay within
 * @param p99Millis milliseconds that 99 percent of them stay within
 * @param maxMillis the longest
 * @since 0.1.0
 */
public record TimesDescriptor(long count, double p50Millis, double p90Millis, double p99Millis, double maxMillis) {

	static TimesDescriptor of(PoolUsage.Distribution times) {
		return new TimesDescriptor(times.count(), times.p50Millis(), times.p90Millis(), times.p99Millis(),
				times.maxMillis());
	}

}
