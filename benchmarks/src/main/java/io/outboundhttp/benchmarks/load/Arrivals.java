package io.outboundhttp.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Requests that arrive at a rate, whether or not those before them have been answered,
 * each on a thread of its own. What happens to them is measured from the moment when they
 * were due, so that no delay is left out.
 */
public final class Arrivals {

	private static final long MAX_DRAIN_MINUTES = 5;

	private final ProcessMeter meter = new ProcessMeter();

	private final Exchange exchange;

	private final ThreadFactory threads;

	private final long periodNanos;

	private final Latencies accepted = new Latencies();

	private final Latencies failed = new Latencies();

	private final AtomicInteger inProgress = new AtomicInteger();

	private final Set<String> failures = new TreeSet<>();

	private int mostInProgress;

	private long answeredInWindow;

	private long fromNanos;

	private long toNanos;

	/**
	 * Create arrivals.
	 * @param exchange the request
	 * @param threads makes a thread for each
	 * @param perSecond how many arrive per second
	 */
	public Arrivals(Exchange exchange, ThreadFactory threads, int perSecond) {
		this.exchange = exchange;
		this.threads = threads;
		this.periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
	}

	/**
	 * Let requests arrive, and wait until all have ended. To be called once.
	 * @param lead how long before the window they begin to arrive, so that queues form
	 * @param window those that arrive in it are counted
	 * @return what became of them
	 * @throws InterruptedException if the thread is interrupted
	 */
	public Outcome measure(Duration lead, Duration window) throws InterruptedException {
		ExecutorService executor = Executors.newCachedThreadPool(this.threads);
		ProcessMeter.Reading before = this.meter.read();
		long arrived = 0;
		try {
			long startNanos = System.nanoTime();
			this.fromNanos = startNanos + lead.toNanos();
			this.toNanos = this.fromNanos + window.toNanos();
			for (long dueNanos = startNanos; dueNanos - this.toNanos < 0; dueNanos += this.periodNanos) {
				await(dueNanos);
				long arrivedNanos = dueNanos;
				this.mostInProgress = Math.max(this.mostInProgress, this.inProgress.incrementAndGet());
				executor.execute(() -> send(arrivedNanos));
				arrived++;
			}
		}
		finally {
			executor.shutdown();
			if (!executor.awaitTermination(MAX_DRAIN_MINUTES, TimeUnit.MINUTES)) {
				throw new IllegalStateException("requests in progress: " + this.inProgress + " (expected: none)");
			}
		}
		return outcome(window, TimeUnit.NANOSECONDS.toMicros(this.meter.read().minus(before).cpuNanos()) / arrived);
	}

	private static void await(long dueNanos) {
		for (long nanos = dueNanos - System.nanoTime(); nanos > 0; nanos = dueNanos - System.nanoTime()) {
			LockSupport.parkNanos(nanos);
		}
	}

	private void send(long arrivedNanos) {
		Exception error = null;
		try {
			int length = this.exchange.send(new byte[2 * ServerProcess.BODY_LENGTH]);
			if (length != ServerProcess.BODY_LENGTH) {
				throw new IOException("body of %d bytes (expected: %d)".formatted(length, ServerProcess.BODY_LENGTH));
			}
		}
		catch (IOException | RuntimeException ex) {
			error = ex;
		}
		ended(arrivedNanos, System.nanoTime(), error);
		this.inProgress.decrementAndGet();
	}

	private synchronized void ended(long arrivedNanos, long endNanos, @Nullable Exception error) {
		if (error == null && isInWindow(endNanos)) {
			this.answeredInWindow++;
		}
		if (isInWindow(arrivedNanos)) {
			((error == null) ? this.accepted : this.failed).add(endNanos - arrivedNanos);
			if (error != null) {
				this.failures.add(rootCause(error).getClass().getSimpleName());
			}
		}
	}

	private static Throwable rootCause(Throwable error) {
		Throwable cause = error.getCause();
		return (cause != null) ? rootCause(cause) : error;
	}

	private boolean isInWindow(long nanos) {
		return nanos - this.fromNanos >= 0 && nanos - this.toNanos < 0;
	}

	private synchronized Outcome outcome(Duration window, long cpuMicros) {
		return new Outcome(this.accepted.count(), this.failed.count(),
				this.answeredInWindow * TimeUnit.SECONDS.toNanos(1) / (double) window.toNanos(),
				millis(this.accepted, 0.5), millis(this.accepted, 0.99), millis(this.failed, 0.5),
				millis(this.failed, 0.99), this.mostInProgress, String.join(", ", this.failures), cpuMicros);
	}

	private static double millis(Latencies latencies, double share) {
		return latencies.quantile(share) / (double) TimeUnit.MILLISECONDS.toNanos(1);
	}

	/**
	 * What became of the requests that arrived in the window.
	 *
	 * @param accepted how many succeeded
	 * @param failed how many failed
	 * @param answersPerSecond answers per second in the window
	 * @param p50Millis median time to success in milliseconds
	 * @param p99Millis what 1 of 100 of those that succeeded exceeds
	 * @param p50FailedMillis median time to failure, zero if none failed
	 * @param p99FailedMillis what 1 of 100 of those that failed exceeds
	 * @param mostInProgress requests that were in progress at a time, from the beginning
	 * @param failures simple names of what they failed with
	 * @param cpuMicros processor time of the process per call, from the first arrival to
	 * the last end
	 */
	public record Outcome(long accepted, long failed, double answersPerSecond, double p50Millis, double p99Millis,
			double p50FailedMillis, double p99FailedMillis, int mostInProgress, String failures, long cpuMicros) {

	}

}
