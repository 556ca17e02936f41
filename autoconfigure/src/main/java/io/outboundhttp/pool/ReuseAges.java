package io.outboundhttp.pool;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.hc.client5.http.HttpRoute;
import org.jspecify.annotations.Nullable;

/**
 * The {@link ReuseAge} of each route of a pool: of the thousand to which a connection was
 * made last. Asked when a connection is made, not when it is used again. Safe for use by
 * several threads.
 */
final class ReuseAges {

	/* `lock` guards `ages`; nothing else is called while it is held. */

	private static final int MOST_ROUTES = 1000;

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<HttpRoute, ReuseAge> ages = new LinkedHashMap<>(16, 0.75f, true);

	/**
	 * Return that of a route. It stays with the connection that is made now, even if the
	 * route is forgotten.
	 * @param route the route
	 * @return its reuse age
	 */
	ReuseAge of(HttpRoute route) {
		this.lock.lock();
		try {
			ReuseAge age = this.ages.computeIfAbsent(route, (absent) -> new ReuseAge());
			if (this.ages.size() > MOST_ROUTES) {
				this.ages.remove(this.ages.keySet().iterator().next());
			}
			return age;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return the age up to which connections of a route are used again.
	 * @param route the route
	 * @param nowNanos the current reading of the clock
	 * @return nanoseconds, {@link ReuseAge#NONE} if nothing is known of its server
	 */
	long limitNanos(HttpRoute route, long nowNanos) {
		@Nullable ReuseAge age;
		this.lock.lock();
		try {
			age = this.ages.get(route);
		}
		finally {
			this.lock.unlock();
		}
		return (age != null) ? age.limitNanos(nowNanos) : ReuseAge.NONE;
	}

}
