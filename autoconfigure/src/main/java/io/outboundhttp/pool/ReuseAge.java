package io.outboundhttp.pool;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * For how long a connection of one route may lie idle and still be used again, as its
 * server shows it: by what it announces, and by the connections that it has closed in the
 * meantime. Safe for use by several threads.
 * <p>
 * A connection that fails when it is used again, or is found to be closed, has lain idle
 * for longer than its server allows. The time allowed is shorter than that age, and not
 * shorter than the greatest age at which a connection was used well. So from then on,
 * none is used beyond the latter, at least half and at most four fifths of the age.
 * Whoever closes connections for another reason must teach nothing:
 * <ul>
 * <li>What fails within a second counts as one failure, of the greatest age. A server
 * that is restarted closes them all, the idlest included.</li>
 * <li>An age of less than 100 ms tells of an accident, and what fails within the same
 * second belongs to it.</li>
 * <li>An age at which a connection was used well before is overlooked, unless it happens
 * again within a minute.</li>
 * </ul>
 * A lesson holds for five minutes and is relaxed by half every five minutes then, so that
 * a wrong one, or a server that was changed, is not held against the route for ever. Each
 * time that it has to be learned again, it is held on to twice as long, up to 80 minutes.
 */
final class ReuseAge {

	/*
	 * Whoever has a connection of the route at hand reads `lesson` and writes `proven`
	 * and `announced` without a lock; an update that is lost in a race is made up for by
	 * the next response. What a failure teaches is worked out under `lock`, which guards
	 * all the rest and is never held while anything else is called.
	 */

	static final long NONE = Long.MAX_VALUE;

	private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long SAME_EVENT_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long DOUBT_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable Lesson lesson;

	/** Greatest age at which a connection was used well. */
	private volatile long provenNanos;

	/** What the server said last, {@link #NONE} for nothing. */
	private volatile long announcedNanos = NONE;

	private @Nullable Event event;

	/** When an age was overlooked, {@code null} if none was. */
	private @Nullable Long overlookedNanos;

	/**
	 * Return whether a connection has lain idle for too long.
	 * @param ageNanos for how long it has
	 * @param nowNanos the current reading of the clock
	 * @return whether it must not be used again
	 */
	boolean isReached(long ageNanos, long nowNanos) {
		Lesson lesson = this.lesson;
		return lesson != null && ageNanos >= lesson.limitNanos(nowNanos);
	}

	/**
	 * Return the age up to which connections are used again.
	 * @param nowNanos the current reading of the clock
	 * @return nanoseconds, {@link #NONE} if nothing is known of the server
	 */
	long limitNanos(long nowNanos) {
		Lesson lesson = this.lesson;
		return Math.min(this.announcedNanos, (lesson != null) ? lesson.limitNanos(nowNanos) : NONE);
	}

	/**
	 * Note what the server says.
	 * @param ageNanos age up to which a connection is used again because of it,
	 * {@link #NONE} if it says nothing
	 */
	void announced(long ageNanos) {
		if (this.announcedNanos != ageNanos) {
			this.announcedNanos = ageNanos;
		}
	}

	/**
	 * Note that a connection was used again, and well.
	 * @param ageNanos for how long it had lain idle
	 */
	void proven(long ageNanos) {
		if (ageNanos > this.provenNanos) {
			this.provenNanos = ageNanos;
		}
	}

	/**
	 * Note that the other side has closed a connection while it lay idle.
	 * @param ageNanos for how long it had, when it was noticed
	 * @param nowNanos the current reading of the clock
	 */
	void failed(long ageNanos, long nowNanos) {
		this.lock.lock();
		try {
			Event event = this.event;
			if (event == null || nowNanos - event.lastNanos >= SAME_EVENT_NANOS) {
				event = new Event(this.lesson, this.provenNanos);
				this.event = event;
			}
			event.lastNanos = nowNanos;
			event.ageNanos = Math.max(event.ageNanos, ageNanos);
			event.accident |= ageNanos < SHORTEST_NANOS;
			this.lesson = (event.accident || isOverlooked(event, nowNanos)) ? event.before : Lesson.of(event, nowNanos);
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean isOverlooked(Event event, long nowNanos) {
		if (event.ageNanos >= event.provenNanos || event.repeated) {
			return false;
		}
		Long before = this.overlookedNanos;
		if (!event.overlooked && before != null && nowNanos - before < DOUBT_NANOS) {
			event.repeated = true;
			return false;
		}
		event.overlooked = true;
		this.overlookedNanos = nowNanos;
		// else a server that has become stricter could not teach it
		this.provenNanos = 0;
		return true;
	}

	/**
	 * What fails at about the same time. Guarded by the lock.
	 */
	private static final class Event {

		private final @Nullable Lesson before;

		private final long provenNanos;

		private long lastNanos;

		private long ageNanos;

		private boolean accident;

		private boolean overlooked;

		private boolean repeated;

		Event(@Nullable Lesson before, long provenNanos) {
			this.before = before;
			this.provenNanos = provenNanos;
		}

	}

	/**
	 * What a failure has taught.
	 *
	 * @param nanos greatest age at first
	 * @param sinceNanos when it was learned
	 * @param holdNanos after which time it is relaxed, and again and again
	 */
	private record Lesson(long nanos, long sinceNanos, long holdNanos) {

		private static final long FIRST_HOLD_NANOS = TimeUnit.MINUTES.toNanos(5);

		private static final long LONGEST_HOLD_NANOS = TimeUnit.MINUTES.toNanos(80);

		/** After so many steps, a tenth of a second has become six minutes. */
		private static final int MOST_STEPS = 20;

		private static final double RELAXATION = 1.5;

		static Lesson of(Event event, long nowNanos) {
			Lesson before = event.before;
			long nanos = Math.min(event.ageNanos / 5 * 4, Math.max(event.provenNanos, event.ageNanos / 2));
			if (before == null || before.limitNanos(nowNanos) == NONE) {
				return new Lesson(nanos, nowNanos, FIRST_HOLD_NANOS);
			}
			return new Lesson(Math.min(nanos, before.limitNanos(nowNanos)), nowNanos,
					Math.min(before.holdNanos * 2, LONGEST_HOLD_NANOS));
		}

		long limitNanos(long nowNanos) {
			long steps = (nowNanos - this.sinceNanos) / this.holdNanos;
			if (steps <= 0) {
				return this.nanos;
			}
			return (steps <= MOST_STEPS) ? (long) (this.nanos * Math.pow(RELAXATION, steps)) : NONE;
		}

	}

}
