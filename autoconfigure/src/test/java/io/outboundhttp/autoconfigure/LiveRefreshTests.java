package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.EgressDeniedException;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.actuate.endpoint.SettingDescriptor;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.LoggedWarnings;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.autoconfigure.ConfigurationPropertiesRebinderAutoConfiguration;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for properties that change while clients are in use.
 */
@Timeout(120)
class LiveRefreshTests {

	private static final String PAYMENTS = "outbound-http.clients.payments.";

	/** The common pool may have one thread only. */
	private static final Executor THREADS = (task) -> new Thread(task, "caller").start();

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final Map<String, Object> properties = new LinkedHashMap<>();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start().handle("/slow", (exchange) -> {
			exchange.stall();
			exchange.respond(200, "late");
		});
		this.properties.put(PAYMENTS + "base-url", this.server.url());
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private ApplicationContextRunner runner() {
		return TakeoverTestContexts.takenOver()
			.withConfiguration(AutoConfigurations.of(OutboundHttpRefreshAutoConfiguration.class,
					ConfigurationPropertiesRebinderAutoConfiguration.class))
			.withInitializer(this.leaks)
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("changing", this.properties)));
	}

	private void change(AssertableApplicationContext context, String key, Object value) {
		this.properties.put(key, value);
		context.publishEvent(new EnvironmentChangeEvent(context.getSourceApplicationContext(), Set.of(key)));
	}

	private static RestClient payments(AssertableApplicationContext context) {
		return context.getBean(OutboundHttpClients.class).restClient("payments");
	}

	private static PoolSnapshot snapshot(AssertableApplicationContext context) {
		return pool(context).snapshot();
	}

	private static ConnectionPool pool(AssertableApplicationContext context) {
		return TakeoverTestContexts.pool(context, "payments");
	}

	private static HttpStatusCode get(RestClient client, String url) {
		return client.get().uri(url).retrieve().toBodilessEntity().getStatusCode();
	}

	@Test
	void connectionsAreKeptReadyOnceTheyAreWanted() {
		runner().run((context) -> {
			change(context, PAYMENTS + "pool.min-idle", 2);
			await().untilAsserted(() -> assertThat(snapshot(context).available()).isEqualTo(2));
			change(context, PAYMENTS + "pool.min-idle", 3);
			await().untilAsserted(() -> assertThat(snapshot(context).available()).isEqualTo(3));
			change(context, PAYMENTS + "pool.min-idle", 0);
			assertThat(pool(context).getSettings().getMinIdle()).isZero();
		});
	}

	@Test
	@DisplayName("H1 fifty calls run while settings change that need another pool: none fails, the old one ends with its last lease")
	void noCallFailsWhileSettingsChange() {
		this.properties.put(PAYMENTS + "pool.max-per-route", 60);
		runner().run((context) -> {
			RestClient client = payments(context);
			AtomicBoolean done = new AtomicBoolean();
			AtomicInteger calls = new AtomicInteger();
			ExecutorService callers = Executors.newFixedThreadPool(50);
			List<Future<?>> results = new ArrayList<>();
			CompletableFuture<HttpStatusCode> slow = CompletableFuture.supplyAsync(() -> get(client, "/slow"), THREADS);
			this.server.awaitRequests(1);
			try {
				for (int i = 0; i < 50; i++) {
					results.add(callers.submit(() -> {
						while (!done.get()) {
							get(client, "/");
							calls.incrementAndGet();
						}
					}));
				}
				for (int swap = 1; swap <= 5; swap++) {
					int goal = calls.get() + 200;
					await().until(() -> calls.get() >= goal || results.stream().anyMatch(Future::isDone));
					change(context, PAYMENTS + "pool.buffer-size", swap + "KB");
				}
				int goal = calls.get() + 200;
				await().until(() -> calls.get() >= goal || results.stream().anyMatch(Future::isDone));
				done.set(true);
				for (Future<?> result : results) {
					result.get(10, TimeUnit.SECONDS);
				}
				assertThat(slow).isNotDone();
				this.server.releaseStalled();
				assertThat(slow.get(10, TimeUnit.SECONDS).value()).isEqualTo(200);
			}
			finally {
				done.set(true);
				callers.shutdown();
			}
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("payments");
			assertThat(this.server.failures()).isEmpty();
			await().until(() -> snapshot(context).leased() == 0);
			assertThat(this.server.openConnections()).as("none of the pools before")
				.isEqualTo(snapshot(context).available());
		});
	}

	@Test
	@DisplayName("H1 limits and times change without another connection")
	void limitsChangeInPlace() {
		runner().run((context) -> {
			RestClient client = payments(context);
			get(client, "/");
			change(context, PAYMENTS + "pool.max-per-route", 7);
			change(context, PAYMENTS + "pool.max-total", 9);
			change(context, PAYMENTS + "pool.time-to-live", "77s");
			change(context, PAYMENTS + "pool.idle-timeout", "11s");
			change(context, PAYMENTS + "pool.max-pending", 3);
			change(context, PAYMENTS + "leak-detection.threshold", "12s");
			change(context, PAYMENTS + "drain.timeout", "10ms");
			change(context, PAYMENTS + "connect-timeout", "1234ms");
			get(client, "/");
			assertThat(this.server.connectionsAccepted()).isOne();
			assertThat(snapshot(context).maxPerRoute()).isEqualTo(7);
			assertThat(snapshot(context).maxTotal()).isEqualTo(9);
			assertThat(pool(context).getSettings().getTimeToLive()).isEqualTo(Duration.ofSeconds(77));
			assertThat(pool(context).getSettings().getIdleTimeout()).isEqualTo(Duration.ofSeconds(11));
			assertThat(pool(context).getSettings().getMaxPending()).isEqualTo(3);
			assertThat(pool(context).getSettings().getLeakDetection().threshold()).isEqualTo(Duration.ofSeconds(12));
			assertThat(pool(context).getSettings().getDrainTimeout()).isEqualTo(Duration.ofMillis(10));
			assertThat(pool(context).getSettings().getConnectTimeout().value()).isEqualTo(Duration.ofMillis(1234));
			for (Map.Entry<String, String> shown : Map
				.of("pool.max-per-route", "7", "pool.time-to-live", "77s", "connect-timeout", "1234ms")
				.entrySet()) {
				SettingDescriptor setting = LiveClientView.of(context, "payments").setting(shown.getKey());
				assertThat(setting.value()).hasToString(shown.getValue());
				assertThat(setting.origin()).startsWith(PAYMENTS + shown.getKey());
			}
		});
	}

	@Test
	@DisplayName("H1 a caller that waits is served when the limit rises")
	void callerThatWaitsIsServedWhenTheLimitRises() {
		this.properties.put(PAYMENTS + "pool.max-per-route", 1);
		this.properties.put(PAYMENTS + "pool.acquire-timeout", "30s");
		runner().run((context) -> {
			RestClient client = payments(context);
			CompletableFuture<HttpStatusCode> holder = CompletableFuture.supplyAsync(() -> get(client, "/slow"),
					THREADS);
			this.server.awaitRequests(1);
			CompletableFuture<HttpStatusCode> waiting = CompletableFuture.supplyAsync(() -> get(client, "/"), THREADS);
			await().until(() -> snapshot(context).pending() == 1);
			change(context, PAYMENTS + "pool.max-per-route", 2);
			assertThat(waiting.get(10, TimeUnit.SECONDS).value()).isEqualTo(200);
			this.server.releaseStalled();
			assertThat(holder.get(10, TimeUnit.SECONDS).value()).isEqualTo(200);
		});
	}

	@Test
	@DisplayName("H1 timeouts and retries change for clients and for Boot's builders")
	void policiesChangeForAll() {
		this.properties.put("outbound-http.defaults.read-timeout", "30s");
		this.properties.put("outbound-http.defaults.pool.max-per-route", 1);
		this.properties.put("outbound-http.defaults.pool.acquire-timeout", "30s");
		runner().run((context) -> {
			for (RestClient client : List.of(payments(context), context.getBean(RestClient.Builder.class).build())) {
				get(client, this.server.url());
				change(context, "outbound-http.defaults.read-timeout", "50ms");
				assertThatExceptionOfType(Exception.class).isThrownBy(() -> get(client, this.server.url("/slow")))
					.withMessageContaining("for 50 ms (outbound-http.defaults.read-timeout ");
				change(context, "outbound-http.defaults.read-timeout", "30s");
				change(context, "outbound-http.defaults.pool.acquire-timeout", "60ms");
				int before = this.server.requests().size();
				CompletableFuture<HttpStatusCode> holder = CompletableFuture
					.supplyAsync(() -> get(client, this.server.url("/slow")), THREADS);
				this.server.awaitRequests(before + 1);
				assertThatExceptionOfType(Exception.class).isThrownBy(() -> get(client, this.server.url()))
					.withRootCauseInstanceOf(PoolExhaustedException.class);
				this.server.releaseStalled();
				assertThat(holder.get(10, TimeUnit.SECONDS).value()).isEqualTo(200);
				change(context, "outbound-http.defaults.pool.acquire-timeout", "30s");
				this.server.handle("/busy", (exchange) -> exchange.respond(503));
				change(context, "outbound-http.defaults.retry.delay", "0");
				change(context, "outbound-http.defaults.retry.max-retries", 2);
				int attempts = this.server.requests("/busy").size();
				assertThatExceptionOfType(Exception.class).isThrownBy(() -> get(client, this.server.url("/busy")));
				assertThat(this.server.requests("/busy")).hasSize(attempts + 3);
				change(context, "outbound-http.defaults.retry.max-retries", 0);
			}
		});
	}

	@Test
	@DisplayName("H1 what an HttpClient is built with changes behind the same beans")
	void builtInSettingsChangeBehindTheSameBeans() {
		this.properties.put(PAYMENTS + "user-agent", "before");
		this.server.handle("/moved", (exchange) -> exchange.respond(302, Headers.of("Location", "/"), ""));
		runner().run((context) -> {
			RestClient client = payments(context);
			get(client, "/");
			assertThat(this.server.requests().get(0).header("User-Agent")).isEqualTo("before");
			change(context, PAYMENTS + "user-agent", "after");
			get(client, "/");
			assertThat(this.server.requests().get(1).header("User-Agent")).isEqualTo("after");
			assertThat(get(client, "/moved").value()).isEqualTo(200);
			change(context, PAYMENTS + "redirects", "dont-follow");
			assertThat(get(client, "/moved").value()).isEqualTo(302);
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("payments");
		});
	}

	@Test
	@DisplayName("H1 a target that is denied from now on is not reached over a connection of before")
	void targetThatIsDeniedFromNowOnIsNotReached() {
		runner().run((context) -> {
			RestClient client = payments(context);
			get(client, "/");
			change(context, PAYMENTS + "egress.deny[0]", "127.0.0.0/8");
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> get(client, "/"))
				.withRootCauseInstanceOf(EgressDeniedException.class);
			this.server.awaitNoOpenConnections();
			this.properties.remove(PAYMENTS + "egress.deny[0]");
			change(context, PAYMENTS + "egress.mode", "report");
			assertThat(get(client, "/").value()).isEqualTo(200);
		});
	}

	@Test
	@DisplayName("H1 a value of code stays when the property changes")
	void valueOfCodeStays() {
		runner().withBean(OutboundHttpClientCustomizer.class, () -> new FixedUserAgent()).run((context) -> {
			RestClient client = payments(context);
			get(client, "/");
			change(context, PAYMENTS + "user-agent", "of property");
			get(client, "/");
			assertThat(this.server.requests()).extracting((request) -> request.header("User-Agent"))
				.containsOnly("of code");
		});
	}

	@Test
	@DisplayName("H1 a bad value is refused with one error, and all stays as it was")
	void badValueIsRefused() {
		this.leaks.expectWarning("is refused, all settings stay as they were. ");
		runner().run((context) -> {
			get(payments(context), "/");
			this.properties.put(PAYMENTS + "read-timeout", "1s");
			try (LoggedWarnings lines = LoggedWarnings.of("io.outboundhttp")) {
				change(context, PAYMENTS + "pool.max-per-route", 0);
				assertThat(lines.list()).singleElement()
					.asString()
					.contains("outbound-http.clients.payments.pool.max-per-route", "1 to 10000");
			}
			assertThat(snapshot(context).maxPerRoute()).isEqualTo(50);
			change(context, PAYMENTS + "pool.max-per-route", 8);
			assertThat(snapshot(context).maxPerRoute()).isEqualTo(8);
		});
	}

	@Test
	@DisplayName("H1 a value of another type is refused with its key and origin")
	void valueOfAnotherTypeIsRefused() {
		this.leaks.expectWarning("'outbound-http.clients.payments.pool.max-per-route from \"" + PAYMENTS
				+ "pool.max-per-route\" from property source \"changing\"' cannot be bound");
		runner().run((context) -> {
			get(payments(context), "/");
			assertThatExceptionOfType(Exception.class).as("Spring Cloud's own binding")
				.isThrownBy(() -> change(context, PAYMENTS + "pool.max-per-route", "many"));
			assertThat(snapshot(context).maxPerRoute()).isEqualTo(50);
		});
	}

	@Test
	@DisplayName("H1 what changes with a restart only is told")
	void whatNeedsARestartIsTold() {
		this.leaks.expectWarning("Client 'payments': [base-url] are changed with a restart of the application only");
		this.leaks.expectWarning("Clients [other] are new; they exist with a restart");
		this.leaks.expectWarning("[outbound-http.health.leak-ratio] are changed with a restart");
		this.leaks.expectWarning("Client 'default': [user-agent] reach only the RestClients and RestTemplates");
		runner().run((context) -> {
			get(payments(context), "/");
			get(context.getBean(RestClient.Builder.class).build(), this.server.url());
			change(context, "outbound-http.clients.default.user-agent", "late");
			change(context, PAYMENTS + "base-url", "http://127.0.0.1:1");
			change(context, "outbound-http.clients.other.user-agent", "x");
			change(context, "outbound-http.health.leak-ratio", "0.7");
			get(payments(context), "/");
			get(context.getBean(RestClient.Builder.class).build(), this.server.url());
			assertThat(this.server.requests().get(3).header("User-Agent")).isEqualTo("late");
		});
	}

	@Test
	@DisplayName("H1 nothing of it is there without Spring Cloud")
	void nothingIsThereWithoutSpringCloud() {
		TakeoverTestContexts.takenOver()
			.withConfiguration(AutoConfigurations.of(OutboundHttpRefreshAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.cloud"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("outboundHttpRefreshListener")
				.hasSingleBean(OutboundHttpClients.class));
	}

	/**
	 * Application code with an opinion.
	 */
	private static final class FixedUserAgent implements OutboundHttpClientCustomizer {

		@Override
		public void customize(String client, HttpClientBuilder httpClientBuilder) {
			httpClientBuilder.setUserAgent("of code");
		}

	}

}
