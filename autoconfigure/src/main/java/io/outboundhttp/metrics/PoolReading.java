package io.outboundhttp.metrics;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import org.apache.hc.client5.http.HttpRoute;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolFigures;

/**
 * Figures of a pool that all its meters share during one scrape, so that a scrape reads
 * the pool once. Safe for use by several threads.
 */
final class PoolReading {

	/* Two scrapes at the same time may both read: that costs a little and is no harm. */

	private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final ConnectionPool pool;

	private final @Nullable Function<HttpRoute, @Nullable MeteredRoute> routes;

	private volatile @Nullable Reading latest;

	/**
	 * Create a reading.
	 * @param pool the pool
	 * @param routes tells what a route belongs to, {@code null} to do without routes; it
	 * may leave one out until the next reading
	 */
	PoolReading(ConnectionPool pool, @Nullable Function<HttpRoute, @Nullable MeteredRoute> routes) {
		this.pool = pool;
		this.routes = routes;
	}

	PoolFigures figures() {
		return latest().figures;
	}

	/**
	 * Return what a route has. Its limit is never above that of the pool.
	 */
	Places places(MeteredRoute route) {
		Reading reading = latest();
		PoolFigures figures = reading.figures;
		if (route.isWhole()) {
			return new Places(figures.leased(), figures.available(), figures.pending(), figures.maxTotal());
		}
		Places places = reading.routes.get(route);
		HttpRoute single = route.route();
		if (places == null) {
			places = new Places(0, 0, 0, (single != null) ? this.pool.getMaxPerRoute(single) : 0);
		}
		return new Places(places.leased, places.available, places.pending, Math.min(places.max, figures.maxTotal()));
	}

	private Reading latest() {
		long nowNanos = this.pool.nanos();
		Reading reading = this.latest;
		if (reading == null || nowNanos - reading.atNanos >= FRESH_NANOS) {
			reading = new Reading(this.pool.figures(), readRoutes(), nowNanos);
			this.latest = reading;
		}
		return reading;
	}

	private Map<MeteredRoute, Places> readRoutes() {
		Map<MeteredRoute, Places> places = new HashMap<>();
		if (this.routes != null) {
			for (PoolFigures.Route figures : this.pool.routeFigures()) {
				MeteredRoute route = this.routes.apply(figures.route());
				if (route != null) {
					places.merge(route,
							new Places(figures.leased(), figures.available(), figures.pending(), figures.max()),
							Places::plus);
				}
			}
		}
		return places;
	}

	private record Reading(PoolFigures figures, Map<MeteredRoute, Places> routes, long atNanos) {

	}

	/**
	 * The places of a route.
	 *
	 * @param leased connections handed out to callers
	 * @param available idle connections
	 * @param pending callers that wait
	 * @param max limit
	 */
	record Places(int leased, int available, int pending, int max) {

		/**
		 * Add those of another route. A limit is that of each, so the higher one stands.
		 */
		Places plus(Places other) {
			return new Places(this.leased + other.leased, this.available + other.available,
					this.pending + other.pending, Math.max(this.max, other.max));
		}

	}

}
