package io.outboundhttp.pool;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.hc.client5.http.HttpRoute;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.LeakDetection.StackTraces;

/**
 * Decides for which leases the stack of the caller is kept. Safe for use by several
 * threads.
 */
final class StackSampling {

	/*
	 * `lock` guards `leakedAt`. `leaked` tells without the lock that there is nothing in
	 * it, which is the usual case. Two threads may find the same pause over: harmless.
	 */

	private static final int ONE_IN = 32;

	/** Shortest time between two of them: under load, one in 32 would cost too much. */
	private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

	private static final long ALL_FOR_NANOS = Duration.ofMinutes(10).toNanos();

	private static final int ROUTES = 1000;

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<HttpRoute, Long> leakedAt = new LinkedHashMap<>();

	private volatile StackTraces mode;

	private volatile boolean leaked;

	private volatile boolean sampled;

	private volatile long sampledAtNanos;

	StackSampling(LeakDetection settings) {
		this.mode = mode(settings);
	}

	private static StackTraces mode(LeakDetection settings) {
		return settings.enabled() ? settings.stackTraces() : StackTraces.NEVER;
	}

	/**
	 * Go on with other settings.
	 * @param settings the settings
	 */
	void apply(LeakDetection settings) {
		this.mode = mode(settings);
	}

	/**
	 * Return the current stack if it should be kept. It costs little until it is read.
	 * @param route route of the lease
	 * @param likely whether there is a reason to want this one
	 * @param nowNanos the current reading of the clock
	 * @return the stack or {@code null}
	 */
	@Nullable Throwable sample(HttpRoute route, boolean likely, long nowNanos) {
		boolean wanted = switch (this.mode) {
			case NEVER -> false;
			case ALWAYS -> true;
			case SAMPLED -> likely || isTurn(nowNanos) || (this.leaked && leakedLately(route, nowNanos));
		};
		return wanted ? new Throwable("Stack of the caller") : null;
	}

	private boolean isTurn(long nowNanos) {
		if (ThreadLocalRandom.current().nextInt(ONE_IN) != 0
				|| (this.sampled && nowNanos - this.sampledAtNanos < PAUSE_NANOS)) {
			return false;
		}
		this.sampledAtNanos = nowNanos;
		this.sampled = true;
		return true;
	}

	/**
	 * Keep all stacks of a route for some time.
	 * @param route the route
	 * @param nowNanos the current reading of the clock
	 */
	void leaked(HttpRoute route, long nowNanos) {
		this.lock.lock();
		try {
			this.leakedAt.remove(route);
			this.leakedAt.put(route, nowNanos);
			if (this.leakedAt.size() > ROUTES) {
				Iterator<HttpRoute> oldest = this.leakedAt.keySet().iterator();
				oldest.next();
				oldest.remove();
			}
			this.leaked = true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean leakedLately(HttpRoute route, long nowNanos) {
		this.lock.lock();
		try {
			Long at = this.leakedAt.get(route);
			if (at == null) {
				return false;
			}
			if (nowNanos - at < ALL_FOR_NANOS) {
				return true;
			}
			this.leakedAt.remove(route);
			this.leaked = !this.leakedAt.isEmpty();
			return false;
		}
		finally {
			this.lock.unlock();
		}
	}

}
