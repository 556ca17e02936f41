package io.outboundhttp.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.outboundhttp.autoconfigure.GeneratedMetadata.Property;
import io.outboundhttp.autoconfigure.metrics.OutboundHttpMetricsAutoConfiguration;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.client.Problem;
import io.outboundhttp.testsupport.LoggedWarnings;
import io.outboundhttp.testsupport.TestHttpServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Walks every key of the generated metadata that belongs to no single client, and sees
 * the background sweep that follows the keys of clients. A key without a check fails.
 */
class GlobalKeysTests {

	private final Map<String, Consumer<ApplicationContextRunner>> checks = Map.ofEntries(
			Map.entry("enabled", GlobalKeysTests::enabled), Map.entry("takeover", GlobalKeysTests::takeover),
			Map.entry("primary", GlobalKeysTests::primary),
			Map.entry("fail-on-unknown", GlobalKeysTests::failOnUnknown),
			Map.entry("clients", GlobalKeysTests::clients), Map.entry("health.down-on", GlobalKeysTests::healthDownOn),
			Map.entry("health.leak-ratio", GlobalKeysTests::healthLeakRatio),
			Map.entry("health.starvation-threshold", GlobalKeysTests::healthStarvationThreshold),
			Map.entry("metrics.route-tag.enabled", GlobalKeysTests::metricsRouteTagEnabled),
			Map.entry("metrics.route-tag.max", GlobalKeysTests::metricsRouteTagMax),
			Map.entry("shutdown.drain-timeout", GlobalKeysTests::shutdownDrainTimeout));

	static List<String> keys() {
		return GeneratedMetadata.load()
			.properties()
			.stream()
			.map(Property::name)
			.filter((name) -> !name.startsWith(GeneratedMetadata.DEFAULTS))
			.map((name) -> name.substring(OutboundHttpProperties.PREFIX.length() + 1))
			.toList();
	}

	@ParameterizedTest(name = "outbound-http.{0}")
	@MethodSource("keys")
	@DisplayName("X8 no global key is dead")
	void globalKeyHasItsEffect(String key) {
		Consumer<ApplicationContextRunner> check = this.checks.get(key);
		assertThat(check).as("check of '%s': every key needs a test that shows its effect", key).isNotNull();
		check.accept(ClientsRunner.create());
	}

	private static void enabled(ApplicationContextRunner runner) {
		runner.run((context) -> assertThat(context).hasSingleBean(OutboundHttpClients.class));
		runner.withPropertyValues("outbound-http.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(OutboundHttpClients.class)
				.hasSingleBean(RestClient.Builder.class));
	}

	private static void takeover(ApplicationContextRunner runner) {
		try (TestHttpServer server = TestHttpServer.start()) {
			runner.run((context) -> {
				call(context.getBean(RestClient.Builder.class).build(), server);
				assertThat(context.getBean(OutboundHttpClients.class).openPools()).hasSize(1);
			});
			runner.withPropertyValues("outbound-http.takeover=false").run((context) -> {
				call(context.getBean(RestClient.Builder.class).build(), server);
				assertThat(context.getBean(OutboundHttpClients.class).openPools()).isEmpty();
			});
		}
	}

	private static void primary(ApplicationContextRunner runner) {
		ApplicationContextRunner two = runner.withPropertyValues("outbound-http.clients.a.user-agent=a",
				"outbound-http.clients.b.user-agent=b");
		try (TestHttpServer server = TestHttpServer.start()) {
			two.run((context) -> assertThat(context.getBeanProvider(RestClient.class).getIfUnique()).isNull());
			two.withPropertyValues("outbound-http.primary=b").run((context) -> {
				call(context.getBean(RestClient.class), server);
				context.getBean(RestTemplate.class).getForObject(server.url("/x"), String.class);
				assertThat(server.requests()).hasSize(2)
					.allMatch((request) -> "b".equals(request.header("User-Agent")));
			});
		}
	}

	private static void failOnUnknown(ApplicationContextRunner runner) {
		ApplicationContextRunner unknown = runner.withPropertyValues("outbound-http.tkeover=false");
		unknown.run((context) -> assertThat(context).hasFailed());
		unknown.withPropertyValues("outbound-http.fail-on-unknown=false")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private static void healthDownOn(ApplicationContextRunner runner) {
		rules(runner, "down-on=starving", (rules) -> assertThat(rules.downOn()).containsExactly(Problem.STARVING));
		rules(runner, "down-on=", (rules) -> assertThat(rules.downOn()).isEmpty());
		refused(runner, "down-on=sad", "outbound-http.health.down-on");
	}

	private static void healthLeakRatio(ApplicationContextRunner runner) {
		rules(runner, "leak-ratio=1", (rules) -> assertThat(rules.leakRatio()).isEqualTo(1));
		refused(runner, "leak-ratio=0", "outbound-http.health.leak-ratio");
		refused(runner, "leak-ratio=1.1", "outbound-http.health.leak-ratio");
	}

	private static void healthStarvationThreshold(ApplicationContextRunner runner) {
		rules(runner, "starvation-threshold=1ms",
				(rules) -> assertThat(rules.starvationThreshold()).isEqualTo(Duration.ofMillis(1)));
		refused(runner, "starvation-threshold=0", "outbound-http.health.starvation-threshold");
	}

	private static void rules(ApplicationContextRunner runner, String property, Consumer<HealthRules> check) {
		runner.withPropertyValues("outbound-http.health." + property)
			.run((context) -> check.accept(context.getBean(HealthRules.class)));
	}

	private static void refused(ApplicationContextRunner runner, String property, String key) {
		runner.withPropertyValues("outbound-http.health." + property)
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining(key));
	}

