package io.outboundhttp.pool;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the two daemon threads that work for all pools in the background. It starts with
 * the first {@link #wake()}, survives whatever the work throws, is started anew if it has
 * ended all the same, and stops with {@link #close()}.
 */
final class Worker {

	/*
	 * `lock` guards `thread`, `woken` and `closed`. The work runs without the lock, on
	 * the worker's thread only. A wake-up during the work is kept in `woken`, so it is
	 * not lost.
	 *
	 * `parked` is true while there is nothing to do, so that whoever makes work sees
	 * without the lock whether it must wake: it publishes the work first and reads
	 * `parked` then, while the worker sets `parked` first and looks for work once more
	 * then. `working` is true from before a look for work until `dueNanos` says what came
	 * of it: whoever makes work meanwhile cannot know whether it was seen, and wakes.
	 */

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

	private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

	private static final Logger logger = LoggerFactory.getLogger(Worker.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition change = this.lock.newCondition();

	private final String name;

	private final TimeSource timeSource;

	private final LongUnaryOperator work;

	private volatile @Nullable Thread thread;

	private boolean woken;

	private boolean closed;

	private volatile boolean parked;

	private volatile boolean working;

	/** When the work should begin next, or has begun. */
	private volatile long dueNanos;

	/**
	 * Create a worker.
	 * @param name name of the thread
	 * @param timeSource clock whose reading is passed to the work
	 * @param work takes the current reading in nanoseconds, returns the nanoseconds to
	 * wait before it must run again, the largest value to wait until it is woken
	 */
	Worker(String name, TimeSource timeSource, LongUnaryOperator work) {
		this.name = name;
		this.timeSource = timeSource;
		this.work = work;
	}

	/**
	 * Run the work soon, on the worker's thread. Does not block.
	 */
	void wake() {
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			this.woken = true;
			startIfNeeded();
			this.change.signal();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Make sure that the work runs within a time. Costs next to nothing where it will
	 * anyway.
	 * @param nanos the time
	 */
	void wakeWithin(long nanos) {
		Thread thread = this.thread;
		if (this.working || this.parked || thread == null || !thread.isAlive()
				|| this.dueNanos - this.timeSource.nanos() > nanos) {
			wake();
		}
	}

	private void startIfNeeded() {
		Thread current = this.thread;
		if (current != null && current.isAlive()) {
			return;
		}
		if (current != null) {
			logger.warn("Thread {} has ended unexpectedly; it is started anew", this.name);
		}
		this.dueNanos = this.timeSource.nanos();
		this.parked = false;
		// A thread that outlives its first caller must not inherit anything from it.
		Thread thread = new Thread(null, this::run, this.name, 0, false);
		thread.setContextClassLoader(Worker.class.getClassLoader());
		thread.setDaemon(true);
		thread.start();
		this.thread = thread;
	}

	/**
	 * Return by how much the work is late, because it hangs or its thread has ended.
	 * @param nowNanos the current reading of the clock
	 * @return nanoseconds, zero if it is in time or has nothing to do
	 */
	long lateNanos(long nowNanos) {
		boolean idle = this.thread == null || (this.parked && !this.working);
		return idle ? 0 : Math.max(0, nowNanos - this.dueNanos);
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
				logger.warn("Thread {} is still at work {} ms after its end was asked for", this.name,
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
			if (delayNanos == Long.MAX_VALUE) {
				this.parked = true;
				delayNanos = work();
			}
		}
	}

	private long work() {
		this.working = true;
		long nowNanos = this.timeSource.nanos();
		this.dueNanos = nowNanos;
		try {
			return this.work.applyAsLong(nowNanos);
		}
		catch (RuntimeException | Error ex) {
			logger.warn("Work of thread {} failed; it goes on", this.name, ex);
			return PAUSE_AFTER_FAILURE.toNanos();
		}
	}

	private boolean awaitTurn(long delayNanos) {
		this.lock.lock();
		try {
			this.parked = delayNanos == Long.MAX_VALUE;
			this.dueNanos = this.timeSource.nanos() + (this.parked ? 0 : delayNanos);
			this.working = false;
			long remaining = delayNanos;
			while (!this.closed && !this.woken && remaining > 0) {
				remaining = this.change.awaitNanos(remaining);
			}
			this.woken = false;
			// first: who sees that there is something to do must not see when there was
			// last
			this.dueNanos = this.timeSource.nanos();
			this.parked = false;
			return !this.closed;
		}
		catch (InterruptedException ex) {
			logger.warn("Thread {} was interrupted by someone else; it goes on", this.name);
			return !this.closed;
		}
		finally {
			this.lock.unlock();
		}
	}

}
