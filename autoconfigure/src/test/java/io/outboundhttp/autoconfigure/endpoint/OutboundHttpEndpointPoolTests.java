package io.outboundhttp.autoconfigure.endpoint;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import io.outboundhttp.actuate.endpoint.RouteDescriptor;
import io.outboundhttp.testsupport.Endpoints;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.actuate.endpoint.CountsDescriptor;
import io.outboundhttp.actuate.endpoint.OutboundHttpEndpoint;
import io.outboundhttp.actuate.endpoint.SettingDescriptor;
import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.autoconfigure.OutboundHttpTakeoverAutoConfiguration;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what the endpoint shows of pools that come and go.
 */
class OutboundHttpEndpointPoolTests {

	private static TestHttpServer server;

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withInitializer(this.leaks)
		.withConfiguration(AutoConfigurations.of(OutboundHttpAutoConfiguration.class,
				OutboundHttpTakeoverAutoConfiguration.class, HttpClientAutoConfiguration.class,
				ImperativeHttpClientAutoConfiguration.class, RestClientAutoConfiguration.class,
				RestTemplateAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class));

	@BeforeAll
	static void start() {
		server = TestHttpServer.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void poolKeptApartThatClosesBetweenTwoReadsIsAbsent() {
		this.runner.run((context) -> {
			context.getBean(RestTemplateBuilder.class)
				.connectTimeout(Duration.ofSeconds(3))
				.build()
				.getForObject(server.url("/x"), String.class);
			OutboundHttpEndpoint endpoint = endpoint(context);
			assertThat(endpoint.clients().clients()).containsOnlyKeys("default", "default#2");
			assertThat(endpoint.client("default#2")).isNotNull();
			context.getBean(ConnectionPools.class).close();
			assertThat(endpoint.client("default#2")).isNull();
			assertThat(endpoint.clients().clients()).containsOnlyKeys("default");
			assertThat(Objects.requireNonNull(endpoint.client("default")).routes()).isEmpty();
		});
	}

	@Test
	@DisplayName("K1 the learned reuse age of a route is shown")
	void learnedReuseAgeOfARouteIsShown() {
		this.runner.run((context) -> {
			try (TestHttpServer announcing = TestHttpServer.start()
				.handleAll((exchange) -> exchange.respond(200, Headers.of("Keep-Alive", "timeout=5"), "ok"))) {
				RestClient client = context.getBean(RestClient.Builder.class).build();
				client.get().uri(announcing.url("/x")).retrieve().toBodilessEntity();
				client.get().uri(server.url("/x")).retrieve().toBodilessEntity();
				assertThat(Objects.requireNonNull(endpoint(context).client("default")).routes())
					.extracting(RouteDescriptor::learnedReuseAgeMillis)
					.containsExactlyInAnyOrder(4000L, null);
			}
		});
	}

	@Test
	void countsAreThoseSinceThePoolWasOpened() {
		this.runner.withPropertyValues("outbound-http.clients.default.egress.deny[0]=denied.test").run((context) -> {
			RestClient client = context.getBean(RestClient.Builder.class).build();
			assertThat(Objects.requireNonNull(endpoint(context).client("default")).counts()).isNull();
			client.get().uri(server.url("/x")).retrieve().toBodilessEntity();
			assertThatExceptionOfType(Exception.class)
				.isThrownBy(() -> client.get().uri("http://denied.test/").retrieve().toBodilessEntity());
			context.getBean(OutboundHttpClients.class).pool("default").closeIdle(Duration.ZERO);
			assertThat(Objects.requireNonNull(endpoint(context).client("default")).counts())
				.isEqualTo(new CountsDescriptor(1, Map.of("idle", 1L), 0, 0, 0, Map.of(), Map.of(), Map.of(),
						Map.of("enforce", 1L)));
		});
	}

	@Test
	void readTimeoutOfASecondBuilderIsNotThatOfTheClient() {
		this.runner.run((context) -> {
			SettingDescriptor before = readTimeout(context);
			context.getBean(RestClient.Builder.class).build().get().uri(server.url("/x")).retrieve().toBodilessEntity();
			assertThat(readTimeout(context)).isEqualTo(before);
			context.getBean(RestTemplateBuilder.class)
				.readTimeout(Duration.ofSeconds(1))
				.build()
				.getForObject(server.url("/x"), String.class);
			assertThat(endpoint(context).clients().clients()).containsOnlyKeys("default");
			assertThat(readTimeout(context)).isEqualTo(before);
		});
	}

	@Test
	void settingsOfTheClientItselfReplaceThoseOfABuilderThatCameFirst() {
		this.runner.run((context) -> {
			SettingDescriptor before = readTimeout(context);
			context.getBean(RestTemplateBuilder.class)
				.readTimeout(Duration.ofSeconds(1))
				.build()
				.getForObject(server.url("/x"), String.class);
			context.getBean(OutboundHttpClients.class)
				.restClient("default")
				.get()
				.uri(server.url("/x"))
				.retrieve()
				.toBodilessEntity();
			assertThat(endpoint(context).clients().clients()).containsOnlyKeys("default");
			assertThat(readTimeout(context)).isEqualTo(before);
		});
	}

	private static OutboundHttpEndpoint endpoint(ApplicationContext context) {
		return Endpoints.create(context.getBean(OutboundHttpClients.class));
	}

	private static @Nullable SettingDescriptor readTimeout(ApplicationContext context) {
		return Objects.requireNonNull(endpoint(context).client("default")).settings().get("read-timeout");
	}

}
