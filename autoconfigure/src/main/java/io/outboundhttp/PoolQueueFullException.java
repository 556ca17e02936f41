package io.outboundhttp;

import java.util.List;

/**
 * So many callers wait for a connection already that one more was turned away at once.
 *
 * @since 0.1.0
 */
public class PoolQueueFullException extends PoolExhaustedException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what happened, and the key to change
	 * @param route the route when the caller was turned away
	 * @param oldestLeases the leases of the route that are held for longest, the oldest
	 * first
	 */
	public PoolQueueFullException(String message, RouteSnapshot route, List<LeaseSnapshot> oldestLeases) {
		super(message, route, oldestLeases);
	}

}
