package io.outboundhttp.pool;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * How leaked leases of a pool are found, and what is done about them. Immutable.
 *
 * @param enabled whether they are looked for at all
 * @param threshold time without progress after which a lease is suspected, {@code null}
 * for never
 * @param stackTraces for which leases the stack of the caller is kept
 * @param reclaim which leaked connections are taken back
 * @param reclaimAfter age after which a suspected lease is overdue
 * @since 0.1.0
 */
public record LeakDetection(boolean enabled, @Nullable Duration threshold, StackTraces stackTraces, Reclaim reclaim,
		Duration reclaimAfter) {

	/**
	 * What the properties fall back to.
	 */
	public static final LeakDetection DEFAULT = new LeakDetection(true, Duration.ofSeconds(30), StackTraces.SAMPLED,
			Reclaim.ABANDONED, Duration.ofMinutes(5));

	/**
	 * Create settings.
	 */
	public LeakDetection {
		if (threshold != null && (threshold.isNegative() || threshold.isZero())) {
			throw new IllegalArgumentException("threshold: " + threshold + " (expected: > 0 or null)");
		}
		Objects.requireNonNull(stackTraces, "'stackTraces' must not be null");
		Objects.requireNonNull(reclaim, "'reclaim' must not be null");
		if (reclaimAfter.isNegative() || reclaimAfter.isZero()) {
			throw new IllegalArgumentException("reclaimAfter: " + reclaimAfter + " (expected: > 0)");
		}
	}

	/**
	 * For which leases the stack of the caller is kept.
	 */
	public enum StackTraces {

		/** For none. */
		NEVER,

		/** For some, and for ten minutes for all of a route that leaked. */
		SAMPLED,

		/** For all. */
		ALWAYS

	}

	/**
	 * Which leaked connections are taken back.
	 */
	public enum Reclaim {

		/** None; they are only reported. */
		NEVER,

		/** Those whose response is unreachable, so that nobody can miss them. */
		ABANDONED,

		/** Those, and suspected ones that are held for too long. */
		OVERDUE

	}

}
