package io.outboundhttp.benchmarks.call;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

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
import org.jspecify.annotations.Nullable;

import io.outboundhttp.benchmarks.load.PinnedConnectionManager;

import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/**
 * An HttpClient that was tuned by hand: whatever ours sets by default and HttpClient has,
 * too, is the same, so limits, timeouts, no cookies, no silent retry.
 */
final class TunedHttpClient implements AutoCloseable {

	/** Our built-in. */
	static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(3);

	private static final TimeValue IDLE_TIMEOUT = TimeValue.ofSeconds(15);

	private static final ConnectionConfig CONNECTION = ConnectionConfig.custom()
		.setConnectTimeout(Timeout.ofSeconds(5))
		.setSocketTimeout(Timeout.ofSeconds(10))
		.setTimeToLive(TimeValue.ofMinutes(5))
		.setIdleTimeout(Timeout.of(IDLE_TIMEOUT.toDuration()))
		.setValidateAfterInactivity(TimeValue.ofSeconds(2))
		.build();

	private final CloseableHttpClient client;

	private final @Nullable PoolingHttpClientConnectionManager pool;

	private TunedHttpClient(CloseableHttpClient client, @Nullable PoolingHttpClientConnectionManager pool) {
		this.client = client;
		this.pool = pool;
	}

	/**
	 * Open a client with a pool.
	 * @param connections limit per route and in total
	 * @param acquireTimeout how long a caller waits for a connection
	 * @return the client
	 */
	static TunedHttpClient pooled(int connections, Duration acquireTimeout) {
		PoolingHttpClientConnectionManager pool = PoolingHttpClientConnectionManagerBuilder.create()
			.setMaxConnPerRoute(connections)
			.setMaxConnTotal(connections)
			.setDefaultConnectionConfig(CONNECTION)
			.build();
		return new TunedHttpClient(
				builder(pool, acquireTimeout).evictExpiredConnections().evictIdleConnections(IDLE_TIMEOUT).build(),
				pool);
	}

	/**
	 * Open a client whose callers have a connection each, so without any pool.
	 * @return the client
	 */
	static TunedHttpClient unpooled() {
		return new TunedHttpClient(builder(new PinnedConnectionManager(CONNECTION), ACQUIRE_TIMEOUT).build(), null);
	}

	private static HttpClientBuilder builder(HttpClientConnectionManager manager, Duration acquireTimeout) {
		return HttpClients.custom()
			.setConnectionManager(manager)
			.setDefaultRequestConfig(RequestConfig.custom()
				.setConnectionRequestTimeout(Timeout.of(acquireTimeout))
				.setResponseTimeout(Timeout.ofSeconds(10))
				.setCookieSpec(StandardCookieSpec.IGNORE)
				.build())
			.disableAutomaticRetries();
	}

	CloseableHttpClient httpClient() {
		return this.client;
	}

	int available() {
		return (this.pool != null) ? this.pool.getTotalStats().getAvailable() : 0;
	}

	/**
	 * Put a RestClient on it.
	 * @param url base URL
	 * @return what calls can be sent with
	 */
	OpenPeer toPeer(String url) {
		RestClient restClient = RestClient.builder()
			.requestFactory(new HttpComponentsClientHttpRequestFactory(this.client))
			.baseUrl(url)
			.build();
		return new OpenPeer(new RestClientExchange(restClient), this::inUse, this::close);
	}

	private int inUse() {
		PoolStats stats = (this.pool != null) ? this.pool.getTotalStats() : new PoolStats(0, 0, 0, 0);
		return stats.getLeased() + stats.getPending();
	}

	@Override
	public void close() {
		try {
			this.client.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
