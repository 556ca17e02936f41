package io.outboundhttp.pool;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to end in time, whoever holds it up. Adding and removing cost no lock and no
 * timer; one thread for all pools looks at what is due next. Safe for use by several
 * threads.
 */
final class Clock {

	/*
	 * A task is published in `tasks` before the thread is asked to run within its time,
	 * and the thread publishes that it parks before it looks at the tasks once more: see
	 * Worker. So no task is forgotten.
	 */

	private static final Logger logger = LoggerFactory.getLogger(Clock.class);

	private final Set<Task> tasks = ConcurrentHashMap.newKeySet();

	private final LongConsumer waker;

	/**
	 * Create a clock without tasks.
	 * @param waker makes sure that {@link #tick} is called within some nanoseconds
	 */
	Clock(LongConsumer waker) {
		this.waker = waker;
	}

	/**
	 * Look at a task within a time, and then when it says.
	 * @param task the task
	 * @param nanos the time
	 */
	void add(Task task, long nanos) {
		this.tasks.add(task);
		this.waker.accept(nanos);
	}

	/**
	 * Forget a task.
	 * @param task the task
	 */
	void remove(Task task) {
		this.tasks.remove(task);
	}

	/**
	 * Look at all tasks.
	 * @param nowNanos the current reading of the clock
	 * @return nanoseconds until the next one is due, the largest value for none
	 */
	long tick(long nowNanos) {
		long delay = Long.MAX_VALUE;
		for (Task task : this.tasks) {
			long next = look(task, nowNanos);
			if (next == Long.MAX_VALUE) {
				this.tasks.remove(task);
			}
			delay = Math.min(delay, next);
		}
		return delay;
	}

	private static long look(Task task, long nowNanos) {
		try {
			return task.look(nowNanos);
		}
		catch (RuntimeException | Error ex) {
			logger.warn("{} failed; the others go on", task.getClass().getSimpleName(), ex);
			return Long.MAX_VALUE;
		}
	}

	/**
	 * Something that may have to be ended. It calls no user code and waits for nothing
	 * but the close of a socket.
	 */
	interface Task {

		/**
		 * End what is overdue. Called by the thread of the clock.
		 * @param nowNanos the current reading of the clock
		 * @return nanoseconds until this must be looked at again, the largest value for
		 * never
		 */
		long look(long nowNanos);

	}

}
