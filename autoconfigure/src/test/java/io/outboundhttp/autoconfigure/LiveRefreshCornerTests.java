package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.testsupport.LoggedWarnings;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.MapPropertySource;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for properties that change where application code, the client {@code default} or
 * another thread has a say.
 */
@org.junit.jupiter.api.Timeout(60)
class LiveRefreshCornerTests {

	private static final String DEFAULT = "outbound-http.clients.default.";

	private static final String PAYMENTS = "outbound-http.clients.payments.";

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
			.withConfiguration(AutoConfigurations.of(OutboundHttpRefreshAutoConfiguration.class))
			.withInitializer(this.leaks)
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("changing", this.properties)));
	}

	private void change(ApplicationContext context, String key, Object value) {
		this.properties.put(key, value);
		context.publishEvent(new EnvironmentChangeEvent(context, Set.of(key)));
	}

	private static RestClient client(ApplicationContext context, String name) {
		return context.getBean(OutboundHttpClients.class).restClient(name);
	}

	private static int get(RestClient client, String url) {
		return client.get().uri(url).retrieve().toBodilessEntity().getStatusCode().value();
	}

	@Test
	@DisplayName("H1 the client default goes on in its pool with another SSL bundle")
	void defaultGoesOnWithAnotherBundle() {
		try (TestHttpServer tls = TestHttpServer.startTls(TestCertificates.get().serverContext(), true)) {
			runner().withPropertyValues(TestCertificates.get().pemBundle("a", TestCertificates.CLIENT_A))
				.withPropertyValues(TestCertificates.get().pemBundle("b", TestCertificates.CLIENT_B))
				.withPropertyValues(DEFAULT + "ssl.bundle=a")
				.run((context) -> {
					RestClient client = client(context, "default");
					get(client, tls.url());
					for (String bundle : List.of("b", "a", "b")) {
						change(context, DEFAULT + "ssl.bundle", bundle);
						get(client, tls.url());
					}
					assertThat(tls.requests()).extracting((request) -> String.valueOf(request.peerPrincipal()))
						.containsExactly("CN=client-a", "CN=client-b", "CN=client-a", "CN=client-b");
					assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
				});
		}
	}

	@Test
	@DisplayName("H1 HttpClients of Boot's builders keep their SSL bundle, those that are built later have the new one")
	void bootsHttpClientsKeepTheirBundle() {
		this.leaks.expectWarning("Client 'default': [ssl.bundle] reach only the RestClients and RestTemplates");
		try (TestHttpServer tls = TestHttpServer.startTls(TestCertificates.get().serverContext(), true)) {
			runner().withPropertyValues(TestCertificates.get().pemBundle("a", TestCertificates.CLIENT_A))
				.withPropertyValues(TestCertificates.get().pemBundle("b", TestCertificates.CLIENT_B))
				.withPropertyValues(DEFAULT + "ssl.bundle=a")
				.run((context) -> {
					RestClient before = context.getBean(RestClient.Builder.class).build();
					get(before, tls.url());
					RestClient client = client(context, "default");
					get(client, tls.url());
					change(context, DEFAULT + "ssl.bundle", "b");
					get(before, tls.url());
					get(client, tls.url());
					get(context.getBean(RestClient.Builder.class).build(), tls.url());
					assertThat(tls.requests()).extracting((request) -> String.valueOf(request.peerPrincipal()))
						.containsExactly("CN=client-a", "CN=client-a", "CN=client-a", "CN=client-b", "CN=client-b");
				});
		}
	}

	@Test
	@DisplayName("H1 the client default goes on with another size of buffers")
	void defaultGoesOnWithAnotherBufferSize() {
		runner().run((context) -> {
			RestClient client = client(context, "default");
			get(client, this.server.url());
			change(context, DEFAULT + "pool.buffer-size", "3KB");
			get(client, this.server.url());
			assertThat(this.server.connectionsAccepted()).isEqualTo(2);
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
		});
	}

	@Test
	@DisplayName("H1 an application with its own builder goes on when the egress policy changes")
	void ownBuilderGoesOnWhenEgressChanges() {
		runner().withUserConfiguration(OwnBuilder.class).run((context) -> {
			RestClient client = context.getBean(RestClient.Builder.class).build();
			get(client, this.server.url());
			for (int i = 0; i < 2; i++) {
				change(context, "outbound-http.defaults.egress.deny[" + i + "]", "10." + i + ".0.0/16");
				assertThat(get(client, this.server.url())).isEqualTo(200);
			}
			assertThat(TakeoverTestContexts.pool(context, "default#2").snapshot().maxTotal()).isEqualTo(77);
		});
	}

	@Test
	@DisplayName("H1 a customizer that fails during a change keeps the old client as a whole, and is asked again")
	void customizerThatFailsKeepsTheOldClient() {
		this.leaks.expectWarning("Client 'payments': ");
		AtomicBoolean fails = new AtomicBoolean();
		runner().withBean(OutboundHttpClientCustomizer.class, () -> new OutboundHttpClientCustomizer() {

			@Override
			public void customize(String client, HttpClientBuilder httpClientBuilder) {
				if (fails.get()) {
					throw new IllegalStateException("not now");
				}
			}

		}).run((context) -> {
			RestClient client = client(context, "payments");
			get(client, "/");
			LiveClientView view = LiveClientView.of(context, "payments");
			fails.set(true);
			this.properties.put(PAYMENTS + "pool.max-per-route", 7);
			try (LoggedWarnings lines = LoggedWarnings.of("io.outboundhttp")) {
				change(context, PAYMENTS + "user-agent", "after");
				assertThat(lines.list()).singleElement()
					.asString()
					.contains("Client 'payments': ", "[pool.max-per-route, pool.max-total, user-agent]",
							"stays as it was");
			}
			get(client, "/");
			assertThat(this.server.requests().get(1).header("User-Agent")).isNotEqualTo("after");
			assertThat(view.snapshot().maxPerRoute()).isEqualTo(50);
			assertThat(String.valueOf(view.setting("user-agent").value())).doesNotContain("after");
			fails.set(false);
			context.publishEvent(new EnvironmentChangeEvent(context, Set.of("something.else")));
			get(client, "/");
			assertThat(this.server.requests().get(2).header("User-Agent")).isEqualTo("after");
			assertThat(view.snapshot().maxPerRoute()).isEqualTo(7);
		});
	}

	@Test
	@DisplayName("H1 a value of code stays, even where the property had the same value in between")
	void valueOfCodeStaysWhateverThePropertyWas() {
		this.properties.put(PAYMENTS + "connect-timeout", "3s");
		runner().withUserConfiguration(OwnConnectTimeout.class).run((context) -> {
			get(client(context, "payments"), "/");
			change(context, PAYMENTS + "connect-timeout", "5s");
			change(context, PAYMENTS + "connect-timeout", "7s");
			ConnectionPool pool = TakeoverTestContexts.pool(context, "payments");
			assertThat(pool.getSettings().getConnectTimeout().value()).isEqualTo(Duration.ofSeconds(5));
			assertThat(LiveClientView.of(context, "payments").connectionConfig().getConnectTimeout())
				.isEqualTo(Timeout.ofSeconds(5));
		});
	}

	@Test
	@DisplayName("H1 an HttpClient that is being built while the read timeout changes follows")
	void httpClientThatIsBeingBuiltFollows() {
		this.properties.put(PAYMENTS + "read-timeout", "30s");
		AtomicBoolean first = new AtomicBoolean(true);
		AtomicReference<@Nullable ApplicationContext> started = new AtomicReference<>();
		runner().withBean(OutboundHttpClientCustomizer.class, () -> new OutboundHttpClientCustomizer() {

			@Override
			public void customize(String client, HttpClientBuilder httpClientBuilder) {
				ApplicationContext context = started.get();
				if (context != null && client.equals("payments") && first.getAndSet(false)) {
					change(context, PAYMENTS + "read-timeout", "50ms");
				}
			}

		}).run((context) -> {
			started.set(context);
			RestClient client = client(context, "payments");
			assertThat(first).isFalse();
			CompletableFuture<Integer> call = CompletableFuture.supplyAsync(() -> get(client, "/slow"));
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> call.get(10, TimeUnit.SECONDS))
				.withMessageContaining("for 50 ms");
		});
	}

	@Test
	@DisplayName("H1 keys of Spring Boot that change with a restart only are told")
	void keysOfSpringBootAreTold() {
		this.leaks.expectWarning("[spring.http.clients] are changed with a restart of the application only");
		runner().run((context) -> {
			get(client(context, "payments"), "/");
			change(context, "spring.http.clients.read-timeout", "7s");
			assertThat(LiveClientView.of(context, "payments").setting("read-timeout").value()).hasToString("10s");
		});
	}

	@Test
	@DisplayName("H1 a child context leaves the refresh to the context of the clients")
	void childLeavesTheRefreshToTheContextOfTheClients() {
		runner().run((parent) -> TakeoverTestContexts.takenOver()
			.withConfiguration(AutoConfigurations.of(OutboundHttpRefreshAutoConfiguration.class))
			.withParent(parent)
			.run((child) -> assertThat(child.getBeanFactory()
				.getBeanNamesForType(
						ResolvableType.forClassWithGenerics(ApplicationListener.class, EnvironmentChangeEvent.class)))
				.isEmpty()));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBuilder {

		@Bean
		HttpComponentsClientHttpRequestFactoryBuilder ownBuilder() {
			return ClientHttpRequestFactoryBuilder.httpComponents()
				.withConnectionManagerCustomizer((manager) -> manager.setMaxConnTotal(77));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnConnectTimeout {

		@Bean
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> ownConnectTimeout() {
			return (builder) -> builder
				.withConnectionConfigCustomizer((config) -> config.setConnectTimeout(Timeout.ofSeconds(5)));
		}

	}

}
