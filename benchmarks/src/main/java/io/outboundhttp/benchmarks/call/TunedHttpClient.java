package io.outboundhttp.benchmarks.call;

import java.io.IOException;
import java.io.UncheckedIOException;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.cookie.StandardCookieSpec;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

import io.outboundhttp.benchmarks.load.PinnedConnectionManager;

import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/**
 * A RestClient on an HttpClient that was tuned by hand: whatever ours sets by default and
 * HttpClient has, too, is the same, so limits, timeouts, no cookies, no silent retry.
 */
final class TunedHttpClient {

	private static final TimeValue IDLE_TIMEOUT = TimeValue.ofSeconds(15);

	private static final ConnectionConfig CONNECTION = ConnectionConfig.custom()
		.setConnectTimeout(Timeout.ofSeconds(5))
		.setSocketTimeout(Timeout.ofSeconds(10))
		.setTimeToLive(TimeValue.ofMinutes(5))
		.setIdleTimeout(Timeout.ofSeconds(15))
		.setValidateAfterInactivity(TimeValue.ofSeconds(2))
		.build();

	private TunedHttpClient() {
	}

	/**
	 * Open a client with a pool.
	 * @param url base URL
	 * @param connections limit per route and in total
	 * @return the client
	 */
	static OpenPeer pooled(String url, int connections) {
		PoolingHttpClientConnectionManager manager = PoolingHttpClientConnectionManagerBuilder.create()
			.setMaxConnPerRoute(connections)
			.setMaxConnTotal(connections)
			.setDefaultConnectionConfig(CONNECTION)
			.build();
		CloseableHttpClient client = builder(manager).evictExpiredConnections()
			.evictIdleConnections(IDLE_TIMEOUT)
			.build();
		return new OpenPeer(exchange(client, url), () -> {
			PoolStats stats = manager.getTotalStats();
			return stats.getLeased() + stats.getPending();
		}, () -> close(client));
	}

	/**
	 * Open a client whose callers have a connection each, so without any pool.
	 * @param url base URL
	 * @return the client
	 */
	static OpenPeer unpooled(String url) {
		CloseableHttpClient client = builder(new PinnedConnectionManager(CONNECTION)).build();
		return OpenPeer.of(exchange(client, url), () -> close(client));
	}

	private static HttpClientBuilder builder(HttpClientConnectionManager manager) {
		return HttpClients.custom()
			.setConnectionManager(manager)
			.setDefaultRequestConfig(RequestConfig.custom()
				.setConnectionRequestTimeout(Timeout.ofSeconds(3))
				.setResponseTimeout(Timeout.ofSeconds(10))
				.setCookieSpec(StandardCookieSpec.IGNORE)
				.build())
			.disableAutomaticRetries();
	}

	private static RestClientExchange exchange(CloseableHttpClient client, String url) {
		return new RestClientExchange(RestClient.builder()
			.requestFactory(new HttpComponentsClientHttpRequestFactory(client))
			.baseUrl(url)
			.build());
	}

	private static void close(CloseableHttpClient client) {
		try {
			client.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
