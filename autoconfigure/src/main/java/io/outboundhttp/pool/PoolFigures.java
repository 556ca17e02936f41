package io.outboundhttp.pool;

import org.apache.hc.client5.http.HttpRoute;

/**
 * Figures of a pool without its routes and leases: a reading whose cost does not grow
 * with them, for meters. Immutable.
 *
 * @param leased connections handed out to callers
 * @param available idle connections kept for reuse
 * @param pending callers waiting for a connection
 * @param maxTotal limit of all connections
 * @param leaks figures of leaks since the pool was opened; those of now are zero
 * @param connections figures of connections
 * @param calls figures of calls
 * @since 0.1.0
 */
public record PoolFigures(int leased, int available, int pending, int maxTotal, PoolSnapshot.Leaks leaks,
		PoolSnapshot.Connections connections, PoolSnapshot.Calls calls) {

	/**
	 * Figures of one route.
	 *
	 * @param route the route
	 * @param leased connections handed out to callers
	 * @param available idle connections kept for reuse
	 * @param pending callers waiting for a connection
	 * @param max limit of this route
	 */
	public record Route(HttpRoute route, int leased, int available, int pending, int max) {

	}

}
