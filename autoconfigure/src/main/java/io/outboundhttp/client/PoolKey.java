package io.outboundhttp.client;

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
