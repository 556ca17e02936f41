package io.outboundhttp.pool;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon thread that does the background work of all pools. It starts with the first
 * {@link #wake()}, survives whatever the work throws, and ends with {@link #close()}.
 */
final class Upkeep {

	/*
	 * `lock` guards `thread`, `woken` and `closed`. The work runs without the lock, on
	 * the upkeep thread only. A wake-up during the work is kept in `woken`, so it is not
	 * lost.
	 */

	static final String THREAD_NAME = "outbound-http-upkeep";

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

	private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

	private static final Logger logger = LoggerFactory.getLogger(Upkeep.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition change = this.lock.newCondition();

	private final TimeSource timeSource;

	private final LongUnaryOperator work;

	private @Nullable Thread thread;

	private boolean woken;

	private boolean closed;

	/**
	 * Create the upkeep of some work.
	 * @param timeSource clock whose reading is passed to the work
	 * @param work takes the current reading in nanoseconds, returns the nanoseconds to
	 * wait before it must run again
	 */
	Upkeep(TimeSource timeSource, LongUnaryOperator work) {
		this.timeSource = timeSource;
		this.work = work;
	}

	/**
	 * Run the work soon, on the upkeep thread. Does not block.
	 */
	void wake() {
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			this.woken = true;
			if (this.thread == null) {
				// a thread that outlives its first caller must not inherit anything from
				// it
				Thread thread = new Thread(null, this::run, THREAD_NAME, 0, false);
				thread.setContextClassLoader(Upkeep.class.getClassLoader());
				thread.setDaemon(true);
				thread.start();
				this.thread = thread;
			}
			this.change.signal();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * End the thread and wait for it, at most two seconds.
	 */
	void close() {
		@Nullable Thread thread;
		this.lock.lock();
		try {
			this.closed = true;
			this.change.signal();
			thread = this.thread;
		}
		finally {
			this.lock.unlock();
		}
		if (thread == null || thread == Thread.currentThread()) {
			return;
		}
		try {
			thread.join(CLOSE_TIMEOUT.toMillis());
			if (thread.isAlive()) {
				logger.warn("Thread {} is still at work {} ms after its end was asked for", THREAD_NAME,
						CLOSE_TIMEOUT.toMillis());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void run() {
		long delayNanos = 0;
		while (awaitTurn(delayNanos)) {
			delayNanos = work();
		}
	}

	private long work() {
		try {
			return this.work.applyAsLong(this.timeSource.nanos());
		}
		catch (RuntimeException | Error ex) {
			logger.warn("Upkeep of the connection pools failed; it goes on", ex);
			return PAUSE_AFTER_FAILURE.toNanos();
		}
	}

	private boolean awaitTurn(long delayNanos) {
		this.lock.lock();
		try {
			long remaining = delayNanos;
			while (!this.closed && !this.woken && remaining > 0) {
				remaining = this.change.awaitNanos(remaining);
			}
			this.woken = false;
			return !this.closed;
		}
		catch (InterruptedException ex) {
			logger.warn("Thread {} was interrupted by someone else; it goes on", THREAD_NAME);
			return !this.closed;
		}
		finally {
			this.lock.unlock();
		}
	}

}
