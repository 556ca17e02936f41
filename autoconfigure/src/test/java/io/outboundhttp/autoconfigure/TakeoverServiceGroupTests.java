package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.outboundhttp.testsupport.Endpoints;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.client.RestClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for HTTP service groups on managed pools.
 */
@Timeout(120)
class TakeoverServiceGroupTests {

	private final ApplicationContextRunner runner = TakeoverTestContexts.takenOver();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void eachGroupHasOnePoolOfItsName() {
		this.runner.withUserConfiguration(TwoGroups.class)
			.withPropertyValues("outbound-http.clients.stock.base-url=" + this.server.url(),
					"spring.http.serviceclient.prices.base-url=" + this.server.url())
			.run((context) -> {
				assertThat(TakeoverTestContexts.pools(context)).isEmpty();
				context.getBean(StockApi.class).stock();
				context.getBean(OtherStockApi.class).other();
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("stock");
				assertThat(this.server.connectionsAccepted()).isEqualTo(1);
				context.getBean(PricesApi.class).prices();
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("stock", "prices");
				context.getBean(OutboundHttpClients.class)
					.restClient("stock")
					.get()
					.uri("/again")
					.retrieve()
					.toBodilessEntity();
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("stock", "prices");
				assertThat(this.server.connectionsAccepted()).isEqualTo(2);
			});
		this.server.awaitNoOpenConnections();
	}

	@Test
	void groupTakesSettingsOfItsClientAndOfBootsServiceClient() {
		this.runner.withUserConfiguration(TwoGroups.class)
			.withPropertyValues("spring.http.serviceclient.stock.base-url=" + this.server.url("/boot"),
					"outbound-http.clients.stock.base-url=" + this.server.url("/ours"),
					"outbound-http.clients.stock.pool.max-per-route=7",
					"spring.http.serviceclient.stock.read-timeout=8s",
					"spring.http.serviceclient.stock.connect-timeout=1s",
					"outbound-http.clients.stock.connect-timeout=2s",
					"outbound-http.clients.stock.default-header.X-Ours=a",
					"spring.http.serviceclient.stock.default-header.X-Boot=b",
					"spring.http.serviceclient.stock.default-header.X-Ours=c",
					"spring.http.serviceclient.prices.base-url=" + this.server.url("/boot"))
			.run((context) -> {
				context.getBean(StockApi.class).stock();
				RecordedRequest request = this.server.requests().get(0);
				assertThat(request.path()).isEqualTo("/ours/stock");
				assertThat(request.headers().all("X-Ours")).containsExactly("a");
				assertThat(request.header("X-Boot")).isEqualTo("b");
				LiveClient live = live(context, "stock");
				assertThat(live.pool().snapshot().maxPerRoute()).isEqualTo(7);
				assertThat(live.requestConfig().getResponseTimeout().toSeconds()).isEqualTo(8);
				assertThat(live.connectionConfig().getConnectTimeout().toSeconds()).isEqualTo(2);
				context.getBean(PricesApi.class).prices();
				assertThat(this.server.requests().get(1).path()).isEqualTo("/boot/prices");
			});
	}

