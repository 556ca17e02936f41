package io.outboundhttp.client;

/**
 * What can be wrong with a client.
 *
 * @since 0.1.0
 */
public enum Problem {

	/** Leaked leases hold a considerable share of a route's limit. */
	LEAKING,

	/** The background work is late, or the pool has lost count. */
	MAINTENANCE,

	/** Callers wait, and for some time none was served. */
	STARVING

}
