package io.outboundhttp.advice;

import org.jspecify.annotations.Nullable;

/**
 * How large a pool should be, by what its callers did lately. Immutable.
 *
 * @param needed connections that the callers need on average when they are busy
 * @param headroom connections beyond these, for what differs from the average
 * @param recommended the sum of both, at most 10,000
 * @param confidence how far to trust it
 * @param basis what it is concluded from, in a few sentences
 * @param callsPerSecond callers per second when they are busy
 * @param meanUsageMillis how long each holds a connection on average, in milliseconds
 * @param concurrency connections in use and callers waiting for one
 * @param saturated whether callers had to wait, so that more may be needed than is seen
 * @param yaml lines to paste into {@code application.yml}, {@code null} if the limits are
 * high enough
 * @since 0.1.0
 */
public record Sizing(int needed, int headroom, int recommended, Confidence confidence, String basis,
		double callsPerSecond, double meanUsageMillis, Concurrency concurrency, boolean saturated,
		@Nullable String yaml) {

	/**
	 * How far to trust a size.
	 */
	public enum Confidence {

		/** Few calls, a short time, or a state that is not usual. */
		LOW,

		/** Some hundred calls within minutes, or callers that waited. */
		MEDIUM,

		/** Many calls within several minutes, and nobody waited. */
		HIGH

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

	}

}
