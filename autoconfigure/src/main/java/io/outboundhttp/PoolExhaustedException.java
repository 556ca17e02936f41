package io.outboundhttp;

import java.util.List;

import org.apache.hc.core5.http.ConnectionRequestTimeoutException;

/**
 * No connection of the pool became free in time. The upstream has no part in it: nothing
 * was sent, and the request is not sent again.
 *
 * @since 0.1.0
 */
public class PoolExhaustedException extends ConnectionRequestTimeoutException {

	private static final long serialVersionUID = 1L;

	private final transient RouteSnapshot route;

	private final transient List<LeaseSnapshot> oldestLeases;

	/**
	 * Create an exception.
	 * @param message what happened, and the key to change
	 * @param route the route when the caller gave up
	 * @param oldestLeases the leases of the route that are held for longest, the oldest
	 * first
	 */
	public PoolExhaustedException(String message, RouteSnapshot route, List<LeaseSnapshot> oldestLeases) {
		super(message);
		this.route = route;
		this.oldestLeases = List.copyOf(oldestLeases);
	}

	/**
	 * Return the route when the caller gave up. Not available after serialization.
	 * @return the reading of the route and of its pool
	 */
	public RouteSnapshot getRoute() {
		return this.route;
	}

	/**
	 * Return the leases of the route that are held for longest, at most three. Not
	 * available after serialization.
	 * @return the leases, the oldest first
	 */
	public List<LeaseSnapshot> getOldestLeases() {
		return this.oldestLeases;
	}

	/**
	 * Reading of a route for which there was no connection.
	 *
	 * @param client name of the pool
	 * @param route target of the route as {@code scheme://host:port}
	 * @param leased connections of the route in the hands of callers
	 * @param available idle connections of the route
	 * @param pending callers that wait for the route
	 * @param maxPerRoute limit of the route
	 * @param total connections of the pool
	 * @param maxTotal limit of the pool
	 * @param heldByCaller leases of the route held by the very thread that waited
	 */
	public record RouteSnapshot(String client, String route, int leased, int available, int pending, int maxPerRoute,
			int total, int maxTotal, int heldByCaller) {

	}

}
