package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.cookie.StandardCookieSpec;

import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.util.Timeout;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpCookieHandling;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for the precedence of settings, step by step, by what they do: code on the
 * builder, the client's properties, those of Boot's service client of that name, our
 * defaults, the {@link HttpClientSettings} bean, built-in values.
 */
@org.junit.jupiter.api.Timeout(120)
class TakeoverPrecedenceTests {

	private static final String LONG = "20s";

	private static final String SHORT = "250ms";

	private static TestHttpServer server;

	private final ApplicationContextRunner runner = TakeoverTestContexts.takenOver();

	@BeforeAll
	static void start() {
		server = TestHttpServer.start();
		server.handle("/stall", Exchange::stall);
		server.handle("/moved", Handler.redirect("/x"));
		server.handle("/cookie", (exchange) -> exchange.respond(200, Headers.of("Set-Cookie", "SESSION=A"), "ok"));
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	/**
	 * Steps below code on the builder, each with the next lower one set to something
	 * else.
	 */
	static Stream<Arguments> steps() {
		return Stream.of(
				Arguments.of("default",
						List.of("outbound-http.clients.default.%s", "spring.http.serviceclient.default.%s")),
				Arguments.of("default", List.of("spring.http.serviceclient.default.%s", "outbound-http.defaults.%s")),
				Arguments.of("default", List.of("outbound-http.defaults.%s", "spring.http.clients.%s")),
				Arguments.of("default", List.of("spring.http.clients.%s")),
				Arguments.of("stock", List.of("outbound-http.clients.stock.%s", "spring.http.serviceclient.stock.%s")),
				Arguments.of("stock", List.of("spring.http.serviceclient.stock.%s", "outbound-http.defaults.%s")),
				Arguments.of("stock", List.of("outbound-http.defaults.%s", "spring.http.clients.%s")),
				Arguments.of("stock", List.of("spring.http.clients.%s")));
	}

	@ParameterizedTest(name = "[{index}] {0} {1}")
	@MethodSource("steps")
	@DisplayName("C5 read timeout")
	void readTimeout(String client, List<String> keys) {
		run(client, properties(keys, "read-timeout", SHORT, LONG), (call) -> assertTimesOut(call));
	}

	@ParameterizedTest(name = "[{index}] {0} {1}")
	@MethodSource("steps")
	@DisplayName("C5 redirects")
	void redirects(String client, List<String> keys) {
		run(client, properties(keys, "redirects", "dont-follow", "follow"),
				(call) -> assertThat(call.status("/moved")).isEqualTo(302));
		run(client, properties(keys, "redirects", "follow", "dont-follow"),
				(call) -> assertThat(call.status("/moved")).isEqualTo(200));
	}

	@ParameterizedTest(name = "[{index}] {0} {1}")
	@MethodSource("steps")
	@DisplayName("C5 cookies")
	void cookies(String client, List<String> keys) {
		run(client, properties(keys, "cookie-handling", "enable", "disable"), (call) -> {
			call.status("/cookie");
			call.status("/after");
			assertThat(last().header("Cookie")).isEqualTo("SESSION=A");
		});
		run(client, properties(keys, "cookie-handling", "disable", "enable"), (call) -> {
			call.status("/cookie");
			call.status("/after");
			assertThat(last().header("Cookie")).isNull();
		});
	}

	@ParameterizedTest(name = "[{index}] {0} {1}")
	@MethodSource("steps")
	@DisplayName("C5 connect timeout")
	void connectTimeout(String client, List<String> keys) {
		run(client, properties(keys, "connect-timeout", "1700ms", "2300ms"), (call) -> {
			call.status("/x");
			assertThat(call.live().connectionConfig().getConnectTimeout()).isEqualTo(Timeout.ofMilliseconds(1700));
		});
	}

	@Test
	@DisplayName("C5 built-in values")
	void builtIn() {
		run("default", List.of(), (call) -> {
			assertThat(call.status("/moved")).isEqualTo(200);
			assertThat(call.live().connectionConfig().getConnectTimeout()).isEqualTo(Timeout.ofSeconds(5));
			assertThat(call.live().requestConfig().getResponseTimeout()).isEqualTo(Timeout.ofSeconds(30));
			assertThat(call.live().requestConfig().getConnectionRequestTimeout()).isEqualTo(Timeout.ofSeconds(3));
			call.status("/cookie");
			call.status("/after");
			assertThat(last().header("Cookie")).isNull();
		});
		run("stock", List.of(), (call) -> {
			call.status("/x");
			assertThat(call.live().requestConfig().getResponseTimeout()).isEqualTo(Timeout.ofSeconds(10));
		});
	}

	@Test
	@DisplayName("C5 the application's HttpClientSettings bean stands between our defaults and the built-in values")
	void settingsBean() {
		ApplicationContextRunner withBean = this.runner.withBean(HttpClientSettings.class,
				() -> HttpClientSettings.defaults()
					.withReadTimeout(Duration.ofMillis(250))
					.withConnectTimeout(Duration.ofMillis(1700))
					.withCookieHandling(HttpCookieHandling.ENABLE)
					.withRedirects(HttpRedirects.DONT_FOLLOW));
		for (String client : List.of("default", "stock")) {
			run(withBean, client, List.of(), (call) -> {
				assertTimesOut(call);
				assertThat(call.status("/moved")).isEqualTo(302);
				call.status("/cookie");
				call.status("/after");
				assertThat(last().header("Cookie")).isEqualTo("SESSION=A");
				assertThat(call.live().connectionConfig().getConnectTimeout()).isEqualTo(Timeout.ofMilliseconds(1700));
			});
			run(withBean, client,
					List.of("outbound-http.defaults.redirects=follow", "outbound-http.defaults.cookie-handling=disable",
							"outbound-http.defaults.connect-timeout=2300ms", "outbound-http.defaults.read-timeout=8s"),
					(call) -> {
						assertThat(call.status("/moved")).isEqualTo(200);
						call.status("/cookie");
						call.status("/after");
						assertThat(last().header("Cookie")).isNull();
						assertThat(call.live().connectionConfig().getConnectTimeout())
							.isEqualTo(Timeout.ofMilliseconds(2300));
						assertThat(call.live().requestConfig().getResponseTimeout()).isEqualTo(Timeout.ofSeconds(8));
					});
		}
	}

	@Test
	@DisplayName("C5 the application's HttpClientSettings bean wins over spring.http.clients")
	void settingsBeanReplacesBootProperties() {
		ApplicationContextRunner withBean = this.runner.withBean(HttpClientSettings.class,
				() -> HttpClientSettings.defaults().withReadTimeout(Duration.ofMillis(250)));
		run(withBean, "default", List.of("spring.http.clients.read-timeout=" + LONG),
				TakeoverPrecedenceTests::assertTimesOut);
	}

	@Test
	@DisplayName("C5 code on RestTemplateBuilder wins over properties")
	void codeOnRestTemplateBuilder() {
		String[] properties = Stream
			.of("read-timeout=" + LONG, "redirects=follow", "connect-timeout=2300ms", "cookie-handling=disable")
			.map("outbound-http.clients.default."::concat)
			.toArray(String[]::new);
		this.runner.withPropertyValues(properties).run((context) -> {
			RestTemplateBuilder builder = context.getBean(RestTemplateBuilder.class);
			assertTimesOut(call(context, builder.readTimeout(Duration.ofMillis(250))));
			assertThat(call(context, builder.redirects(HttpRedirects.DONT_FOLLOW)).status("/moved")).isEqualTo(302);
			assertThat(call(context, builder).status("/moved")).isEqualTo(200);
			Call cookies = call(context, builder.cookieHandling(HttpCookieHandling.ENABLE));
			cookies.status("/cookie");
			cookies.status("/after");
			assertThat(last().header("Cookie")).isEqualTo("SESSION=A");
			Call connect = call(context, builder.connectTimeout(Duration.ofMillis(1700)));
			connect.status("/x");
			assertThat(Objects.requireNonNull(context.getBean(OutboundHttpClients.class).live("default#2"))
				.connectionConfig()
				.getConnectTimeout()).isEqualTo(Timeout.ofMilliseconds(1700));
		});
	}

	@Test
	@DisplayName("C5 settings that replace all of RestTemplateBuilder's leave the rest to the client")
	void replacedSettingsOfRestTemplateBuilder() {
		this.runner.withPropertyValues("outbound-http.clients.default.read-timeout=" + SHORT).run((context) -> {
			RestTemplateBuilder builder = context.getBean(RestTemplateBuilder.class)
				.clientSettings(HttpClientSettings.defaults().withRedirects(HttpRedirects.DONT_FOLLOW));
			Call call = call(context, builder);
			assertThat(call.status("/moved")).isEqualTo(302);
			assertTimesOut(call);
		});
	}

	@Test
	@DisplayName("C5 code that sets the value the bean has too wins")
	void codeWithTheValueOfTheBean() {
		this.runner
			.withPropertyValues("spring.http.clients.read-timeout=" + SHORT,
					"outbound-http.clients.default.read-timeout=" + LONG)
			.run((context) -> {
				RestTemplateBuilder builder = context.getBean(RestTemplateBuilder.class)
					.readTimeout(Duration.ofMillis(250));
				assertTimesOut(call(context, builder));
			});
	}

	@ParameterizedTest
	@MethodSource("clients")
	@DisplayName("C5 code of a customizer bean wins over properties")
	void codeOfCustomizer(String client) {
		run(this.runner.withUserConfiguration(CodeConfiguration.class), client,
				List.of("outbound-http.clients.%s.read-timeout=%s".formatted(client, LONG),
						"outbound-http.clients.%s.connect-timeout=2300ms".formatted(client),
						"outbound-http.clients.%s.redirects=follow".formatted(client),
						"outbound-http.clients.%s.cookie-handling=disable".formatted(client),
						"outbound-http.clients.%s.pool.max-per-route=9".formatted(client),
						"outbound-http.clients.%s.pool.max-total=9".formatted(client),
						"outbound-http.clients.%s.pool.idle-timeout=9s".formatted(client),
						"outbound-http.clients.%s.pool.acquire-timeout=9s".formatted(client)),
				(call) -> {
					assertThat(call.status("/x")).isEqualTo(200);
					LiveClient live = call.live();
					assertThat(live.pool().snapshot().maxPerRoute()).isEqualTo(1);
					assertThat(live.pool().snapshot().maxTotal()).isEqualTo(7);
					assertThat(live.pool().getSettings().getIdleTimeout()).isEqualTo(Duration.ofSeconds(7));
					assertThat(live.connectionConfig().getConnectTimeout()).isEqualTo(Timeout.ofMilliseconds(1700));
					assertThat(live.requestConfig().getConnectionRequestTimeout())
						.isEqualTo(Timeout.ofMilliseconds(300));
					assertTimesOut(call);
					assertThat(call.status("/moved")).isEqualTo(302);
					call.status("/cookie");
					call.status("/after");
					assertThat(last().header("Cookie")).isEqualTo("SESSION=A");
				});
	}

	@ParameterizedTest
	@MethodSource("clients")
	@DisplayName("C5 the socket timeout of a customizer bean's connection config wins over properties")
	void socketTimeoutOfCustomizer(String client) {
		run(this.runner.withUserConfiguration(SocketTimeoutConfiguration.class), client,
				List.of("outbound-http.clients.%s.read-timeout=%s".formatted(client, LONG)),
				TakeoverPrecedenceTests::assertTimesOut);
	}

	@Test
	@DisplayName("C5 pool limits of the client win over those of defaults")
	void poolLimits() {
		for (String client : List.of("default", "stock")) {
			run(client, List.of("outbound-http.clients.%s.pool.max-per-route=1".formatted(client),
					"outbound-http.defaults.pool.max-per-route=9", "outbound-http.defaults.pool.acquire-timeout=300ms"),
					TakeoverPrecedenceTests::assertAcquireTimesOut);
			run(client,
					List.of("outbound-http.defaults.pool.max-per-route=1",
							"outbound-http.defaults.pool.acquire-timeout=300ms"),
					TakeoverPrecedenceTests::assertAcquireTimesOut);
		}
	}

	@Test
	@DisplayName("C5 code on a builder of the application's own wins, the rest comes from the client")
	void ownBuilderBean() {
		run(this.runner.withUserConfiguration(OwnBuilderConfiguration.class), "default",
				List.of("outbound-http.clients.default.pool.max-per-route=9",
						"outbound-http.clients.default.pool.max-total=99",
						"outbound-http.clients.default.read-timeout=" + SHORT,
						"outbound-http.clients.default.connect-timeout=2300ms"),
				(call) -> {
					assertTimesOut(call);
					assertThat(call.live().connectionConfig().getConnectTimeout())
						.isEqualTo(Timeout.ofMilliseconds(1700));
					assertThat(call.live().pool().snapshot().maxTotal()).isEqualTo(77);
					assertThat(call.live().pool().snapshot().maxPerRoute()).isEqualTo(9);
				});
	}

	static Stream<String> clients() {
		return Stream.of("default", "stock");
	}

	private static List<String> properties(List<String> keys, String key, String winner, String loser) {
		List<String> properties = new ArrayList<>();
		for (String template : keys) {
			properties.add(template.formatted(key) + "=" + (properties.isEmpty() ? winner : loser));
		}
		return properties;
	}

	private void run(String client, List<String> properties, CallAssert check) {
		run(this.runner, client, properties, check);
	}

	/**
	 * Check the client, and for {@code default} all of Boot's builders that stand for it.
	 */
	private static void run(ApplicationContextRunner runner, String client, List<String> properties, CallAssert check) {
		runner.withPropertyValues(properties.toArray(String[]::new))
			.withPropertyValues("outbound-http.clients.stock.health.enabled=true")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				check.check(new Call(context.getBean(OutboundHttpClients.class).requestFactory(client), context));
				if (client.equals("default")) {
					check.check(
							new Call(context.getBean(RestTemplateBuilder.class).build().getRequestFactory(), context));
					check.check(new Call(context.getBean(ClientHttpRequestFactory.class), context));
					check.check(new RestClientCall(context.getBean(RestClient.Builder.class).build(), context));
				}
			});
	}

	private static Call call(ApplicationContext context, RestTemplateBuilder builder) {
		return new Call(builder.build().getRequestFactory(), context);
	}

	private static void assertTimesOut(Call call) {
		long start = System.nanoTime();
		assertThat(chain(call, "/stall")).hasAtLeastOneElementOfType(SocketTimeoutException.class);
		assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(10);
	}

	private static void assertAcquireTimesOut(Call call) {
		CountDownLatch release = new CountDownLatch(1);
		server.handle("/hold", (exchange) -> exchange.await(release));
		int before = server.requests("/hold").size();
		CompletableFuture<Integer> held = CompletableFuture.supplyAsync(() -> call.status("/hold"));
		try {
			Awaitility.await().until(() -> server.requests("/hold").size() > before);
			assertThat(chain(call, "/x")).hasAtLeastOneElementOfType(ConnectionRequestTimeoutException.class);
		}
		finally {
			release.countDown();
		}
		assertThat(held.join()).isEqualTo(200);
	}

	/**
	 * Return what a call fails with and the causes behind it.
	 */
	private static List<Throwable> chain(Call call, String path) {
		List<Throwable> chain = new ArrayList<>();
		Throwable failure = catchThrowable(() -> call.status(path));
		while (failure != null) {
			chain.add(failure);
			failure = failure.getCause();
		}
		return chain;
	}

	private static RecordedRequest last() {
		List<RecordedRequest> requests = server.requests();
		return requests.get(requests.size() - 1);
	}

	/**
	 * Check of a client.
	 */
	@FunctionalInterface
	interface CallAssert {

		void check(Call call);

	}

	/**
	 * Calls through a request factory.
	 */
	private static class Call {

		private final ClientHttpRequestFactory requestFactory;

		private final OutboundHttpClients clients;

		Call(ClientHttpRequestFactory requestFactory, ApplicationContext context) {
			this.requestFactory = requestFactory;
			this.clients = context.getBean(OutboundHttpClients.class);
		}

		int status(String path) {
			try (ClientHttpResponse response = this.requestFactory
				.createRequest(URI.create(server.url(path)), HttpMethod.GET)
				.execute()) {
				return response.getStatusCode().value();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		/**
		 * Return what runs on the pool that was opened last.
		 */
		LiveClient live() {
			List<ConnectionPool> pools = this.clients.openPools();
			return Objects.requireNonNull(this.clients.live(pools.get(pools.size() - 1).getName()));
		}

	}

	/**
	 * Calls through a RestClient.
	 */
	private static final class RestClientCall extends Call {

		private final RestClient restClient;

		RestClientCall(RestClient restClient, ApplicationContext context) {
			super((uri, method) -> {
				throw new IllegalStateException("not used");
			}, context);
			this.restClient = restClient;
		}

		@Override
		int status(String path) {
			return Objects.requireNonNull(this.restClient.get()
				.uri(server.url(path))
				.exchange((request, response) -> response.getStatusCode().value()));
		}

	}

	/**
	 * Code that sets everything on the builder.
	 */
	@Configuration(proxyBeanMethods = false)
	static class CodeConfiguration {

		@Bean
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> codeCustomizer() {
			return (builder) -> builder
				.withConnectionConfigCustomizer(
						(connection) -> connection.setConnectTimeout(Timeout.ofMilliseconds(1700))
							.setIdleTimeout(Timeout.ofSeconds(7)))
				.withDefaultRequestConfigCustomizer(
						(request) -> request.setConnectionRequestTimeout(Timeout.ofMilliseconds(300))
							.setResponseTimeout(Timeout.ofMilliseconds(250))
							.setCookieSpec(StandardCookieSpec.STRICT)
							.setRedirectsEnabled(false))
				.withConnectionManagerCustomizer((manager) -> manager.setMaxConnTotal(7).setMaxConnPerRoute(1));
		}

	}

	/**
	 * Code that sets the socket timeout of connections.
	 */
	@Configuration(proxyBeanMethods = false)
	static class SocketTimeoutConfiguration {

		@Bean
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> codeCustomizer() {
			return (builder) -> builder.withConnectionConfigCustomizer(
					(connection) -> connection.setSocketTimeout(Timeout.ofMilliseconds(250)));
		}

	}

	/**
	 * Builder of the application's own.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnBuilderConfiguration {

		@Bean
		HttpComponentsClientHttpRequestFactoryBuilder ownBuilder() {
			return ClientHttpRequestFactoryBuilder.httpComponents()
				.withConnectionConfigCustomizer(
						(connection) -> connection.setConnectTimeout(Timeout.ofMilliseconds(1700)))
				.withConnectionManagerCustomizer((manager) -> manager.setMaxConnTotal(77));
		}

	}

}
