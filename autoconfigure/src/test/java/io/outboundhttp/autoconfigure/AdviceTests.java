package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.advice.Advice;
import io.outboundhttp.advice.Advice.Level;
import io.outboundhttp.advice.Advisor;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.PoolLimits;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Tests for what is advised about settings.
 */
class AdviceTests {

	private static final String CLIENT = "outbound-http.clients.a.";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private static String[] properties(String... settings) {
		return Stream.of(settings)
			.map((setting) -> setting.startsWith("spring.") ? setting : CLIENT + setting)
			.toArray(String[]::new);
	}

	private List<Advice> advice(String... settings) {
		List<Advice> advice = new ArrayList<>();
		ClientsRunner.withProperties(properties(settings))
			.withInitializer(this.leaks)
			.run((context) -> advice.addAll(context.getBean(Advisor.class).advice("a")));
		return advice;
	}

	static Stream<Arguments> contradictions() {
		return Stream.of(
				arguments("overrides-above-total", Level.WARN,
						List.of("pool.max-total=60", "pool.max-per-route-overrides.[http://a.test:80]=40",
								"pool.max-per-route-overrides.[http://b.test:80]=40"),
						List.of("pool.max-total", "pool.max-per-route-overrides")),
				arguments("retries-exceed-call-timeout", Level.WARN,
						List.of("read-timeout=2s", "retry.max-retries=3", "call-timeout=3s"),
						List.of("call-timeout", "read-timeout", "retry.max-retries")),
				arguments("retries-exceed-call-timeout", Level.INFO,
						List.of("read-timeout=2s", "retry.max-retries=2", "call-timeout=5s"),
						List.of("call-timeout", "read-timeout", "retry.max-retries")),
				arguments("retries-without-call-timeout", Level.INFO, List.of("retry.max-retries=1"),
						List.of("call-timeout")),
				arguments("read-timeout-above-call-timeout", Level.INFO, List.of("read-timeout=5s", "call-timeout=3s"),
						List.of("read-timeout", "call-timeout")),
				arguments("retries-without-budget", Level.WARN,
						List.of("retry.max-retries=1", "retry.budget=0", "call-timeout=1m"), List.of("retry.budget")),
				arguments("endless-connections", Level.INFO, List.of("pool.time-to-live=0", "pool.idle-timeout=0"),
						List.of("pool.time-to-live")),
				arguments("shared-cookies", Level.INFO, List.of("cookie-handling=enable"), List.of("cookie-handling")),
				arguments("leak-detection-off", Level.INFO, List.of("leak-detection.enabled=false"),
						List.of("leak-detection.enabled")),
				arguments(
						"reclaim-before-read-timeout", Level.WARN, List.of("leak-detection.reclaim=overdue",
								"leak-detection.reclaim-after=40s", "read-timeout=1m"),
						List.of("leak-detection.reclaim-after", "leak-detection.reclaim")));
	}

	@ParameterizedTest
	@MethodSource("contradictions")
	void settingsThatHurtTogetherAreAdvisedAbout(String code, Level level, List<String> settings, List<String> keys) {
		if (level == Level.WARN) {
			this.leaks.expectWarning(" " + code + ": Client 'a': ");
		}
		assertThat(advice(settings.toArray(String[]::new))).singleElement().satisfies((advice) -> {
			assertThat(advice.code()).isEqualTo(code);
			assertThat(advice.level()).isEqualTo(level);
			assertThat(advice.client()).isEqualTo("a");
			assertThat(advice.message()).startsWith("Client 'a': ")
				.contains(" (")
				.doesNotContain("\n")
				.doesNotEndWith(".");
			assertThat(advice.keys()).containsExactlyElementsOf(keys.stream().map((key) -> CLIENT + key).toList());
		});
	}

	static Stream<List<String>> harmless() {
		return Stream.of(List.of("user-agent=a"),
				List.of("pool.max-total=80", "pool.max-per-route-overrides.[http://a.test:80]=40",
						"pool.max-per-route-overrides.[http://b.test:80]=40"),
				List.of("read-timeout=1s", "retry.max-retries=2", "call-timeout=5s"), List.of("call-timeout=3s"),
				List.of("read-timeout=3s", "call-timeout=3s"), List.of("spring.threads.virtual.enabled=true"),
				List.of("spring.threads.virtual.enabled=true", "pool.acquire-timeout=30s", "pool.max-pending=200"),
				List.of("spring.threads.virtual.enabled=true", "pool.acquire-timeout=30s", "pool.max-per-route=500"),
				List.of("pool.acquire-timeout=30s"), List.of("pool.time-to-live=0"), List.of("pool.idle-timeout=0"),
				List.of("leak-detection.reclaim=overdue", "leak-detection.reclaim-after=40s", "read-timeout=40s"),
				List.of("leak-detection.reclaim-after=40s", "read-timeout=1m"), List.of("retry.budget=0"));
	}

	@ParameterizedTest
	@MethodSource("harmless")
	void settingsThatGoTogetherAreNotAdvisedAbout(List<String> settings) {
		assertThat(advice(settings.toArray(String[]::new))).isEmpty();
	}

