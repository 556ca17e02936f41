package io.outboundhttp.pool;

import java.util.List;

/**
 * Reading of one pool. The totals and the rows are separate readings of a pool in use, so
 * they need not add up.
 *
 * @param name name of the pool
 * @param leased connections handed out to callers
 * @param available idle connections kept for reuse
 * @param pending callers waiting for a connection
 * @param maxTotal limit of all connections
 * @param maxPerRoute limit of a route without a limit of its own
 * @param routes one row per route with connections or waiting callers
 * @since 0.1.0
 */
public record PoolSnapshot(String name, int leased, int available, int pending, int maxTotal, int maxPerRoute,
		List<Route> routes) {

	/**
	 * Create a reading.
	 */
	public PoolSnapshot {
		routes = List.copyOf(routes);
	}

	/**
	 * Reading of one route.
	 *
	 * @param target target of the route as {@code scheme://host:port}
	 * @param via proxy of the route as {@code scheme://host:port}, empty when direct
	 * @param leased connections handed out to callers
	 * @param available idle connections kept for reuse
	 * @param pending callers waiting for a connection
	 * @param max limit of this route
	 */
	public record Route(String target, String via, int leased, int available, int pending, int max) {

	}

}
