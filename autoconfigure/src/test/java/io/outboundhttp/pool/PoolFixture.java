package io.outboundhttp.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/**
 * What the tests of pools need again and again.
 */
final class PoolFixture {

	static final Duration NEVER = Duration.ofHours(1);

	private PoolFixture() {
	}

	static ConnectionPools pools(TimeSource timeSource, PoolListener... listeners) {
		return new ConnectionPools(timeSource, List.of(listeners));
	}

	/**
	 * Settings that never evict by themselves within a test.
	 */
	static PoolSettings settings() {
		return settings(NEVER, NEVER);
	}

	static PoolSettings settings(Duration idleTimeout, Duration evictInterval) {
		return PoolSettings.builder().idleTimeout(idleTimeout).evictInterval(evictInterval).build();
	}

	/**
	 * Settings with limits of single routes.
	 */
	static PoolSettings settings(Map<HttpHost, Integer> overrides) {
		return PoolSettings.builder().idleTimeout(NEVER).evictInterval(NEVER).maxPerRouteOverrides(overrides).build();
	}

	static HttpClientBuilder clientBuilder(ConnectionPools pools, ConnectionPool pool) {
		return HttpClients.custom()
			.setConnectionManager(pools.connectionManager(() -> pool))
			.setConnectionManagerShared(true)
			.disableAutomaticRetries();
	}

	static CloseableHttpClient client(ConnectionPools pools, ConnectionPool pool) {
		return clientBuilder(pools, pool).build();
	}

	static String get(CloseableHttpClient client, String url) throws IOException {
		return client.execute(new HttpGet(url), (response) -> EntityUtils.toString(response.getEntity()));
	}

}
