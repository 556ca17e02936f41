package io.outboundhttp.autoconfigure;

import java.util.Objects;

import io.outboundhttp.client.OutboundHttpClients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.test.MockServerRestClientCustomizer;
import org.springframework.boot.restclient.test.autoconfigure.MockRestServiceServerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.web.client.RestClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.header;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.requestTo;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withSuccess;

/**
 * Tests for {@link MockRestServiceServer} with managed clients. The host does not exist,
 * so a call that bypasses the mock server fails.
 */
@Timeout(120)
class TakeoverMockServerTests {

	private final ApplicationContextRunner runner = TakeoverTestContexts.takenOver()
		.withConfiguration(AutoConfigurations.of(MockRestServiceServerAutoConfiguration.class))
		.withPropertyValues("spring.test.restclient.mockrestserviceserver.enabled=true",
				"outbound-http.clients.a.base-url=http://a.invalid",
				"outbound-http.clients.a.default-header.X-Client=a",
				"outbound-http.clients.b.base-url=http://b.invalid",
				"outbound-http.clients.c.base-url=http://c.invalid");

	@Test
	void namedRestClientTalksToTheMockServer() {
		this.runner.run((context) -> {
			RestClient client = context.getBean("outboundHttp.a.restClient", RestClient.class);
			MockRestServiceServer mock = context.getBean(MockRestServiceServer.class);
			mock.expect(requestTo("http://a.invalid/x")).andExpect(header("X-Client", "a")).andRespond(withSuccess());
			client.get().uri("/x").retrieve().toBodilessEntity();
			mock.verify();
			assertThat(TakeoverTestContexts.pools(context)).isEmpty();
		});
	}

	@Test
	void namedRestTemplateTalksToTheMockServer() {
		this.runner.run((context) -> {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			var template = clients.restTemplate("b");
			MockRestServiceServer mock = context.getBean(MockRestServiceServer.class);
			mock.expect(requestTo("/x")).andRespond(withSuccess());
			template.getForObject("/x", String.class);
			mock.verify();
			assertThat(TakeoverTestContexts.pools(context)).isEmpty();
		});
	}

	@Test
	void bootsBuildersTalkToTheMockServer() {
		this.runner.run((context) -> {
			RestClient client = context.getBean(RestClient.Builder.class).build();
			MockRestServiceServer mock = context.getBean(MockRestServiceServer.class);
			mock.expect(requestTo("http://any.invalid/x")).andRespond(withSuccess());
			client.get().uri("http://any.invalid/x").retrieve().toBodilessEntity();
			mock.verify();
			assertThat(TakeoverTestContexts.pools(context)).isEmpty();
		});
		this.runner.run((context) -> {
			var template = context.getBean(RestTemplateBuilder.class).build();
			MockRestServiceServer mock = context.getBean(MockRestServiceServer.class);
			mock.expect(requestTo("http://any.invalid/x")).andRespond(withSuccess());
			template.getForObject("http://any.invalid/x", String.class);
			mock.verify();
		});
	}

	@Test
	void serviceGroupTalksToTheMockServer() {
		this.runner.withUserConfiguration(Groups.class).run((context) -> {
			MockRestServiceServer mock = context.getBean(MockRestServiceServer.class);
			mock.expect(requestTo("http://a.invalid/stock"))
				.andExpect(header("X-Client", "a"))
				.andRespond(withSuccess());
			context.getBean(StockApi.class).stock();
			mock.verify();
			assertThat(TakeoverTestContexts.pools(context)).isEmpty();
		});
	}

	@Test
	void eachClientHasAMockServerOfItsOwn() {
		this.runner.run((context) -> {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			RestClient.Builder a = clients.restClientBuilder("a");
			RestClient.Builder b = clients.restClientBuilder("b");
			MockServerRestClientCustomizer customizer = context.getBean(MockServerRestClientCustomizer.class);
			Objects.requireNonNull(customizer.getServer(a))
				.expect(requestTo("http://a.invalid/x"))
				.andRespond(withSuccess());
			Objects.requireNonNull(customizer.getServer(b))
				.expect(requestTo("http://b.invalid/x"))
				.andRespond(withSuccess());
			a.build().get().uri("/x").retrieve().toBodilessEntity();
			b.build().get().uri("/x").retrieve().toBodilessEntity();
			customizer.getServers().values().forEach(MockRestServiceServer::verify);
		});
	}

	@Test
	void clientsThatNobodyUsesDoNotBreakTheMockServer() {
		this.runner.run((context) -> {
			RestClient client = context.getBean("outboundHttp.c.restClient", RestClient.class);
			assertThat(context.getBean(MockServerRestClientCustomizer.class).getServers()).hasSize(1);
			MockRestServiceServer mock = context.getBean(MockRestServiceServer.class);
			mock.expect(requestTo("http://c.invalid/x")).andRespond(withSuccess());
			client.get().uri("/x").retrieve().toBodilessEntity();
			mock.verify();
		});
	}

	/**
	 * Service of the group {@code a}.
	 */
	interface StockApi {

		@GetExchange("/stock")
		String stock();

	}

	/**
	 * One group.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "a", types = StockApi.class)
	static class Groups {

	}

}
