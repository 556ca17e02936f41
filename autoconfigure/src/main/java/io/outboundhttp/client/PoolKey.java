package io.outboundhttp.client;

import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;

/**
 * All that may differ between two HttpClients of one builder and shapes their
 * connections. Equal keys may share a pool.
 *
 * @param builder the managed builder, compared by identity
 * @param bundle SSL bundle, compared by identity: a reloaded one is another
 * @param connectTimeout connect timeout
 * @param filter address filter: none, or that of the application context
 */
record PoolKey(Object builder, @Nullable SslBundle bundle, Timeout connectTimeout, AddressFilterProbe.Finding filter) {

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof PoolKey key && this.builder == key.builder && this.bundle == key.bundle
				&& this.connectTimeout.equals(key.connectTimeout) && this.filter == key.filter;
	}

	@Override
	public int hashCode() {
		return (System.identityHashCode(this.builder) * 31 + System.identityHashCode(this.bundle)) * 31
				+ this.connectTimeout.hashCode();
	}

}
