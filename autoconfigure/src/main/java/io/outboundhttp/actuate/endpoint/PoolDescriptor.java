package io.outboundhttp.actuate.endpoint;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.pool.PoolSnapshot;

/**
 * Pool of a client.
 *
 * @param leased connections handed out to callers
 * @param available idle connections kept for reuse
 * @param pending callers waiting for a connection
 * @param maxTotal limit of all connections
 * @param maxPerRoute limit of a route
 * @since 0.1.0
 */
public record PoolDescriptor(int leased, int available, int pending, int maxTotal, int maxPerRoute) {

	static PoolDescriptor of(PoolSnapshot snapshot) {
		return new PoolDescriptor(snapshot.leased(), snapshot.available(), snapshot.pending(), snapshot.maxTotal(),
				snapshot.maxPerRoute());
	}

	/**
	 * Describe the pool of a client that nobody has used yet.
	 * @param definition what the client is
	 * @return an empty pool with the configured limits
	 */
	static PoolDescriptor notOpen(ClientDefinition definition) {
		return new PoolDescriptor(0, 0, 0, definition.require(ClientSetting.POOL_MAX_TOTAL),
				definition.require(ClientSetting.POOL_MAX_PER_ROUTE));
	}

}
