package io.outboundhttp.actuate.endpoint;

import io.outboundhttp.pool.PoolLimits;

/**
 * Limits of a client's pool.
 *
 * @param maxTotal limit of all connections
 * @param maxPerRoute limit of a route without a limit of its own
 * @since 0.1.0
 */
public record LimitsDescriptor(int maxTotal, int maxPerRoute) {

	static LimitsDescriptor of(PoolLimits limits) {
		return new LimitsDescriptor(limits.maxTotal(), limits.maxPerRoute());
	}

}
