package io.outboundhttp.benchmarks.lease;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;

import io.outboundhttp.benchmarks.load.PinnedConnectionManager;

/**
 * A way to give connections to callers.
 */
public enum Contender {

	/** Ours. */
	MANAGED("outbound-http") {

		@Override
		Connections open(int max) {
			return Connections.managed(pool(PoolConcurrencyPolicy.STRICT, max));
		}

	},

	/** HttpClient's default. */
	STRICT("HttpClient, strict") {

		@Override
		Connections open(int max) {
			return Connections.plain(pool(PoolConcurrencyPolicy.STRICT, max));
		}

	},

	/** For information: it does not keep all promises of the strict one. */
	OFFLOCK("HttpClient, offlock") {

		@Override
		Connections open(int max) {
			return Connections.plain(pool(PoolConcurrencyPolicy.OFFLOCK, max));
		}

	},

	/** The floor that any pool can reach. Knows no limit. */
	NO_POOL("no pool") {

		@Override
		Connections open(int max) {
			return Connections.plain(new PinnedConnectionManager(ConnectionConfig.DEFAULT));
		}

	};

	private final String description;

	Contender(String description) {
		this.description = description;
	}

	/**
	 * Open it.
	 * @param max connections that may be open at a time
	 * @return it, without any connection yet
	 */
	abstract Connections open(int max);

	static PoolingHttpClientConnectionManager pool(PoolConcurrencyPolicy policy, int max) {
		return PoolingHttpClientConnectionManagerBuilder.create()
			.setPoolConcurrencyPolicy(policy)
			.setMaxConnPerRoute(max)
			.setMaxConnTotal(max)
			.build();
	}

	@Override
	public String toString() {
		return this.description;
	}

}