	@Test
	@DisplayName("T7 four attempts of two seconds are advised not to fit into a deadline of three")
	void attemptsThatDoNotFitIntoTheCallTimeoutAreCounted() {
		this.leaks.expectWarning("4 attempts of up to 2s");
		assertThat(advice("read-timeout=2s", "retry.max-retries=3", "call-timeout=3s").get(0).message())
			.isEqualTo("Client 'a': 4 attempts of up to 2s (property source \"map\") silence each, with "
					+ "pauses of 0.7 s between them, make 8.7 s, and 40.7 s with the waits for connections and "
					+ "connects, but the call timeout is 3s (property source \"map\"): it ends "
					+ "the call before the last attempts are made");
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "there are no virtual threads")
	void virtualThreadsThatMayAllWaitForASmallPoolAreAdvisedAbout() {
		this.leaks.expectWarning("virtual-threads-small-pool");
		assertThat(advice("spring.threads.virtual.enabled=true", "pool.acquire-timeout=30s")).singleElement()
			.satisfies((advice) -> {
				assertThat(advice.code()).isEqualTo("virtual-threads-small-pool");
				assertThat(advice.level()).isEqualTo(Level.WARN);
				assertThat(advice.message()).contains("30s (property source", "50 (built-in)");
				assertThat(advice.keys()).containsExactly(CLIENT + "pool.max-pending", CLIENT + "pool.acquire-timeout",
						CLIENT + "pool.max-per-route");
			});
	}

	@Test
	void limitsThatAnOperatorTurnsAroundAreAdvisedAbout() {
		ClientsRunner.withProperties(CLIENT + "pool.max-per-route=50").withInitializer(this.leaks).run((context) -> {
			context.getBean(OutboundHttpClients.class)
				.pool("a")
				.configureLimits((limits) -> new PoolLimits(20, limits.maxPerRoute()));
			assertThat(context.getBean(Advisor.class).advice("a")).singleElement().satisfies((advice) -> {
				assertThat(advice.code()).isEqualTo("per-route-above-total");
				assertThat(advice.level()).isEqualTo(Level.WARN);
				assertThat(advice.message()).contains("50 (property source", "20 (code)");
			});
		});
	}

	@Test
	void valuesThatCodeHasSetAreTheOnesThatCount() {
		ClientsRunner.withProperties(CLIENT + "call-timeout=3s", CLIENT + "read-timeout=1s")
			.withInitializer(this.leaks)
			.withBean(OutboundHttpClientCustomizer.class, () -> new OutboundHttpClientCustomizer() {
			})
			.run((context) -> {
				context.getBean(OutboundHttpClients.class).pool("a");
				assertThat(context.getBean(Advisor.class).advice("a")).isEmpty();
			});
	}

	@Test
	void serverThatClosesIdleConnectionsSoonerIsAdvisedAbout() {
		try (TestHttpServer server = TestHttpServer.start()
			.handleAll((exchange) -> exchange.respond(200, Headers.of("Keep-Alive", "timeout=5"), "ok"))) {
			ClientsRunner.withProperties(CLIENT + "base-url=" + server.url())
				.withInitializer(this.leaks)
				.run((context) -> {
					Advisor advisor = context.getBean(Advisor.class);
					assertThat(advisor.advice("a")).as("before a call").isEmpty();
					context.getBean(OutboundHttpClients.class).restClient("a").get().retrieve().toBodilessEntity();
					assertThat(advisor.advice("a")).singleElement().satisfies((advice) -> {
						assertThat(advice.code()).isEqualTo("idle-timeout-above-server");
						assertThat(advice.level()).isEqualTo(Level.INFO);
						assertThat(advice.message()).contains(server.url(), "15s (built-in)", "at most 4000 ms");
						assertThat(advice.keys()).containsExactly(CLIENT + "pool.idle-timeout");
					});
				});
		}
	}

	@Test
	void defaultsGiveOneHintForAllClients() {
		ClientsRunner.withProperties(CLIENT + "user-agent=a", "outbound-http.clients.b.user-agent=b")
			.withInitializer(this.leaks)
			.run((context) -> assertThat(context.getBean(Advisor.class).advice()).singleElement()
				.satisfies((advice) -> {
					assertThat(advice.code()).isEqualTo("unbounded-body");
					assertThat(advice.level()).isEqualTo(Level.INFO);
					assertThat(advice.client()).isNull();
					assertThat(advice.message()).contains("of any client");
					assertThat(advice.keys()).containsExactly("outbound-http.defaults.max-response-size");
				}));
	}

	@Test
	void bodiesOfSomeClientsAreNamed() {
		ClientsRunner.withProperties("outbound-http.defaults.max-response-size=10MB", CLIENT + "max-response-size=0")
			.withInitializer(this.leaks)
			.run((context) -> assertThat(context.getBean(Advisor.class).advice()).singleElement()
				.extracting(Advice::message)
				.asString()
				.contains("of clients [a]"));
	}

	@Test
	void whatHurtsComesFirst() {
		this.leaks.expectWarning("retries-without-budget");
		ClientsRunner
			.withProperties(CLIENT + "leak-detection.enabled=false", "outbound-http.clients.b.retry.max-retries=1",
					"outbound-http.clients.b.retry.budget=0", "outbound-http.clients.b.call-timeout=1m")
			.withInitializer(this.leaks)
			.run((context) -> assertThat(context.getBean(Advisor.class).advice()).extracting(Advice::code)
				.containsExactly("retries-without-budget", "leak-detection-off", "unbounded-body"));
	}

	@Test
	void askingOpensNoPool() {
		ClientsRunner.withProperties(CLIENT + "base-url=http://127.0.0.1:1").run((context) -> {
			context.getBean(Advisor.class).advice();
			assertThat(context.getBean(OutboundHttpClients.class).openPools()).isEmpty();
		});
	}

}
