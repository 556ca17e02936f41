package io.outboundhttp.pool;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that open connections nobody has asked for yet: at most eight for all
 * pools, none two seconds after the last. Safe for use by several threads.
 */
final class WarmUpThreads implements Executor, AutoCloseable {

	private static final int MOST_THREADS = 8;

	private static final int IDLE_SECONDS = 2;

	private final AtomicInteger threads = new AtomicInteger();

	private final ThreadPoolExecutor executor = new ThreadPoolExecutor(MOST_THREADS, MOST_THREADS, IDLE_SECONDS,
			TimeUnit.SECONDS, new LinkedBlockingQueue<>(), this::thread);

	WarmUpThreads() {
		this.executor.allowCoreThreadTimeOut(true);
	}

	private Thread thread(Runnable work) {
		Thread thread = new Thread(null, work, "outbound-http-warm-up-" + this.threads.incrementAndGet(), 0, false);
		thread.setContextClassLoader(WarmUpThreads.class.getClassLoader());
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Run a task soon.
	 * @param task the task
	 * @throws RejectedExecutionException if this is closed
	 */
	@Override
	public void execute(Runnable task) {
		this.executor.execute(task);
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
