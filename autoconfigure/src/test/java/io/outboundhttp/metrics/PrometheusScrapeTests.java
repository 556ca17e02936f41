package io.outboundhttp.metrics;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for meters of pools as Prometheus sees them over HTTP.
 */
@Timeout(120)
class PrometheusScrapeTests {

	private static final String CONNECTIONS = "outbound_http_pool_connections";

	private static final String PENDING = "outbound_http_pool_pending_callers";

	private static final String MAX = "outbound_http_pool_max_connections";

	private static final String ACQUIRE = "outbound_http_pool_acquire_seconds";

	private static final String REQUESTS = "http_client_requests_seconds_count";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	private ExecutorService callers;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
		this.callers = Executors.newCachedThreadPool();
	}

	@AfterEach
	void stop() {
		this.callers.shutdownNow();
		this.server.close();
	}

	private PrometheusApplication application(String... properties) {
		List<String> all = new ArrayList<>(List.of("outbound-http.clients.a.base-url=" + this.server.url()));
		all.addAll(List.of(properties));
		return PrometheusApplication.start(this.leaks, all.toArray(String[]::new));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@DisplayName("O1 a scrape during X2 shows who has the connections, who waits, and who got none")
	void scrapeWhileAPoolIsHeld(boolean routeTag) throws Exception {
		try (PrometheusApplication application = application("outbound-http.clients.a.pool.max-total=1",
				"outbound-http.clients.a.pool.acquire-timeout=3s",
				"outbound-http.metrics.route-tag.enabled=" + routeTag)) {
			RestClient client = application.client("a");
			String[] labels = routeTag ? new String[] { "client", "a", "route", this.server.url() }
					: new String[] { "client", "a" };
			List<Future<?>> waiting = new ArrayList<>();
			try (ClientHttpResponse held = hold(client)) {
				assertThat(held.getStatusCode().value()).isEqualTo(200);
				for (int i = 0; i < 20; i++) {
					waiting.add(this.callers.submit(() -> assertThatExceptionOfType(ResourceAccessException.class)
						.isThrownBy(() -> get(client, "/"))));
				}
				await().pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
					Scrape scrape = application.scrape();
					assertThat(scrape.value(PENDING, labels)).isEqualTo(20);
					assertThat(scrape.value(CONNECTIONS, and(labels, "state", "leased"))).isEqualTo(1);
					assertThat(scrape.value(CONNECTIONS, and(labels, "state", "available"))).isZero();
					assertThat(scrape.value(MAX, labels)).isEqualTo(1);
				});
				for (Future<?> caller : waiting) {
					caller.get(30, TimeUnit.SECONDS);
				}
			}
			await().untilAsserted(() -> {
				Scrape scrape = application.scrape();
				assertThat(scrape.value(PENDING, labels)).isZero();
				assertThat(scrape.value(ACQUIRE + "_count", and(labels, "outcome", "timeout"))).isEqualTo(20);
				assertThat(scrape.value(ACQUIRE + "_sum", and(labels, "outcome", "timeout"))).isGreaterThan(60);
				assertThat(scrape.value(ACQUIRE + "_count", and(labels, "outcome", "leased"))).isEqualTo(1);
				assertThat(scrape.value(ACQUIRE + "_count", and(labels, "outcome", "rejected"))).isZero();
			});
		}
	}

	@Test
	@DisplayName("O1 control: plain Boot exposes nothing of its pools")
	void plainBootExposesNothingOfItsPools() throws Exception {
		// who has no pool of ours never closes an idle connection
		this.server.maxRequestsPerConnection(1);
		try (PrometheusApplication application = application("outbound-http.enabled=false")) {
			get(application.bean(RestClient.Builder.class).build(), this.server.url());
			Scrape scrape = application.scrape();
			assertThat(scrape.values(REQUESTS).sum()).isEqualTo(1);
			assertThat(scrape.ours()).isEmpty();
			assertThat(scrape.types().keySet()).noneMatch((name) -> name.contains("httpclient"));
		}
	}

	@Test
	@DisplayName("O4 ten scrapes a second under load tell the truth of now, and never a number that is none")
	void scrapesUnderLoadTellTheTruth() throws Exception {
		try (PrometheusApplication application = application("outbound-http.clients.a.pool.max-total=8")) {
			RestClient client = application.client("a");
			AtomicBoolean end = new AtomicBoolean();
			List<Future<?>> load = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				load.add(this.callers.submit(() -> {
					while (!end.get()) {
						get(client, "/");
					}
				}));
			}
			try {
				for (int held = 0; held < 4; held++) {
					try (ClientHttpResponse one = hold(client); ClientHttpResponse other = hold(client)) {
						assertThat(one.getStatusCode()).isEqualTo(other.getStatusCode());
						// the two are seen with whatever the load holds besides
						await().pollInterval(Duration.ofMillis(100)).untilAsserted(() -> {
							Scrape scrape = application.scrape();
							assertThat(scrape.value(CONNECTIONS, "state", "leased")).isBetween(2.0, 6.0);
							assertThat(scrape.values(CONNECTIONS).sum()).isBetween(2.0, 8.0);
							assertThat(scrape.ours())
								.noneMatch((series) -> Double.isNaN(series.value()) || series.value() < 0);
						});
					}
				}
			}
			finally {
				end.set(true);
			}
			for (Future<?> caller : load) {
				caller.get(30, TimeUnit.SECONDS);
			}
			await().untilAsserted(() -> {
				Scrape scrape = application.scrape();
				assertThat(scrape.value(CONNECTIONS, "state", "leased")).isZero();
				assertThat(scrape.value("outbound_http_pool_usage_seconds_count"))
					.isEqualTo(scrape.value(ACQUIRE + "_count", "outcome", "leased"));
			});
		}
	}

	@Test
	@DisplayName("O5 ten thousand URIs make no series of ours, with the tag of the route or without")
	void manyUrisMakeNoSeries() throws Exception {
		try (PrometheusApplication application = application("outbound-http.metrics.route-tag.enabled=true")) {
			RestClient client = application.client("a");
			get(client, "/");
			int before = application.scrape().ours().size();
			List<Future<?>> calls = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				int first = i * 2500;
				calls.add(this.callers.submit(() -> {
					for (int id = first; id < first + 2500; id++) {
						client.get().uri(URI.create(this.server.url("/orders/" + id))).retrieve().toBodilessEntity();
					}
				}));
			}
			for (Future<?> call : calls) {
				call.get(100, TimeUnit.SECONDS);
			}
			Scrape scrape = application.scrape();
			assertThat(this.server.requests()).hasSize(10_001);
			assertThat(scrape.ours()).hasSize(before);
			assertThat(scrape.ours()).allMatch((series) -> "a".equals(series.labels().get("client")));
			assertThat(scrape.value("outbound_http_pool_usage_seconds_count")).isEqualTo(10_001);
		}
	}

	@Test
	@DisplayName("O6 each call is one sample of http.client.requests, however often it is sent")
	void eachCallIsOneSampleOfBootsTimer() throws Exception {
		try (PrometheusApplication application = application("outbound-http.clients.a.retry.max-retries=2",
				"outbound-http.clients.a.retry.delay=0")) {
			this.server.handle("/flaky",
					(exchange) -> exchange.respond((this.server.requests("/flaky").size() % 2 == 1) ? 503 : 200));
			get(application.client("a"), "/");
			get(application.client("a"), "/flaky");
			get(application.bean(RestClient.Builder.class).build(), this.server.url());
			assertThat(this.server.requests()).hasSize(4);
			Scrape scrape = application.scrape();
			assertThat(scrape.values(REQUESTS).sum()).isEqualTo(3);
			assertThat(scrape.types().keySet().stream().filter((name) -> name.contains("client_request")))
				.containsExactlyInAnyOrder("http_client_requests_seconds", "http_client_requests_seconds_max",
						"http_client_requests_active_seconds", "http_client_requests_active_seconds_max");
			assertThat(scrape.value("outbound_http_retries_requests_total", "client", "a", "reason", "status"))
				.isEqualTo(1);
		}
	}

	@Test
	@DisplayName("O1 no series of a pool outlives it")
	void noSeriesOutlivesThePool() throws IOException {
		try (PrometheusApplication application = application("outbound-http.metrics.route-tag.enabled=true")) {
			get(application.client("a"), "/");
			assertThat(application.scrape().ours()).isNotEmpty();
			application.bean(ConnectionPools.class).close();
			assertThat(application.scrape().ours()).isEmpty();
		}
	}

	private static String[] and(String[] labels, String name, String value) {
		List<String> all = new ArrayList<>(List.of(labels));
		all.add(name);
		all.add(value);
		return all.toArray(String[]::new);
	}

	private static ClientHttpResponse hold(RestClient client) {
		return client.get().uri("/").exchangeForRequiredValue((request, response) -> response, false);
	}

	private static void get(RestClient client, String uri) {
		client.get().uri(uri).retrieve().toBodilessEntity();
	}

}
