package io.outboundhttp.autoconfigure;

import java.util.List;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.advice.Advice;
import io.outboundhttp.advice.Advisor;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.retry.annotation.RetryConfiguration;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.loadbalancer.RetryLoadBalancerInterceptor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what is advised where calls are repeated around clients that repeat requests.
 */
class DoubledRetryTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = ClientsRunner.create()
		.withInitializer(this.leaks)
		.withPropertyValues("outbound-http.clients.a.retry.max-retries=2", "outbound-http.clients.a.retry.delay=1ms",
				"outbound-http.clients.a.retry.budget=100", "outbound-http.clients.a.call-timeout=1m",
				"outbound-http.clients.a.read-timeout=10s");

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start().handleAll(Handler.respond(503, "busy"));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private static List<Advice> doubled(Advisor advisor) {
		return advisor.advice("a").stream().filter((advice) -> advice.code().equals("doubled-retries")).toList();
	}

	@Test
	@DisplayName("R5 a client's two retries inside two of @Retryable are advised to become nine requests, and do")
	void retriesOfTheClientAndOfTheFrameworkMultiply() {
		this.leaks.expectWarning("doubled-retries");
		this.runner.withUserConfiguration(ResilientOrders.class)
			.withPropertyValues("outbound-http.clients.a.base-url=" + this.server.url())
			.run((context) -> {
				assertThat(doubled(context.getBean(Advisor.class))).singleElement().satisfies((advice) -> {
					assertThat(advice.level()).isEqualTo(Advice.Level.WARN);
					assertThat(advice.message()).contains("@Retryable on Orders.place", "2 (", "up to 2 times",
							"one call can become 9 requests");
					assertThat(advice.keys()).containsExactly("outbound-http.clients.a.retry.max-retries");
				});
				assertThatExceptionOfType(HttpServerErrorException.class)
					.isThrownBy(() -> context.getBean(Orders.class).place());
				assertThat(this.server.requests()).hasSize(9);
			});
	}

	@Test
	@DisplayName("R5 control: only one of them retries, and nothing is advised")
	void retriesOfOneAreNotAdvisedAbout() {
		this.runner.withUserConfiguration(ResilientOrders.class)
			.withPropertyValues("outbound-http.clients.a.base-url=" + this.server.url(),
					"outbound-http.clients.a.retry.max-retries=0")
			.run((context) -> {
				assertThat(context.getBean(Advisor.class).advice("a")).isEmpty();
				assertThatExceptionOfType(HttpServerErrorException.class)
					.isThrownBy(() -> context.getBean(Orders.class).place());
				assertThat(this.server.requests()).hasSize(3);
			});
	}

	@Test
	void annotationThatNothingReadsIsNotAdvisedAbout() {
		this.runner.withUserConfiguration(PlainOrders.class)
			.run((context) -> assertThat(doubled(context.getBean(Advisor.class))).isEmpty());
	}

	@Test
	void annotationOfATypeAndATextCount() {
		this.leaks.expectWarning("doubled-retries");
		this.runner.withUserConfiguration(ResilientType.class)
			.withPropertyValues("retries=4")
			.run((context) -> assertThat(doubled(context.getBean(Advisor.class))).singleElement()
				.extracting(Advice::message)
				.asString()
				.contains("@Retryable on Stock.take", "one call can become 15 requests"));
	}

	@Test
	void springRetryCounts() {
		this.leaks.expectWarning("doubled-retries");
		this.runner.withUserConfiguration(SpringRetryOrders.class)
			.run((context) -> assertThat(doubled(context.getBean(Advisor.class))).singleElement()
				.extracting(Advice::message)
				.asString()
				.contains("@Retryable on OldOrders.place", "up to 3 times", "one call can become 12 requests"));
	}

	@Test
	void springCloudLoadBalancerCountsForItsClients() {
		this.leaks.expectWarning("doubled-retries");
		this.runner.withUserConfiguration(LoadBalancerRetry.class)
			.withPropertyValues("outbound-http.clients.b.base-url=lb://stock",
					"outbound-http.clients.b.retry.max-retries=2", "outbound-http.clients.b.call-timeout=5m",
					"spring.cloud.loadbalancer.retry.max-retries-on-same-service-instance=1")
			.run((context) -> {
				assertThat(doubled(context.getBean(Advisor.class))).as("not load balanced").isEmpty();
				assertThat(context.getBean(Advisor.class).advice("b")).singleElement()
					.extracting(Advice::message)
					.asString()
					.contains("Spring Cloud LoadBalancer repeats the call up to 3 times", "become 12 requests");
			});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	@Import(PlainOrders.class)
	static class ResilientOrders {

	}

	@Configuration(proxyBeanMethods = false)
	static class PlainOrders {

		@Bean
		Orders orders(OutboundHttpClients clients) {
			return new Orders(clients.restClient("a"));
		}

	}

	static class Orders {

		private final RestClient client;

		Orders(RestClient client) {
			this.client = client;
		}

		@Retryable(maxRetries = 2, delay = 1)
		void place() {
			this.client.get().retrieve().toBodilessEntity();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class ResilientType {

		@Bean
		@Lazy
		Stock stock() {
			throw new IllegalStateException("nobody needs it");
		}

	}

	@Retryable(maxRetriesString = "${retries}")
	static class Stock {

		void take() {
		}

	}

	/**
	 * What {@code @EnableRetry} adds, without the proxies.
	 */
	@Configuration(proxyBeanMethods = false)
	static class SpringRetryOrders {

		@Bean
		@Lazy
		RetryConfiguration retryConfiguration() {
			throw new IllegalStateException("nobody needs it");
		}

		@Bean
		OldOrders orders() {
			return new OldOrders();
		}

	}

	static class OldOrders {

		@org.springframework.retry.annotation.Retryable(maxAttempts = 4)
		void place() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LoadBalancerRetry {

		@Bean
		@Lazy
		RetryLoadBalancerInterceptor interceptor() {
			throw new IllegalStateException("nobody needs it");
		}

	}

}