	@Test
	@DisplayName("D1 a group without any key has a read timeout of 30s and is listed")
	void groupWithoutAnyKey() {
		this.runner.withUserConfiguration(TwoGroups.class)
			.withBean(RestClientCustomizer.class, () -> (builder) -> builder.baseUrl(this.server.url()))
			.run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				assertThat(clients.names()).containsExactlyInAnyOrder("default", "stock", "prices");
				assertThat(Endpoints.create(clients).clients().clients()).containsOnlyKeys("default", "stock",
						"prices");
				context.getBean(StockApi.class).stock();
				assertThat(live(context, "stock").requestConfig().getResponseTimeout().toSeconds()).isEqualTo(30);
				assertThat(live(context, "stock").connectionConfig().getConnectTimeout().toSeconds()).isEqualTo(5);
			});
	}

	@Test
	@DisplayName("D1 a configured group without a read timeout has one of 30s")
	void configuredGroupIsAsPatient() {
		this.runner.withUserConfiguration(TwoGroups.class)
			.withPropertyValues("outbound-http.clients.stock.base-url=" + this.server.url())
			.run((context) -> {
				context.getBean(StockApi.class).stock();
				assertThat(live(context, "stock").requestConfig().getResponseTimeout().toSeconds()).isEqualTo(30);
			});
	}

	@Test
	void groupWithoutNameUsesClientDefault() {
		this.runner.withUserConfiguration(DefaultGroup.class)
			.withPropertyValues("spring.http.serviceclient.default.base-url=" + this.server.url(),
					"outbound-http.clients.default.pool.max-per-route=7")
			.run((context) -> {
				context.getBean(StockApi.class).stock();
				context.getBean(RestClient.Builder.class)
					.build()
					.get()
					.uri(this.server.url("/x"))
					.retrieve()
					.toBodilessEntity();
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
				assertThat(TakeoverTestContexts.pool(context, "default").snapshot().maxPerRoute()).isEqualTo(7);
				assertThat(this.server.connectionsAccepted()).isEqualTo(1);
			});
	}

	@Test
	void groupNameThatIsNoNameOfAClientIsRefusedByName() {
		this.runner.withUserConfiguration(BadGroup.class)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOf(OutboundHttpConfigurationException.class)
				.hasMessageContaining("An HTTP service group has the name '1 bad/group'"));
	}

	@Test
	void customizersOfOneClientReachGroupsAfterThoseOfBoot() {
		List<String> order = new ArrayList<>();
		this.runner.withUserConfiguration(TwoGroups.class)
			.withBean(LateRestClientCustomizer.class, () -> new LateRestClientCustomizer(order))
			.withBean(OutboundHttpClientCustomizer.class, () -> new OutboundHttpClientCustomizer() {

				@Override
				public void customize(String client, RestClient.Builder builder) {
					order.add(client);
					builder.defaultHeader("X-Client", client);
				}

				@Override
				public void customize(String client, HttpClientBuilder builder) {
					builder.setUserAgent("agent of " + client);
				}

			})
			.withPropertyValues("outbound-http.clients.stock.base-url=" + this.server.url())
			.run((context) -> {
				assertThat(order).containsSubsequence("boot", "boot", "stock").contains("prices");
				assertThat(order.indexOf("stock")).isGreaterThan(order.lastIndexOf("boot"));
				context.getBean(StockApi.class).stock();
				assertThat(this.server.requests().get(0).header("X-Client")).isEqualTo("stock");
				assertThat(this.server.requests().get(0).header("User-Agent")).isEqualTo("agent of stock");
			});
	}

	@Test
	void takeoverOffLeavesGroupsToBoot() {
		this.runner.withUserConfiguration(TwoGroups.class)
			.withPropertyValues("outbound-http.takeover=false",
					"spring.http.serviceclient.stock.base-url=" + this.server.url())
			.run((context) -> {
				context.getBean(StockApi.class).stock();
				assertThat(TakeoverTestContexts.pools(context)).isEmpty();
				assertThat(context.getBean(OutboundHttpClients.class).names()).containsExactly("default");
			});
	}

	@Test
	void loadBalancedBaseUrlWithoutLoadBalancerStopsTheStart() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.cloud"))
			.withPropertyValues("outbound-http.clients.stock.base-url=lb://warehouse")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.isInstanceOf(OutboundHttpConfigurationException.class)
				.hasMessageContaining("Client 'stock': nothing resolves the service name of")
				.hasMessageContaining("outbound-http.clients.stock.base-url"));
	}

	@Test
	void loadBalancedBaseUrlWithoutLoadBalancerStopsTheStartForAGroup() {
		this.runner.withUserConfiguration(TwoGroups.class)
			.withClassLoader(new FilteredClassLoader("org.springframework.cloud"))
			.withPropertyValues("spring.http.serviceclient.stock.base-url=lb://warehouse")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasStackTraceContaining("Client 'stock': nothing resolves the service name of"));
	}

	@Test
	void loadBalancedBaseUrlWithLoadBalancerSwitchedOffFailsWithAnExplanation() {
		this.runner.withPropertyValues("outbound-http.clients.stock.base-url=lb://warehouse")
			.run((context) -> assertThatIllegalStateException()
				.isThrownBy(() -> context.getBean(OutboundHttpClients.class).restClient("stock"))
				.withMessageContaining("Client 'stock': nothing resolves the service name of 'lb://warehouse'")
				.withMessageContaining("outbound-http.clients.stock.base-url"));
	}

	private static LiveClient live(ApplicationContext context, String pool) {
		return Objects.requireNonNull(context.getBean(OutboundHttpClients.class).live(pool));
	}

	/**
	 * Customizer of Boot's kind that comes last among them.
	 */
	@Order(Ordered.LOWEST_PRECEDENCE)
	static final class LateRestClientCustomizer implements RestClientCustomizer {

		private final List<String> order;

		LateRestClientCustomizer(List<String> order) {
			this.order = order;
		}

		@Override
		public void customize(RestClient.Builder builder) {
			this.order.add("boot");
		}

	}

	/**
	 * Service of the group {@code stock}.
	 */
	interface StockApi {

		@GetExchange("/stock")
		String stock();

	}

	/**
	 * Another service of the group {@code stock}.
	 */
	interface OtherStockApi {

		@GetExchange("/other")
		String other();

	}

	/**
	 * Service of the group {@code prices}.
	 */
	interface PricesApi {

		@GetExchange("/prices")
		String prices();

	}

	/**
	 * Two groups.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "stock", types = { StockApi.class, OtherStockApi.class })
	@ImportHttpServices(group = "prices", types = PricesApi.class)
	static class TwoGroups {

	}

	/**
	 * Group without a name.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(types = StockApi.class)
	static class DefaultGroup {

	}

	/**
	 * Group whose name is no name of a client.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "1 bad/group", types = StockApi.class)
	static class BadGroup {

	}

}
