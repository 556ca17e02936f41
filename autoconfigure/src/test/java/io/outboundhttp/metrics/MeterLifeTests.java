package io.outboundhttp.metrics;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.GarbageCollection;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolLimits;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.testsupport.RotatedBundle;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for meters that outlive what is behind them.
 */
@Timeout(120)
class MeterLifeTests {

	private static final String CONNECTIONS = "outbound_http_pool_connections";

	private static final String CLOSED = "outbound_http_connection_closed_connections_total";

	private static final String LEASED = "outbound_http_pool_acquire_seconds_count";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final Map<String, Object> changing = new LinkedHashMap<>();

	private TestHttpServer server = TestHttpServer.start();

	@AfterEach
	void stop() {
		this.server.close();
	}

	private PrometheusApplication application(String... properties) {
		this.changing.put("outbound-http.clients.a.base-url", this.server.url());
		return PrometheusApplication.start(this.leaks,
				(builder) -> builder.initializers((context) -> context.getEnvironment()
					.getPropertySources()
					.addFirst(new MapPropertySource("changing", this.changing))),
				properties);
	}

	private void change(PrometheusApplication application, String key, Object value) {
		this.changing.put(key, value);
		application.context().publishEvent(new EnvironmentChangeEvent(application.context(), Set.of(key)));
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@DisplayName("O2 meters follow a pool whose connection manager a change of settings replaces")
	void metersFollowAPoolThroughAChangeOfSettings(boolean routeTag) throws Exception {
		try (PrometheusApplication application = application("outbound-http.metrics.route-tag.enabled=" + routeTag)) {
			RestClient client = application.client("a");
			try (ClientHttpResponse held = hold(client)) {
				assertThat(held.getStatusCode().value()).isEqualTo(200);
				Set<String> before = names(application.scrape());
				change(application, "outbound-http.clients.a.user-agent", "another");
				change(application, "outbound-http.clients.a.pool.max-total", 7);
				get(client);
				assertThat(this.server.requests().get(1).header("User-Agent")).isEqualTo("another");
				awaitScrape(application, (scrape) -> {
					assertThat(scrape.value(CONNECTIONS, "state", "leased")).as("of before").isEqualTo(1);
					assertThat(scrape.value(CONNECTIONS, "state", "available")).as("of now").isEqualTo(1);
					assertThat(scrape.values("outbound_http_pool_max_connections").max()).hasValue(7);
					assertThat(scrape.value(LEASED, "outcome", "leased")).isEqualTo(2);
					assertThat(names(scrape)).isEqualTo(before);
				});
			}
			awaitScrape(application, (scrape) -> {
				assertThat(scrape.value(CONNECTIONS, "state", "leased")).isZero();
				assertThat(scrape.value(CLOSED, "reason", "shutdown")).isEqualTo(1);
			});
		}
	}

	@Test
	@DisplayName("O2 meters follow a pool through the reload of its SSL bundle")
	void metersFollowAPoolThroughAReloadOfItsBundle() throws Exception {
		this.server.close();
		this.server = TestHttpServer.startTls(TestCertificates.get().serverContext(), true);
		try (PrometheusApplication application = application(Stream
			.concat(Stream.of(TestCertificates.get().pemBundle("mine", TestCertificates.CLIENT_A)),
					Stream.of("outbound-http.clients.a.ssl.bundle=mine"))
			.toArray(String[]::new))) {
			RestClient client = application.client("a");
			get(client);
			Set<String> before = names(application.scrape());
			application.bean(SslBundleRegistry.class).updateBundle("mine", RotatedBundle.of(TestCertificates.CLIENT_B));
			get(client);
			assertThat(String.valueOf(this.server.requests().get(1).peerPrincipal())).contains("client-b");
			awaitScrape(application, (scrape) -> {
				assertThat(scrape.value(CONNECTIONS, "state", "available")).isEqualTo(1);
				assertThat(scrape.value(LEASED, "outcome", "leased")).isEqualTo(2);
				assertThat(scrape.value(CLOSED, "reason", "shutdown")).isEqualTo(1);
				assertThat(scrape.values("outbound_http_certificate_expiry_days").boxed()).hasSize(2)
					.allMatch((days) -> days > 0);
				assertThat(names(scrape)).isEqualTo(before);
			});
		}
	}

	@Test
	@DisplayName("O2 what a meter reads is not lost to the garbage collector")
	void whatAMeterReadsIsNotCollected() throws Exception {
		try (PrometheusApplication application = application("outbound-http.metrics.route-tag.enabled=true")) {
			get(application.client("a"));
			Set<String> before = names(application.scrape());
			collectWhatIsDropped();
			awaitScrape(application, (scrape) -> {
				assertThat(names(scrape)).isEqualTo(before);
				assertThat(scrape.value(CONNECTIONS, "state", "available")).isEqualTo(1);
			});
		}
	}

	private static void collectWhatIsDropped() {
		WeakReference<Object> dropped = new WeakReference<>(new Object());
		GarbageCollection.until(() -> assertThat(dropped.get()).isNull());
	}

	@Test
	@DisplayName("O4 a gauge is never behind by more than a tenth of a second, and a scrape reads a pool once")
	void gaugeIsNeverFarBehind() {
		FakeTimeSource time = new FakeTimeSource(0);
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		PoolMetrics metrics = new PoolMetrics((pool) -> null, RouteTag.OFF);
		metrics.bindTo(registry);
		try (ConnectionPools pools = this.leaks.watch(new ConnectionPools(time, List.of(metrics)))) {
			ConnectionPool pool = pools.open("a", PoolSettings.builder().build(),
					new PoolingHttpClientConnectionManager());
			assertThat(max(registry)).isEqualTo(25);
			pool.configureLimits((limits) -> new PoolLimits(7, limits.maxPerRoute()));
			time.advance(Duration.ofMillis(99));
			assertThat(max(registry)).as("of one scrape").isEqualTo(25);
			time.advance(Duration.ofMillis(1));
			assertThat(max(registry)).isEqualTo(7);
		}
	}

	private static double max(SimpleMeterRegistry registry) {
		return registry.get(PoolMeter.MAX.getMeterName()).gauge().value();
	}

	private static void awaitScrape(PrometheusApplication application, Check check) {
		await().untilAsserted(() -> {
			Scrape scrape = application.scrape();
			assertThat(scrape.ours()).noneMatch((series) -> Double.isNaN(series.value()));
			check.check(scrape);
		});
	}

	private static Set<String> names(Scrape scrape) {
		Set<String> names = new TreeSet<>();
		scrape.ours().forEach((series) -> names.add(series.name() + series.labels()));
		return names;
	}

	private static ClientHttpResponse hold(RestClient client) {
		return client.get().uri("/").exchangeForRequiredValue((request, response) -> response, false);
	}

	private static void get(RestClient client) {
		client.get().uri("/").retrieve().toBodilessEntity();
	}

	private interface Check {

		void check(Scrape scrape) throws IOException;

	}

}
