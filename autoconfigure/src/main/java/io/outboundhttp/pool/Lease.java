package io.outboundhttp.pool;

import org.apache.hc.client5.http.HttpRoute;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.LeaseSnapshot;

/**
 * Read-only view of one lease: a connection in the hands of a caller. Safe for use by
 * several threads. It must not be kept beyond the event that passes it.
 *
 * @since 0.1.0
 */
public interface Lease {

	/**
	 * Return the pool of the connection.
	 * @return the pool
	 */
	ConnectionPool getPool();

	/**
	 * Return the route of the connection.
	 * @return the route
	 */
	HttpRoute getRoute();

	/**
	 * Return the method of the request.
	 * @return the method, empty where it is not known
	 */
	String getMethod();

	/**
	 * Return the template of the request's URI.
	 * @return the template or {@code null} where it is not known
	 */
	@Nullable String getUriTemplate();

	/**
	 * Return whether the connection was open before: used by another call, or opened in
	 * advance.
	 * @return whether it was open before
	 */
	boolean isReused();

	/**
	 * Read the lease.
	 * @return the reading
	 */
	LeaseSnapshot snapshot();

}
