package io.outboundhttp.client;

import io.outboundhttp.call.CallDefaults;
import io.outboundhttp.call.RetryBudgets;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.TimeSource;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;

/**
 * HttpClients on a pool that are wired as {@link PooledHttpClientFactory} does it.
 */
public final class ManagedHttpClients {

	private ManagedHttpClients() {
	}

	/**
	 * Return a builder of HttpClients with HttpClient's own retries on.
	 * @param pools owner of the pool
	 * @param pool the pool
	 * @return the builder
	 */
	public static HttpClientBuilder builder(ConnectionPools pools, ConnectionPool pool) {
		HttpClientBuilder builder = HttpClients.custom()
			.setConnectionManager(pools.connectionManager(() -> pool))
			.setConnectionManagerShared(true);
		CallDefaults.chain().addTo(builder, pools.getCalls(), new RetryBudgets(TimeSource.system()), () -> pool);
		return builder;
	}

}
