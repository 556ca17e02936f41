package io.outboundhttp.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Threads that send requests. They are the same in all windows: what a contender binds to
 * a thread stays of use.
 */
public final class Callers implements AutoCloseable {

	/**
	 * Connections that have been idle for long are checked meanwhile, and queues form.
	 */
	private static final long LEAD_MILLIS = 250;

	private final ProcessMeter meter = new ProcessMeter();

	private final List<Caller> callers = new ArrayList<>();

	private final ExecutorService threads;

	/**
	 * Create callers that send one request after the other.
	 * @param count how many
	 * @param threads makes their threads
	 */
	public Callers(int count, ThreadFactory threads) {
		this(count, threads, 0);
	}

	/**
	 * Create callers that send requests at a pace.
	 * @param count how many
	 * @param threads makes their threads
	 * @param perSecond requests per second of all together, zero for as many as they can
	 */
	public Callers(int count, ThreadFactory threads, int perSecond) {
		long periodNanos = (perSecond > 0) ? TimeUnit.SECONDS.toNanos(count) / perSecond : 0;
		this.threads = Executors.newFixedThreadPool(count, threads);
		for (int i = 0; i < count; i++) {
			this.callers.add(new Caller(periodNanos));
		}
	}

	/**
	 * Let all callers send requests for a while, and measure.
	 * @param exchange the request
	 * @param millis how long
	 * @return what was measured
	 * @throws InterruptedException if the thread is interrupted
	 */
	public Window measure(Exchange exchange, long millis) throws InterruptedException {
		Caller.Phase phase = new Caller.Phase();
		CountDownLatch start = new CountDownLatch(this.callers.size());
		List<Future<?>> calls = new ArrayList<>();
		for (Caller caller : this.callers) {
			calls.add(this.threads.submit(() -> {
				start.countDown();
				start.await();
				caller.call(exchange, phase);
				return null;
			}));
		}
		start.await();
		TimeUnit.MILLISECONDS.sleep(LEAD_MILLIS);
		ProcessMeter.Reading before = this.meter.read();
		phase.open();
		TimeUnit.MILLISECONDS.sleep(millis);
		phase.end();
		ProcessMeter.Reading used = this.meter.read().minus(before);
		for (Future<?> call : calls) {
			join(call);
		}
		return collect(used);
	}

	private Window collect(ProcessMeter.Reading used) {
		Latencies all = new Latencies();
		this.callers.forEach((caller) -> all.addAll(caller.latencies()));
		long errors = this.callers.stream().mapToLong(Caller::errors).sum();
		Exception firstError = this.callers.stream()
			.map(Caller::firstError)
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
		return Window.of(all, used, errors, firstError);
	}

	private static void join(Future<?> call) throws InterruptedException {
		try {
			call.get();
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("a caller failed", ex.getCause());
		}
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

}
