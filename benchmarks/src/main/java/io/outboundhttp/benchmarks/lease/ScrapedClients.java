package io.outboundhttp.benchmarks.lease;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.benchmarks.load.Exchange;
import io.outboundhttp.benchmarks.load.HttpClientExchange;
import io.outboundhttp.benchmarks.load.Repeated;
import io.outboundhttp.metrics.PoolMetrics;
import io.outboundhttp.metrics.RouteTag;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.TimeSource;

/**
 * Twenty clients with their meters, the first of which is used.
 */
final class ScrapedClients {

	private static final int CLIENTS = 20;

	private static final int MAX_CONNECTIONS = 20;

	private static final String NONE = "–";

	private final ConnectionPools pools;

	private final Exchange exchange;

	private final Repeated scrapes;

	private volatile long series;

	private ScrapedClients(ConnectionPools pools, Exchange exchange, @Nullable PrometheusMeterRegistry registry) {
		this.pools = pools;
		this.exchange = exchange;
		this.scrapes = new Repeated((registry != null) ? () -> scrape(registry) : null);
	}

	/**
	 * Open the clients, and let each send a request.
	 */
	static ScrapedClients open(Variant variant, HttpHost host) throws IOException {
		PoolMetrics metrics = new PoolMetrics((pool) -> null, new RouteTag(variant.isByRoute, RouteTag.OFF.max()));
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		metrics.bindTo(registry);
		ConnectionPools pools = new ConnectionPools(TimeSource.system(),
				variant.hasMeters ? List.of(metrics) : List.of());
		CloseableHttpClient first = client(pools, "client-1");
		first.execute(host, new HttpGet("/"), (response) -> EntityUtils.toString(response.getEntity()));
		for (int i = 2; i <= CLIENTS; i++) {
			client(pools, "client-" + i).execute(host, new HttpGet("/"),
					(response) -> EntityUtils.toString(response.getEntity()));
		}
		return new ScrapedClients(pools, new HttpClientExchange(first, host), variant.isScraped ? registry : null);
	}

	private static CloseableHttpClient client(ConnectionPools pools, String name) {
		ConnectionPool pool = pools.open(name,
				PoolSettings.builder().validateAfterInactivity(Duration.ofSeconds(2)).build(),
				Contender.pool(PoolConcurrencyPolicy.STRICT, MAX_CONNECTIONS));
		return HttpClients.custom()
			.setConnectionManager(pools.connectionManager(() -> pool))
			.setConnectionManagerShared(true)
			.disableAutomaticRetries()
			.build();
	}

	Exchange exchange() {
		return this.exchange;
	}

	/**
	 * Return the scrapes, none where nobody scrapes.
	 */
	Repeated scrapes() {
		return this.scrapes;
	}

	private void scrape(PrometheusMeterRegistry scraped) {
		ByteArrayOutputStream text = new ByteArrayOutputStream();
		try {
			scraped.scrape(text);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		if (this.series == 0) {
			this.series = text.toString(StandardCharsets.UTF_8).lines().filter((line) -> !line.startsWith("#")).count();
		}
	}

	String series() {
		return (this.series == 0) ? NONE : String.format(Locale.ROOT, "%,d", this.series);
	}

	void close() {
		this.pools.close();
	}

	/**
	 * What is observed, and how.
	 */
	enum Variant {

		NO_METERS("no meters", false, false, false),

		METERS("meters, no scrape", true, false, false),

		SCRAPED("10 scrapes a second", true, true, false),

		SCRAPED_BY_ROUTE("10 scrapes a second, by route", true, true, true);

		private final String description;

		private final boolean hasMeters;

		private final boolean isScraped;

		private final boolean isByRoute;

		Variant(String description, boolean hasMeters, boolean isScraped, boolean isByRoute) {
			this.description = description;
			this.hasMeters = hasMeters;
			this.isScraped = isScraped;
			this.isByRoute = isByRoute;
		}

		@Override
		public String toString() {
			return this.description;
		}

	}

}
