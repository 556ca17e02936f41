package io.outboundhttp.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.outboundhttp.CallPhase;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.autoconfigure.metrics.OutboundHttpMetricsAutoConfiguration;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.client.TlsStatus;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.TimeSource;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PoolMetrics}.
 */
@Timeout(60)
class PoolMetricsTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withInitializer(this.leaks)
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				SimpleMetricsExportAutoConfiguration.class, OutboundHttpMetricsAutoConfiguration.class,
				OutboundHttpAutoConfiguration.class, SslAutoConfiguration.class))
		.withPropertyValues("outbound-http.clients.a.user-agent=a", "outbound-http.clients.b.user-agent=b");

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("O1 meters come with the first request of a client and go with its pool")
	void metersComeAndGoWithThePool() {
		this.runner.run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(ours(registry)).isEmpty();
			get(context, "a");
			Set<String> expected = Stream.of(PoolMeter.values())
				.filter((meter) -> meter != PoolMeter.CERTIFICATE_EXPIRY)
				.flatMap(PoolMetricsTests::combinations)
				.collect(Collectors.toCollection(TreeSet::new));
			assertThat(ours(registry)).isEqualTo(expected);
			context.getBean(ConnectionPools.class).close();
			assertThat(ours(registry)).isEmpty();
		});
	}

	/**
	 * Return a meter of client "a" with each combination of its tags.
	 */
	private static Stream<String> combinations(PoolMeter meter) {
		List<String> prefixes = List.of(meter.getMeterName() + " client=a");
		for (String tag : meter.getTags()) {
			String name = tag.substring(0, tag.indexOf(':'));
			List<String> values = Arrays.asList(tag.substring(tag.indexOf(':') + 2).split(", "));
			prefixes = prefixes.stream()
				.flatMap((prefix) -> values.stream().map((value) -> prefix + " " + name + "=" + value))
				.toList();
		}
		return prefixes.stream().map(PoolMetricsTests::sorted);
	}

	private static String sorted(String text) {
		return Stream.of(text.split(" ")).sorted().collect(Collectors.joining(" "));
	}

	private static Set<String> ours(MeterRegistry registry) {
		return registry.getMeters()
			.stream()
			.map(Meter::getId)
			.filter((id) -> id.getName().startsWith("outbound."))
			.map((id) -> sorted(id.getName() + " "
					+ id.getTags().stream().map(PoolMetricsTests::describe).collect(Collectors.joining(" "))))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static String describe(Tag tag) {
		return tag.getKey() + "=" + tag.getValue();
	}

	@Test
	@DisplayName("O1 what happens is counted for its own client")
	void whatHappensIsCounted() {
		this.runner
			.withPropertyValues("outbound-http.clients.a.pool.max-per-route=1",
					"outbound-http.clients.a.pool.acquire-timeout=20ms", "outbound-http.clients.a.retry.max-retries=1",
					"outbound-http.clients.a.retry.delay=0")
			.run((context) -> {
				get(context, "a");
				get(context, "a");
				get(context, "b");
				assertThat(timer(context, PoolMeter.ACQUIRE, "outcome", "leased")).isEqualTo(2);
				assertThat(timer(context, PoolMeter.USAGE)).isEqualTo(2);
				assertThat(timer(context, PoolMeter.OPEN, "phase", "tcp", "outcome", "success")).isEqualTo(1);
				assertThat(timer(context, PoolMeter.OPEN, "phase", "dns", "outcome", "success")).isZero();
				assertThat(value(context, PoolMeter.MAX)).isEqualTo(10);
				awaitValue(context, 1, PoolMeter.CONNECTIONS, "state", "available");
				this.server.handle("/slow", (exchange) -> {
					exchange.stall();
					exchange.respond(200);
				});
				CompletableFuture<?> holder = CompletableFuture.supplyAsync(() -> get(context, "a", "/slow"));
				this.server.awaitRequests(4);
				awaitValue(context, 1, PoolMeter.CONNECTIONS, "state", "leased");
				assertThatExceptionOfType(Exception.class).isThrownBy(() -> get(context, "a"));
				assertThat(timer(context, PoolMeter.ACQUIRE, "outcome", "timeout")).isPositive();
				this.server.releaseStalled();
				assertThat(holder.get(10, TimeUnit.SECONDS)).isNotNull();
				this.server.handle("/busy", (exchange) -> exchange.respond(503));
				assertThatExceptionOfType(Exception.class).isThrownBy(() -> get(context, "a", "/busy"));
				awaitValue(context, 1, PoolMeter.RETRIES, "reason", "status");
				awaitValue(context, 0, PoolMeter.REFUSED);
				context.getBean(OutboundHttpClients.class).pool("a").closeIdle(Duration.ZERO);
				awaitValue(context, 1, PoolMeter.CLOSED, "reason", "idle");
			});
	}

	@Test
	@DisplayName("O1 a connection that cannot be opened is timed as an error of its step")
	void connectionThatCannotBeOpened() {
		this.runner.run((context) -> {
			int port = this.server.port();
			this.server.close();
			RestClient client = context.getBean(OutboundHttpClients.class).restClient("a");
			for (String url : List.of("http://127.0.0.1:" + port, "http://nowhere.invalid")) {
				assertThatExceptionOfType(Exception.class)
					.isThrownBy(() -> client.get().uri(url).retrieve().toBodilessEntity());
			}
			assertThat(timer(context, PoolMeter.OPEN, "phase", "tcp", "outcome", "error")).isEqualTo(1);
			assertThat(timer(context, PoolMeter.OPEN, "phase", "dns", "outcome", "error")).isEqualTo(1);
		});
	}

	@Test
	@DisplayName("S2 days until certificates expire are a gauge, once TLS is used")
	void certificatesAreGauges() {
		try (TestHttpServer tls = TestHttpServer.startTls(TestCertificates.get().serverContext(), true)) {
			this.runner.withPropertyValues(TestCertificates.get().pemBundle("mine", TestCertificates.CLIENT_A))
				.withPropertyValues("outbound-http.clients.a.ssl.bundle=mine")
				.run((context) -> {
					RestClient client = context.getBean(OutboundHttpClients.class).restClient("a");
					client.get().uri(tls.url()).retrieve().toBodilessEntity();
					assertThat(value(context, PoolMeter.CERTIFICATE_EXPIRY, "store", "key")).isEqualTo(28);
					assertThat(value(context, PoolMeter.CERTIFICATE_EXPIRY, "store", "trust")).isEqualTo(28);
					assertThat(timer(context, PoolMeter.OPEN, "phase", "tls", "outcome", "success")).isEqualTo(1);
					context.getBean(ConnectionPools.class).close();
					assertThat(ours(context.getBean(MeterRegistry.class))).isEmpty();
				});
		}
	}

	@Test
	@DisplayName("O1 what happens is counted once, even in pools that open while a registry is bound")
	void poolsThatOpenWhileARegistryIsBoundAreCountedOnce() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		AtomicBoolean first = new AtomicBoolean(true);
		List<ConnectionPool> opened = new ArrayList<>();
		PoolMetrics metrics = new PoolMetrics((pool) -> null, RouteTag.OFF);
		try (ConnectionPools pools = new ConnectionPools(TimeSource.system(), List.of(metrics))) {
			registry.config().onMeterAdded((meter) -> {
				if (first.getAndSet(false)) {
					for (int i = 0; i < 32; i++) {
						opened.add(open(pools, "late" + i));
					}
				}
			});
			open(pools, "early");
			metrics.bindTo(registry);
			assertThat(opened).hasSize(32).allSatisfy((pool) -> {
				metrics.leaseTimedOut(pool, new HttpRoute(new HttpHost("a", 80)), 1);
				assertThat(registry.get(PoolMeter.ACQUIRE.getMeterName())
					.tags("client", pool.getName(), "outcome", "timeout")
					.timer()
					.count()).as(pool.getName()).isOne();
			});
		}
		assertThat(ours(registry)).isEmpty();
	}

	private static ConnectionPool open(ConnectionPools pools, String name) {
		return pools.open(name, PoolSettings.builder().build(), new PoolingHttpClientConnectionManager());
	}

	@Test
	@DisplayName("S2 the days until certificates expire come with an SSL bundle that comes late")
	void certificatesOfALateBundleAreGauges() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		AtomicReference<@Nullable TlsStatus> status = new AtomicReference<>();
		PoolMetrics metrics = new PoolMetrics((pool) -> status.get(), RouteTag.OFF);
		metrics.bindTo(registry);
		try (ConnectionPools pools = new ConnectionPools(TimeSource.system(), List.of(metrics))) {
			ConnectionPool pool = open(pools, "a");
			HttpRoute route = new HttpRoute(new HttpHost("a", 80));
			Instant now = Instant.EPOCH;
			metrics.connectStepEnded(pool, route, CallPhase.TLS, 1, true);
			assertThat(registry.find(PoolMeter.CERTIFICATE_EXPIRY.getMeterName()).gauges()).isEmpty();
			status.set(new TlsStatus("b", now, null, now.plus(Duration.ofDays(3)), 0, null));
			metrics.connectStepEnded(pool, route, CallPhase.TLS, 1, true);
			status.set(new TlsStatus("c", now, now.plus(Duration.ofDays(4)), now.plus(Duration.ofDays(5)), 0, null));
			metrics.connectStepEnded(pool, route, CallPhase.TLS, 1, true);
			metrics.connectStepEnded(pool, route, CallPhase.TLS, 1, true);
			assertThat(registry.get(PoolMeter.CERTIFICATE_EXPIRY.getMeterName()).gauges())
				.extracting((gauge) -> gauge.getId().getTag("store") + " " + gauge.value())
				.containsExactlyInAnyOrder("trust 5.0", "key 4.0");
		}
		assertThat(ours(registry)).isEmpty();
	}

	@Test
	void nothingOfItIsThereWithoutMicrometer() {
		new ApplicationContextRunner().withInitializer(this.leaks)
			.withConfiguration(AutoConfigurations.of(OutboundHttpMetricsAutoConfiguration.class,
					OutboundHttpAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean("outboundHttpPoolMetrics");
				context.getBean(OutboundHttpClients.class)
					.restClient("default")
					.get()
					.uri(this.server.url())
					.retrieve()
					.toBodilessEntity();
			});
	}

	private Object get(ApplicationContext context, String client) {
		return get(context, client, "/");
	}

	private Object get(ApplicationContext context, String client, String path) {
		return context.getBean(OutboundHttpClients.class)
			.restClient(client)
			.get()
			.uri(this.server.url(path))
			.retrieve()
			.toBodilessEntity()
			.getStatusCode();
	}

	private static long timer(ApplicationContext context, PoolMeter meter, String... tags) {
		return context.getBean(MeterRegistry.class)
			.get(meter.getMeterName())
			.tag("client", "a")
			.tags(tags)
			.timer()
			.count();
	}

	private static double value(ApplicationContext context, PoolMeter meter, String... tags) {
		return context.getBean(MeterRegistry.class)
			.get(meter.getMeterName())
			.tag("client", "a")
			.tags(tags)
			.meter()
			.measure()
			.iterator()
			.next()
			.getValue();
	}

	/**
	 * Wait until a meter reads the pool anew: one reading serves a whole scrape.
	 */
	private static void awaitValue(ApplicationContext context, double expected, PoolMeter meter, String... tags) {
		await().untilAsserted(() -> assertThat(value(context, meter, tags)).isEqualTo(expected));
	}

}
