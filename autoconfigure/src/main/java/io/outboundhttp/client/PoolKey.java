package io.outboundhttp.client;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * All that may differ between two HttpClients of one builder and shapes their
 * connections. Equal keys may share a pool.
 *
 * @param builder the managed builder, compared by identity
 * @param tls SSL bundle, or what keeps it up to date, compared by identity; {@code null}
 * for none
 * @param connectTimeout connect timeout
 * @param filter address filter: none, or that of the application context
 */
record PoolKey(Object builder, @Nullable Object tls, Timeout connectTimeout, AddressFilterProbe.Finding filter) {

	/**
	 * Return this key after a change of the client.
	 * @param change the change
	 * @return the key of the same pool
	 */
	PoolKey after(ClientChange change) {
		ConnectionConfig config = ConnectionConfig.custom().setConnectTimeout(this.connectTimeout).build();
		return new PoolKey(this.builder, this.tls, change.connectionConfig(config).getConnectTimeout(), this.filter);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof PoolKey key && this.builder == key.builder && this.tls == key.tls
				&& this.connectTimeout.equals(key.connectTimeout) && this.filter == key.filter;
	}

	@Override
	public int hashCode() {
		return (System.identityHashCode(this.builder) * 31 + System.identityHashCode(this.tls)) * 31
				+ this.connectTimeout.hashCode();
	}

}
