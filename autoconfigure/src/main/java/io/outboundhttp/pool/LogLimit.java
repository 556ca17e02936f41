package io.outboundhttp.pool;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps a flood of events from flooding the log: of those that look the same, the first
 * is admitted, then one a minute with the number of those left out. Remembers the 1,000
 * that were seen last. Safe for use by several threads.
 *
 * @param <K> what makes two events look the same
 */
final class LogLimit<K> {

	private static final int MOST_KEYS = 1000;

	private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock. Least recently used out. */
	private final Map<K, Line> lines = new LinkedHashMap<>(16, 0.75f, true);

	/**
	 * Ask whether an event may be logged.
	 * @param key what it looks like
	 * @param nowNanos the current reading of the clock
	 * @return the number of similar events left out before, negative if this one is left
	 * out too
	 */
	long admit(K key, long nowNanos) {
		this.lock.lock();
		try {
			Line line = this.lines.get(key);
			if (line != null && nowNanos - line.atNanos < PAUSE_NANOS) {
				line.leftOut++;
				return -1;
			}
			this.lines.put(key, new Line(nowNanos));
			removeEldest();
			return (line != null) ? line.leftOut : 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return whether the last event of a kind was logged.
	 * @param key what it looks like
	 * @return {@code false} while those that look the same are left out
	 */
	boolean wasAdmitted(K key) {
		this.lock.lock();
		try {
			Line line = this.lines.get(key);
			return line != null && line.leftOut == 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void removeEldest() {
		if (this.lines.size() > MOST_KEYS) {
			Iterator<K> eldest = this.lines.keySet().iterator();
			eldest.next();
			eldest.remove();
		}
	}

	/**
	 * When a line was logged, and how many were left out since.
	 */
	private static final class Line {

		private final long atNanos;

		private long leftOut;

		Line(long atNanos) {
			this.atNanos = atNanos;
		}

	}

}
