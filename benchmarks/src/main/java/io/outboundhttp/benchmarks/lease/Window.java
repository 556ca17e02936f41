package io.outboundhttp.benchmarks.lease;

/**
 * What was measured in one window.
 *
 * @param requestsPerSecond requests per second
 * @param cpuMicros processor time of the process per request in microseconds
 * @param bytes bytes allocated by the callers per request
 * @param p50Micros median latency in microseconds
 * @param p99Micros latency that 1 of 100 requests exceeds
 * @param p999Micros latency that 1 of 1000 requests exceeds
 */
record Window(double requestsPerSecond, double cpuMicros, double bytes, double p50Micros, double p99Micros,
		double p999Micros) {

	private static final double NANOS_PER_MICRO = 1_000;

	private static final double NANOS_PER_SECOND = 1_000_000_000;

	static Window of(Latencies latencies, long wallNanos, long cpuNanos, long bytes) {
		double requests = Math.max(1, latencies.count());
		return new Window(requests * NANOS_PER_SECOND / wallNanos, cpuNanos / requests / NANOS_PER_MICRO,
				bytes / requests, latencies.quantile(0.5) / NANOS_PER_MICRO, latencies.quantile(0.99) / NANOS_PER_MICRO,
				latencies.quantile(0.999) / NANOS_PER_MICRO);
	}

}