	private static void metricsRouteTagEnabled(ApplicationContextRunner runner) {
		assertThat(routeTags(runner)).containsOnlyNulls();
		assertThat(routeTags(runner.withPropertyValues("outbound-http.metrics.route-tag.enabled=true")))
			.allMatch((route) -> route.startsWith("http://127.0.0.1:"));
	}

	private static void metricsRouteTagMax(ApplicationContextRunner runner) {
		ApplicationContextRunner enabled = runner.withPropertyValues("outbound-http.metrics.route-tag.enabled=true");
		assertThat(routeTags(enabled)).hasSize(2);
		try (LoggedWarnings warnings = LoggedWarnings.of("io.outboundhttp.metrics")) {
			assertThat(routeTags(enabled.withPropertyValues("outbound-http.metrics.route-tag.max=1"))).hasSize(2)
				.contains("other");
			assertThat(warnings.list()).singleElement()
				.asString()
				.contains("'default'", "more than 1 routes", "'outbound-http.metrics.route-tag.max'");
		}
		for (String bad : List.of("0", "1001")) {
			runner.withPropertyValues("outbound-http.metrics.route-tag.max=" + bad)
				.run((context) -> assertThat(context).getFailure()
					.hasStackTraceContaining("outbound-http.metrics.route-tag.max")
					.hasStackTraceContaining("'" + bad + "'")
					.hasStackTraceContaining("Expected 1 to 1000"));
		}
	}

	/**
	 * Call two routes, and return the tag of each.
	 */
	private static Set<String> routeTags(ApplicationContextRunner runner) {
		Set<String> routes = new HashSet<>();
		try (TestHttpServer one = TestHttpServer.start(); TestHttpServer other = TestHttpServer.start()) {
			runner.withConfiguration(AutoConfigurations.of(OutboundHttpMetricsAutoConfiguration.class))
				.withBean(SimpleMeterRegistry.class)
				.run((context) -> {
					MeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
					context.getBeanProvider(MeterBinder.class).forEach((binder) -> binder.bindTo(registry));
					RestClient client = context.getBean(RestClient.Builder.class).build();
					call(client, one);
					call(client, other);
					registry.get("outbound.http.pool.usage")
						.timers()
						.forEach((timer) -> routes.add(timer.getId().getTag("route")));
				});
		}
		return routes;
	}

	private static void shutdownDrainTimeout(ApplicationContextRunner runner) {
		assertThat(cutAfterMillis(runner, "0")).isZero();
		assertThat(cutAfterMillis(runner, "300ms")).isGreaterThanOrEqualTo(300);
		for (String bad : List.of("-1ms", "2147483648ms")) {
			runner.withPropertyValues("outbound-http.shutdown.drain-timeout=" + bad)
				.run((context) -> assertThat(context).getFailure()
					.hasStackTraceContaining("outbound-http.shutdown.drain-timeout")
					.hasStackTraceContaining("0 (at once) or more"));
		}
	}

	/**
	 * Close a context while a response is open, and return how long that was waited for.
	 */
	private static long cutAfterMillis(ApplicationContextRunner runner, String drainTimeout) {
		try (TestHttpServer server = TestHttpServer.start();
				LoggedWarnings warnings = LoggedWarnings.of("io.outboundhttp.pool")) {
			List<ClientHttpResponse> held = new ArrayList<>();
			runner.withPropertyValues("outbound-http.shutdown.drain-timeout=" + drainTimeout)
				.run((context) -> held.add(context.getBean(OutboundHttpClients.class)
					.requestFactory("default")
					.createRequest(URI.create(server.url()), HttpMethod.GET)
					.execute()));
			held.forEach(ClientHttpResponse::close);
			Matcher matcher = Pattern.compile("in use, (\\d+) ms after").matcher(String.join("", warnings.list()));
			assertThat(matcher.find()).isTrue();
			return Long.parseLong(matcher.group(1));
		}
	}

	private static void clients(ApplicationContextRunner runner) {
		runner.withPropertyValues("outbound-http.clients.a.pool.max-total=9")
			.run((context) -> assertThat(context.getBean(OutboundHttpClients.class).pool("a").snapshot().maxTotal())
				.isEqualTo(9));
	}

	private static void call(RestClient client, TestHttpServer server) {
		assertThat(client.get().uri(server.url("/x")).retrieve().body(String.class)).isEqualTo("ok");
	}

	@Test
	@DisplayName("X8 evict-interval and idle-timeout close idle connections without traffic")
	void idleConnectionIsClosedBySweepWithoutTraffic() {
		try (TestHttpServer swept = TestHttpServer.start(); TestHttpServer kept = TestHttpServer.start()) {
			ClientsRunner.create()
				.withPropertyValues("outbound-http.defaults.pool.idle-timeout=50ms",
						"outbound-http.clients.swept.pool.evict-interval=20ms",
						"outbound-http.clients.kept.pool.evict-interval=10m")
				.run((context) -> {
					OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
					call(clients.restClient("kept"), kept);
					call(clients.restClient("swept"), swept);
					Awaitility.await()
						.atMost(Duration.ofSeconds(10))
						.until(() -> clients.pool("swept").snapshot().available() == 0);
					swept.awaitNoOpenConnections();
					assertThat(kept.openConnections()).isEqualTo(1);
				});
		}
	}

}
