package io.outboundhttp.sample.demo;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import io.outboundhttp.sample.remote.RemoteServiceException;
import org.jspecify.annotations.Nullable;

/**
 * What became of the orders of a load run. Safe for use by many threads.
 */
final class LoadCounters {

	private final LongAdder sent = new LongAdder();

	private final LongAdder ok = new LongAdder();

	private final AtomicInteger inFlight = new AtomicInteger();

	private final Map<String, LongAdder> failed = new ConcurrentHashMap<>();

	private final LatencyHistogram latencies = new LatencyHistogram();

	private volatile @Nullable String lastFailure;

	void started() {
		this.sent.increment();
		this.inFlight.incrementAndGet();
	}

	void succeeded() {
		this.ok.increment();
	}

	void failed(Throwable failure) {
		String kind = failure.getClass().getSimpleName();
		String message = String.valueOf(failure.getMessage());
		if (failure instanceof RemoteServiceException remote) {
			kind = remote.getService() + " " + remote.getKind();
			message = remote.getMessage() + ": " + remote.getReason();
		}
		this.failed.computeIfAbsent(kind, (key) -> new LongAdder()).increment();
		this.lastFailure = message;
	}

	void ended(long nanosSinceDue) {
		this.latencies.record(nanosSinceDue);
		this.inFlight.decrementAndGet();
	}

	LoadReport report(LoadReport.State state, LoadPlan plan, double elapsedSeconds) {
		Map<String, Long> failed = new TreeMap<>();
		this.failed.forEach((kind, count) -> failed.put(kind, count.sum()));
		long sent = this.sent.sum();
		return new LoadReport(state, plan.clients(), plan.rps(), plan.seconds(), elapsedSeconds, sent, this.ok.sum(),
				failed, this.inFlight.get(), plan.total() - sent, millis(0.5), millis(0.99), this.lastFailure);
	}

	private double millis(double quantile) {
		return Math.round(this.latencies.quantile(quantile).toNanos() / 100_000.0) / 10.0;
	}

}
