package io.outboundhttp.benchmarks.load;

import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * Something that is done ten times a second while windows are open, on a thread of its
 * own, and how long it takes. Started and stopped by one thread.
 */
public final class Repeated {

	private static final int PER_SECOND = 10;

	private static final double NANOS_PER_MILLI = 1_000_000;

	private final @Nullable Runnable work;

	private final LongAdder count = new LongAdder();

	private final LongAdder nanos = new LongAdder();

	private @Nullable ScheduledExecutorService thread;

	/**
	 * Create it.
	 * @param work what is done, {@code null} for nothing
	 */
	public Repeated(@Nullable Runnable work) {
		this.work = work;
	}

	/**
	 * Begin.
	 */
	public void start() {
		if (this.work != null) {
			ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
			thread.scheduleAtFixedRate(() -> measure(this.work), 0, TimeUnit.SECONDS.toMillis(1) / PER_SECOND,
					TimeUnit.MILLISECONDS);
			this.thread = thread;
		}
	}

	private void measure(Runnable work) {
		long before = System.nanoTime();
		work.run();
		this.nanos.add(System.nanoTime() - before);
		this.count.increment();
	}

	/**
	 * Stop, and wait for the end of the last time.
	 * @throws InterruptedException if the thread is interrupted
	 */
	public void stop() throws InterruptedException {
		ScheduledExecutorService running = this.thread;
		if (running != null) {
			running.shutdown();
			if (!running.awaitTermination(1, TimeUnit.MINUTES)) {
				throw new IllegalStateException("what is repeated hangs");
			}
		}
	}

	/**
	 * Return how long it has taken on average.
	 * @return milliseconds, a dash if it was not done
	 */
	public String millis() {
		long count = this.count.sum();
		return (count == 0) ? "–" : String.format(Locale.ROOT, "%.1f", this.nanos.sum() / NANOS_PER_MILLI / count);
	}

}
