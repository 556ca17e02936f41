package io.outboundhttp.benchmarks.lease;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import com.sun.management.OperatingSystemMXBean;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.core5.http.HttpHost;

/**
 * Threads that send requests. They are the same in all windows: what a contender binds to
 * a thread stays of use.
 */
final class Callers implements AutoCloseable {

	/**
	 * Connections that have been idle for long are checked meanwhile, and queues form.
	 */
	private static final long LEAD_MILLIS = 250;

	private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

	private final List<Caller> callers = new ArrayList<>();

	private final ExecutorService threads;

	/**
	 * Create callers that send one request after the other.
	 */
	Callers(int count, HttpHost host) {
		this(count, host, 0);
	}

	/**
	 * Create callers that send requests at a pace.
	 * @param count how many
	 * @param host the server
	 * @param perSecond requests per second of all together, zero for as many as they can
	 */
	Callers(int count, HttpHost host, int perSecond) {
		long periodNanos = (perSecond > 0) ? TimeUnit.SECONDS.toNanos(count) / perSecond : 0;
		this.threads = Executors.newFixedThreadPool(count);
		for (int i = 0; i < count; i++) {
			this.callers.add(new Caller(host, periodNanos));
		}
	}

	/**
	 * Let all callers send requests for a while, and measure.
	 */
	Window measure(HttpClient client, long millis) throws IOException, InterruptedException {
		Caller.Phase phase = new Caller.Phase();
		CountDownLatch start = new CountDownLatch(this.callers.size());
		List<Future<?>> calls = new ArrayList<>();
		for (Caller caller : this.callers) {
			calls.add(this.threads.submit(() -> {
				start.countDown();
				start.await();
				caller.call(client, phase);
				return null;
			}));
		}
		start.await();
		TimeUnit.MILLISECONDS.sleep(LEAD_MILLIS);
		long cpuBefore = this.system.getProcessCpuTime();
		long before = System.nanoTime();
		phase.open();
		TimeUnit.MILLISECONDS.sleep(millis);
		phase.end();
		long wallNanos = System.nanoTime() - before;
		long cpuNanos = this.system.getProcessCpuTime() - cpuBefore;
		for (Future<?> call : calls) {
			join(call);
		}
		return collect(wallNanos, cpuNanos);
	}

	private Window collect(long wallNanos, long cpuNanos) {
		Latencies all = new Latencies();
		long bytes = 0;
		for (Caller caller : this.callers) {
			all.addAll(caller.latencies());
			bytes += caller.allocatedBytes();
		}
		return Window.of(all, wallNanos, cpuNanos, bytes);
	}

	private static void join(Future<?> call) throws IOException, InterruptedException {
		try {
			call.get();
		}
		catch (ExecutionException ex) {
			throw new IOException("a caller failed", ex.getCause());
		}
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

}
