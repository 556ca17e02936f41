package io.outboundhttp.autoconfigure;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.advice.Advice;
import io.outboundhttp.advice.Advisor;
import io.outboundhttp.advice.Sizing;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.metrics.PoolMetrics;
import io.outboundhttp.metrics.RouteTag;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for pools that are too small for their callers, and what is said of them.
 */
class PoolSizeTests {

	private static final int CALLERS = 50;

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

	private final ApplicationContextRunner runner = ClientsRunner.create()
		.withInitializer(this.leaks)
		.withPropertyValues("outbound-http.clients.a.pool.acquire-timeout=1m")
		.withBean(PoolMetrics.class, () -> {
			PoolMetrics metrics = new PoolMetrics((pool) -> null, new RouteTag(false, 50));
			metrics.bindTo(this.meters);
			return metrics;
		});

	private final CountDownLatch answering = new CountDownLatch(1);

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start().handleAll((exchange) -> {
			this.answering.await();
			exchange.respond(200, "ok");
		});
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("X1 with five per route, 45 of 50 callers wait, and the pool is said to need 50 connections")
	void callersThatWaitAreNeeds() {
		this.runner.withPropertyValues("outbound-http.clients.a.pool.max-per-route=5").run((context) -> {
			List<Future<String>> callers = call(context);
			await().until(() -> pending() == 45);
			this.answering.countDown();
			for (Future<String> caller : callers) {
				assertThat(caller.get(1, TimeUnit.MINUTES)).isEqualTo("ok");
			}
			Advisor advisor = context.getBean(Advisor.class);
			Sizing sizing = Objects.requireNonNull(advisor.sizing(pool(context)));
			assertThat(sizing.needed()).isGreaterThanOrEqualTo(CALLERS).isLessThanOrEqualTo(2 * CALLERS);
			assertThat(sizing.concurrency().peak()).isEqualTo(CALLERS);
			assertThat(sizing.saturated()).isTrue();
			assertThat(sizing.yaml()).contains("max-per-route: " + sizing.recommended());
			assertThat(advisor.advice("a")).as("so few calls are no reason to say it unasked").isEmpty();
		});
	}

	@Test
	void callersThatGetNoConnectionMakeItAWarning() {
		this.answering.countDown();
		this.runner
			.withPropertyValues("outbound-http.clients.a.pool.max-per-route=1",
					"outbound-http.clients.a.pool.max-pending=0")
			.run((context) -> {
				RestClient client = context.getBean(OutboundHttpClients.class).restClient("a");
				try (ClientHttpResponse held = client.get()
					.uri(this.server.url())
					.exchange((request, response) -> response, false)) {
					assertThat(held.getStatusCode().value()).isEqualTo(200);
					for (int call = 0; call < 20; call++) {
						assertThatExceptionOfType(ResourceAccessException.class)
							.isThrownBy(() -> client.get().uri(this.server.url()).retrieve().toBodilessEntity());
					}
				}
				assertThat(context.getBean(Advisor.class).advice("a")).singleElement().satisfies((advice) -> {
					assertThat(advice.code()).isEqualTo("pool-too-small");
					assertThat(advice.level()).isEqualTo(Advice.Level.WARN);
					assertThat(advice.message())
						.startsWith("Client 'a': 20 callers got no connection since the pool was opened; a limit of ");
					assertThat(advice.keys()).containsExactly("outbound-http.clients.a.pool.max-per-route",
							"outbound-http.clients.a.pool.max-total");
					assertThat(advice.yaml()).contains("max-per-route: ");
				});
			});
	}

	@Test
	@DisplayName("X1 with the built-in limits, all of 50 callers are served at once")
	void builtInLimitsServeAllAtOnce() {
		this.runner.withPropertyValues("outbound-http.clients.a.user-agent=a").run((context) -> {
			List<Future<String>> callers = call(context);
			await().until(() -> this.server.requests().size() == CALLERS);
			this.answering.countDown();
			for (Future<String> caller : callers) {
				assertThat(caller.get(1, TimeUnit.MINUTES)).isEqualTo("ok");
			}
			Sizing sizing = Objects.requireNonNull(context.getBean(Advisor.class).sizing(pool(context)));
			assertThat(sizing.concurrency().peak()).isLessThanOrEqualTo(CALLERS);
			assertThat(pool(context).usage().demand().notServed()).isZero();
			assertThat(pool(context).usage().waits().count()).isEqualTo(CALLERS);
		});
	}

	private List<Future<String>> call(ApplicationContext context) {
		RestClient client = context.getBean(OutboundHttpClients.class).restClient("a");
		return Callers.start(CALLERS,
				() -> String.valueOf(client.get().uri(this.server.url()).retrieve().body(String.class)));
	}

	private double pending() {
		Gauge pending = this.meters.find("outbound.http.pool.pending").tag("client", "a").gauge();
		return (pending != null) ? pending.value() : 0;
	}

	private static ConnectionPool pool(ApplicationContext context) {
		return context.getBean(OutboundHttpClients.class).pool("a");
	}

}
