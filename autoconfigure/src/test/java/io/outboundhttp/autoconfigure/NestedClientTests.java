package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a client that is built and called while another one is being built.
 */
class NestedClientTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	/**
	 * At the start the customizers are only checked, so the real nesting comes later.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void customizerMayCallAnotherClientWhileOneIsBuilt(boolean atStart) {
		try (TestHttpServer server = TestHttpServer.start()) {
			TakeoverTestContexts.takenOver()
				.withInitializer(this.leaks)
				.withUserConfiguration(TokenConfiguration.class)
				.withPropertyValues("at-start=" + atStart, "token-url=" + server.url("/token"),
						"outbound-http.clients.orders.base-url=" + server.url(),
						"outbound-http.clients.orders.user-agent=orders-agent",
						"outbound-http.clients.orders.read-timeout=4s",
						"outbound-http.clients.orders.pool.max-per-route=4",
						"outbound-http.clients.auth.base-url=" + server.url(),
						"outbound-http.clients.auth.user-agent=auth-agent",
						"outbound-http.clients.auth.read-timeout=3s", "outbound-http.clients.auth.pool.max-per-route=3")
				.run((context) -> {
					assertThat(context).hasNotFailed();
					OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
					Order order = context.getBean(Order.class);
					assertThat(TakeoverTestContexts.pools(context)).hasSize(atStart ? 1 : 0);
					if (!atStart) {
						order.customized().clear();
						order.active().set(true);
					}
					clients.restClient("orders").get().uri("/orders").retrieve().toBodilessEntity();
					clients.restClient("auth").get().uri("/again").retrieve().toBodilessEntity();
					assertThat(order.customized()).containsSubsequence("orders", "auth", "orders done");
					assertThat(agents(server.requests("/token"))).isNotEmpty().containsOnly("auth-agent");
					assertThat(agents(server.requests("/orders"))).containsExactly("orders-agent");
					assertThat(agents(server.requests("/again"))).containsExactly("auth-agent");
					assertThat(TakeoverTestContexts.pools(context)).containsExactlyInAnyOrder("auth", "orders");
					verifySettings(context, "auth", 3);
					verifySettings(context, "orders", 4);
				});
		}
	}

	private static void verifySettings(ApplicationContext context, String client, int number) {
		LiveClient live = Objects.requireNonNull(context.getBean(OutboundHttpClients.class).live(client));
		assertThat(live.pool().snapshot().maxPerRoute()).isEqualTo(number);
		assertThat(live.requestConfig().getResponseTimeout().toSeconds()).isEqualTo(number);
	}

	private static List<String> agents(List<RecordedRequest> requests) {
		return requests.stream().map((request) -> String.valueOf(request.header("User-Agent"))).toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class TokenConfiguration {

		@Bean
		Order order(@Value("${at-start}") boolean atStart) {
			return new Order(new ArrayList<>(), new AtomicBoolean(atStart));
		}

		@Bean
		OutboundHttpClientCustomizer tokenCustomizer(OutboundHttpClients clients, Order order,
				@Value("${token-url}") String url) {
			return new OutboundHttpClientCustomizer() {

				@Override
				public void customize(String client, HttpClientBuilder builder) {
					order.customized().add(client);
					if (client.equals("orders") && order.active().get()) {
						fetch(clients, url);
						order.customized().add("orders done");
					}
				}

			};
		}

		private static void fetch(OutboundHttpClients clients, String url) {
			try {
				clients.httpClient("auth").execute(new HttpGet(url), (response) -> {
					EntityUtils.consume(response.getEntity());
					return response.getCode();
				});
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

	/**
	 * Which clients were customized.
	 *
	 * @param customized their names in order
	 * @param active whether one of them calls another one
	 */
	record Order(List<String> customized, AtomicBoolean active) {
	}

}
