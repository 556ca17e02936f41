package io.outboundhttp.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/**
 * What the tests of pools need again and again.
 */
final class PoolFixture {

	static final Duration NEVER = Duration.ofHours(1);

	static final LeakDetection NO_LEAK_DETECTION = new LeakDetection(false, null, LeakDetection.StackTraces.NEVER,
			LeakDetection.Reclaim.NEVER, NEVER);

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

	/**
	 * Settings that never evict by themselves within a test, to be added to.
	 */
	static PoolSettings.Builder settingsBuilder() {
		return PoolSettings.builder().idleTimeout(NEVER).evictInterval(NEVER).leakDetection(NO_LEAK_DETECTION);
	}

	/**
	 * Connection manager with a limit per route that is that in total, too.
	 */
	static PoolingHttpClientConnectionManager manager(int max) {
		return PoolingHttpClientConnectionManagerBuilder.create().setMaxConnPerRoute(max).setMaxConnTotal(max).build();
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

	/**
	 * Open as many connections as there are responses. They lie idle afterwards.
	 */
	static void openConnections(CloseableHttpClient client, String url, int count) throws IOException {
		List<ClassicHttpResponse> responses = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			responses.add(client.executeOpen(null, new HttpGet(url), null));
		}
		for (ClassicHttpResponse response : responses) {
			EntityUtils.consume(response.getEntity());
		}
	}

	static String get(CloseableHttpClient client, String url) throws IOException {
		return client.execute(new HttpGet(url), (response) -> EntityUtils.toString(response.getEntity()));
	}

}
