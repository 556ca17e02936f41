package io.outboundhttp.metrics;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.outboundhttp.CallPhase;
import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.CloseReason;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolLimits;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolFigures;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.TimeSource;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PoolMetrics} whose meters carry the route.
 */
@Timeout(60)
class RouteTagTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private PoolMetrics metrics;

	private ConnectionPools pools;

	@BeforeEach
	void create() {
		create(50);
	}

	private void create(int max) {
		this.metrics = new PoolMetrics((pool) -> null, new RouteTag(true, max));
		this.metrics.bindTo(this.registry);
		this.pools = this.leaks.watch(new ConnectionPools(TimeSource.system(), List.of(this.metrics)));
	}

	private ConnectionPool open(String name) {
		return this.pools.open(name, PoolSettings.builder().build(), new PoolingHttpClientConnectionManager());
	}

	private CloseableHttpClient client(ConnectionPool pool) {
		return HttpClients.custom()
			.setConnectionManager(this.pools.connectionManager(() -> pool))
			.setConnectionManagerShared(true)
			.disableAutomaticRetries()
			.build();
	}

	private static HttpRoute route(String host) {
		return new HttpRoute(new HttpHost("http", host, 80));
	}

	@Test
	@DisplayName("O1 meters of a route tell it apart, and add up to the pool")
	void metersOfRoutesAddUpToThePool() throws Exception {
		ConnectionPool pool = open("a");
		try (TestHttpServer one = TestHttpServer.start();
				TestHttpServer two = TestHttpServer.start();
				CloseableHttpClient client = client(pool);
				ClassicHttpResponse held = client.executeOpen(null, new HttpGet(one.url()), null);
				ClassicHttpResponse idle = client.executeOpen(null, new HttpGet(two.url()), null);
				ClassicHttpResponse alsoHeld = client.executeOpen(null, new HttpGet(two.url()), null)) {
			EntityUtils.consume(idle.getEntity());
			PoolFigures figures = pool.figures();
			assertThat(List.of(figures.leased(), figures.available())).containsExactly(2, 1);
			String first = "http://127.0.0.1:" + one.port();
			String second = "http://127.0.0.1:" + two.port();
			await().untilAsserted(() -> assertThat(gauges(PoolMeter.CONNECTIONS, "state", "leased"))
				.isEqualTo(Map.of(first, 1.0, second, 1.0)));
			assertThat(gauges(PoolMeter.CONNECTIONS, "state", "available")).isEqualTo(Map.of(first, 0.0, second, 1.0));
			assertThat(gauges(PoolMeter.PENDING)).isEqualTo(Map.of(first, 0.0, second, 0.0));
			assertThat(gauges(PoolMeter.MAX)).isEqualTo(Map.of(first, 5.0, second, 5.0, "all", 25.0));
			assertThat(timers(PoolMeter.ACQUIRE, "outcome", "leased")).isEqualTo(Map.of(first, 1L, second, 2L));
			assertThat(timers(PoolMeter.OPEN, "outcome", "success")).isEqualTo(Map.of(first, 1L, second, 2L));
			assertThat(held.getCode() + alsoHeld.getCode()).isEqualTo(400);
		}
		assertThat(timers(PoolMeter.USAGE).values()).containsExactlyInAnyOrder(1L, 2L);
		pool.closeIdle(Duration.ZERO);
		long closed = pool.figures().connections().closed().values().stream().mapToLong(Long::longValue).sum();
		assertThat(closed).isEqualTo(3);
		assertThat(this.registry.get(PoolMeter.CLOSED.getMeterName())
			.functionCounters()
			.stream()
			.mapToDouble((counter) -> counter.count())
			.sum()).isEqualTo(closed);
	}

	@Test
	@DisplayName("O1 callers that wait for a route which has no connection yet are seen by a scrape")
	void callersThatWaitForANewRouteAreSeen() throws Exception {
		ConnectionPool pool = open("a");
		pool.configureLimits((limits) -> new PoolLimits(1, limits.maxPerRoute()));
		try (TestHttpServer one = TestHttpServer.start();
				TestHttpServer two = TestHttpServer.start();
				CloseableHttpClient client = client(pool);
				ClassicHttpResponse held = client.executeOpen(null, new HttpGet(one.url()), null)) {
			ExecutorService threads = Executors.newSingleThreadExecutor();
			try {
				Future<Integer> waiting = threads.submit(() -> client.execute(new HttpGet(two.url()), (response) -> {
					EntityUtils.consume(response.getEntity());
					return response.getCode();
				}));
				await().untilAsserted(() -> assertThat(gauges(PoolMeter.PENDING))
					.isEqualTo(Map.of("http://127.0.0.1:" + one.port(), 0.0, "http://127.0.0.1:" + two.port(), 1.0)));
				EntityUtils.consume(held.getEntity());
				assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(200);
			}
			finally {
				threads.shutdown();
			}
		}
	}

	@Test
	@DisplayName("O1 a registry that has meters of another pool of the same name gets no second ones")
	void registryWithMetersOfAnotherPoolOfTheSameNameGetsNoSecondOnes() {
		this.leaks.expectWarning("Client 'a': no meters, since the registry has those of another pool of this name");
		ConnectionPool first = open("a");
		this.metrics.leaseTimedOut(first, route("h"), 1);
		int before = this.registry.getMeters().size();
		PoolMetrics others = new PoolMetrics((pool) -> null, RouteTag.OFF);
		others.bindTo(this.registry);
		ConnectionPools otherPools = this.leaks.watch(new ConnectionPools(TimeSource.system(), List.of(others)));
		ConnectionPool second = otherPools.open("a", PoolSettings.builder().build(),
				new PoolingHttpClientConnectionManager());
		others.leaseTimedOut(second, route("h"), 1);
		assertThat(this.registry.getMeters()).hasSize(before);
		otherPools.close();
		assertThat(this.registry.getMeters()).hasSize(before);
		assertThat(timers(PoolMeter.ACQUIRE, "outcome", "timeout")).isEqualTo(Map.of("http://h:80", 1L));
	}

	@Test
	@DisplayName("O1 a limit of a route is never shown above that of its pool")
	void limitOfARouteIsNeverAboveThatOfThePool() {
		ConnectionPool pool = open("a");
		this.metrics.connectStepEnded(pool, route("h"), CallPhase.DNS, 1, true);
		pool.configureLimits((limits) -> new PoolLimits(3, limits.maxPerRoute()));
		assertThat(gauges(PoolMeter.MAX)).isEqualTo(Map.of("http://h:80", 3.0, "all", 3.0));
	}

	@Test
	@DisplayName("O5 routes beyond the limit share their meters, and one warning says so")
	void routesBeyondTheLimitShareTheirMeters() throws Exception {
		this.leaks.expectWarning("Client 'a': more than 2 routes, so the meters of all others have the route 'other'. "
				+ "Raise 'outbound-http.metrics.route-tag.max'");
		create(2);
		ConnectionPool pool = open("a");
		for (int i = 0; i < 5000; i++) {
			this.metrics.leaseTimedOut(pool, route("h" + i), 1);
			this.metrics.connectionClosed(pool, route("h" + i), CloseReason.IDLE);
		}
		this.metrics.leaseTimedOut(pool, route("H1"), 1);
		InetAddress address = InetAddress.getByAddress(new byte[] { 10, 0, 0, 1 });
		this.metrics.leaseTimedOut(pool, new HttpRoute(new HttpHost("http", address, "h1", 80)), 1);
		assertThat(timers(PoolMeter.ACQUIRE, "outcome", "timeout"))
			.isEqualTo(Map.of("http://h0:80", 1L, "http://h1:80", 3L, "other", 4998L));
		assertThat(this.registry.get(PoolMeter.CLOSED.getMeterName())
			.tags("route", "other", "reason", "idle")
			.functionCounter()
			.count()).isEqualTo(4998);
		assertThat(gauges(PoolMeter.CONNECTIONS, "state", "leased")).containsOnlyKeys("http://h0:80", "http://h1:80",
				"other");
		assertThat(gauges(PoolMeter.MAX)).containsOnlyKeys("http://h0:80", "http://h1:80", "all");
	}

	@Test
	@DisplayName("O1 all series of a meter have the same tags, as Prometheus demands")
	void allSeriesOfAMeterHaveTheSameTags() {
		this.leaks.expectWarning("more than 1 routes");
		create(1);
		PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		Set<String> failures = new TreeSet<>();
		prometheus.config().onMeterRegistrationFailed((id, reason) -> failures.add(id + " " + reason));
		this.metrics.bindTo(prometheus);
		for (String client : List.of("a", "b")) {
			ConnectionPool pool = open(client);
			this.metrics.leaseTimedOut(pool, route("h0"), 1);
			this.metrics.leaseTimedOut(pool, route("h1"), 1);
		}
		assertThat(failures).isEmpty();
		Map<String, Set<Set<String>>> tags = new TreeMap<>();
		prometheus.getMeters()
			.stream()
			.map(Meter::getId)
			.forEach((id) -> tags.computeIfAbsent(id.getName(), (name) -> new HashSet<>())
				.add(new TreeSet<>(id.getTags().stream().map(Tag::getKey).toList())));
		assertThat(tags.values()).allSatisfy((keys) -> assertThat(keys).hasSize(1));
		Stream.of(PoolMeter.values())
			.filter((meter) -> meter != PoolMeter.CERTIFICATE_EXPIRY)
			.forEach((meter) -> assertThat(tags.get(meter.getMeterName())).as(meter.name())
				.singleElement()
				.satisfies((keys) -> assertThat(keys.contains("route")).isEqualTo(meter.isByRoute())));
		assertThat(prometheus.scrape())
			.contains("outbound_http_pool_connections{client=\"a\"," + "route=\"http://h0:80\",state=\"leased\"} 0.0");
	}

	@Test
	@DisplayName("O1 routes to one target are one, by whatever proxy or address")
	void routesToOneTargetAreOne() throws Exception {
		ConnectionPool pool = open("a");
		HttpHost resolved = new HttpHost("https", InetAddress.getByAddress(new byte[] { 10, 0, 0, 1 }), "h", 443);
		HttpHost plain = new HttpHost("https", "h", 443);
		List<HttpRoute> routes = List.of(new HttpRoute(resolved), new HttpRoute(plain),
				new HttpRoute(plain, null, new HttpHost("proxy", 8080), true), new HttpRoute(resolved));
		routes.forEach((route) -> this.metrics.leaseTimedOut(pool, route, 1));
		assertThat(timers(PoolMeter.ACQUIRE, "outcome", "timeout")).isEqualTo(Map.of("https://h:443", 4L));
	}

	@Test
	@DisplayName("O1 who reads a meter while it is registered registers nothing twice")
	void meterThatIsReadAtItsRegistrationIsNoTrap() throws Exception {
		List<Meter.Id> added = new ArrayList<>();
		FakeTimeSource time = new FakeTimeSource(0);
		this.pools = this.leaks.watch(new ConnectionPools(time, List.of(this.metrics)));
		ConnectionPool pool = open("a");
		this.registry.config().onMeterAdded((meter) -> {
			added.add(meter.getId());
			// no reading of before is fresh enough
			time.advance(Duration.ofSeconds(1));
			meter.measure().forEach(Measurement::getValue);
		});
		try (TestHttpServer server = TestHttpServer.start();
				CloseableHttpClient client = client(pool);
				ClassicHttpResponse held = client.executeOpen(null, new HttpGet(server.url()), null)) {
			assertThat(held.getCode()).isEqualTo(200);
			assertThat(added).doesNotHaveDuplicates();
			assertThat(timers(PoolMeter.ACQUIRE, "outcome", "leased"))
				.isEqualTo(Map.of("http://127.0.0.1:" + server.port(), 1L));
		}
	}

	@Test
	@DisplayName("O1 what is counted before a registry is bound is not lost")
	void registryThatIsBoundLateHasTheRoutes() {
		ConnectionPool pool = open("a");
		this.metrics.connectionClosed(pool, route("h"), CloseReason.STALE);
		SimpleMeterRegistry late = new SimpleMeterRegistry();
		this.metrics.bindTo(late);
		assertThat(late.get(PoolMeter.CLOSED.getMeterName())
			.tags("client", "a", "route", "http://h:80", "reason", "stale")
			.functionCounter()
			.count()).isOne();
		this.pools.close();
		assertThat(late.getMeters()).isEmpty();
		assertThat(this.registry.getMeters()).isEmpty();
		this.metrics.leaseTimedOut(pool, route("later"), 1);
		assertThat(this.registry.getMeters()).isEmpty();
	}

	@Test
	@DisplayName("O1 a route that is seen while its pool ends leaves no meters behind")
	void routeThatIsSeenTooLateLeavesNothingBehind() {
		SimpleMeterRegistry bound = new SimpleMeterRegistry();
		MeteredPool metered = new MeteredPool(open("a"), new RouteTag(true, 5), (pool) -> null);
		metered.register(bound);
		metered.acquired(route("h"), Outcome.LEASED, 1);
		assertThat(bound.getMeters()).isNotEmpty();
		metered.remove();
		metered.acquired(route("late"), Outcome.LEASED, 1);
		assertThat(bound.getMeters()).isEmpty();
	}

	private Map<String, Double> gauges(PoolMeter meter, String... tags) {
		Map<String, Double> values = new TreeMap<>();
		this.registry.get(meter.getMeterName())
			.tags(tags)
			.gauges()
			.forEach((gauge) -> values.put(route(gauge), gauge.value()));
		return values;
	}

	private static String route(Gauge gauge) {
		return String.valueOf(gauge.getId().getTag("route"));
	}

	private Map<String, Long> timers(PoolMeter meter, String... tags) {
		Map<String, Long> counts = new TreeMap<>();
		this.registry.get(meter.getMeterName())
			.tags(tags)
			.timers()
			.stream()
			.filter((timer) -> timer.count() > 0)
			.forEach((timer) -> counts.merge(String.valueOf(timer.getId().getTag("route")), timer.count(), Long::sum));
		return counts;
	}

}
