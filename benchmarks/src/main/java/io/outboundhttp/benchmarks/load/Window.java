package io.outboundhttp.benchmarks.load;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * What was measured in one window.
 *
 * @param requestsPerSecond requests per second that succeeded
 * @param cpuMicros processor time of the process per request in microseconds
 * @param bytes bytes allocated by all threads of the process per request
 * @param p50Micros median latency in microseconds
 * @param p99Micros latency that 1 of 100 requests exceeds
 * @param p999Micros latency that 1 of 1000 requests exceeds
 * @param errors requests that failed
 * @param firstError the failure of one of them, {@code null} if there is none
 */
public record Window(double requestsPerSecond, double cpuMicros, double bytes, double p50Micros, double p99Micros,
		double p999Micros, long errors, @Nullable Exception firstError) {

	private static final double NANOS_PER_MICRO = 1_000;

	private static final double NANOS_PER_SECOND = 1_000_000_000;

	static Window of(Latencies latencies, ProcessMeter.Reading used, long errors, @Nullable Exception firstError) {
		double requests = Math.max(1, latencies.count());
		return new Window(requests * NANOS_PER_SECOND / used.nanos(), used.cpuNanos() / requests / NANOS_PER_MICRO,
				used.bytes() / requests, latencies.quantile(0.5) / NANOS_PER_MICRO,
				latencies.quantile(0.99) / NANOS_PER_MICRO, latencies.quantile(0.999) / NANOS_PER_MICRO, errors,
				firstError);
	}

	/**
	 * Return this window if no request has failed.
	 * @return this
	 * @throws IOException if one has
	 */
	public Window verifySuccess() throws IOException {
		if (errors() > 0) {
			throw new IOException("%d requests have failed (expected: none)".formatted(errors()), firstError());
		}
		return this;
	}

}
