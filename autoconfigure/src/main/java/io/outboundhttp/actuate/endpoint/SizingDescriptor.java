package io.outboundhttp.actuate.endpoint;

import java.util.Locale;

import io.outboundhttp.advice.Sizing;
import org.jspecify.annotations.Nullable;

/**
 * How large a pool should be, by what its callers did lately.
 *
 * @param needed connections that the callers need on average when they are busy
 * @param headroom connections beyond these, for what differs from the average
 * @param recommended the sum of both
 * @param confidence how far to trust it: {@code low}, {@code medium} or {@code high}
 * @param basis what it is concluded from
 * @param callsPerSecond callers per second when they are busy
 * @param meanUsageMillis how long each holds a connection on average
 * @param concurrency connections in use and callers waiting for one
 * @param saturated whether callers had to wait, so that more may be needed than is seen
 * @param yaml lines to paste, absent if the limits are high enough
 * @since 0.1.0
 */
public record SizingDescriptor(int needed, int headroom, int recommended, String confidence, String basis,
		double callsPerSecond, double meanUsageMillis, Concurrency concurrency, boolean saturated,
		@Nullable String yaml) {

	static @Nullable SizingDescriptor of(@Nullable Sizing sizing) {
		return (sizing != null) ? new SizingDescriptor(sizing.needed(), sizing.headroom(), sizing.recommended(),
				sizing.confidence().name().toLowerCase(Locale.ROOT), sizing.basis(), sizing.callsPerSecond(),
				sizing.meanUsageMillis(), Concurrency.of(sizing.concurrency()), sizing.saturated(), sizing.yaml())
				: null;
	}

	/**
	 * Connections that were, or could have been, in use at once.
	 *
	 * @param mean the mean of those in use
	 * @param p95 95 percent of looks saw at most as many in use or waited for
	 * @param p99 99 percent of looks saw at most as many in use or waited for
	 * @param peak the most in use or waited for
	 */
	public record Concurrency(double mean, int p95, int p99, int peak) {

		static Concurrency of(Sizing.Concurrency concurrency) {
			return new Concurrency(concurrency.mean(), concurrency.p95(), concurrency.p99(), concurrency.peak());
		}

	}

}
