package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.cloud.openfeign.FeignLoggerFactory;
import org.springframework.cloud.openfeign.clientconfig.HttpClient5FeignConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for life beside Spring Cloud and Spring Security, in whole applications.
 */
@Timeout(120)
class TakeoverNeighbourTests {

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
	void groupKeepsBaseUrlBesideLoadBalancer() {
		try (ConfigurableApplicationContext context = run(Groups.class,
				"outbound-http.clients.stock.base-url=" + this.server.url("/base"))) {
			context.getBean(StockApi.class).stock();
			assertThat(this.server.requests()).singleElement()
				.satisfies((request) -> assertThat(request.path()).isEqualTo("/base/stock"));
			assertThat(pools(context)).containsExactly("stock");
		}
	}

	@Test
	void baseUrlOfBootsServiceClientWinsWhereOursIsNotSet() {
		try (ConfigurableApplicationContext context = run(Groups.class,
				"spring.http.serviceclient.stock.base-url=" + this.server.url("/boot"))) {
			context.getBean(StockApi.class).stock();
			assertThat(this.server.requests().get(0).path()).isEqualTo("/boot/stock");
		}
	}

	@Test
	void ourBaseUrlWinsOverThatOfBootsServiceClient() {
		try (ConfigurableApplicationContext context = run(Groups.class,
				"spring.http.serviceclient.stock.base-url=" + this.server.url("/boot"),
				"outbound-http.clients.stock.base-url=" + this.server.url("/ours"))) {
			context.getBean(StockApi.class).stock();
			assertThat(this.server.requests().get(0).path()).isEqualTo("/ours/stock");
		}
	}

	@Test
	void groupWithoutBaseUrlIsAServiceOfLoadBalancer() {
		try (ConfigurableApplicationContext context = run(Groups.class, instance("stock"))) {
			context.getBean(StockApi.class).stock();
			assertThat(this.server.requests()).hasSize(1);
			assertThat(pools(context)).containsExactly("stock");
		}
	}

	@Test
	void loadBalancedBaseUrlWorksForAGroup() {
		try (ConfigurableApplicationContext context = run(Groups.class, instance("warehouse"),
				"outbound-http.clients.stock.base-url=lb://warehouse/base")) {
			context.getBean(StockApi.class).stock();
			assertThat(this.server.requests().get(0).path()).isEqualTo("/base/stock");
			assertThat(pools(context)).containsExactly("stock");
		}
	}

	@Test
	void loadBalancedBaseUrlOfOursWinsForAGroup() {
		try (ConfigurableApplicationContext context = run(Groups.class, instance("warehouse"),
				"spring.http.serviceclient.stock.base-url=http://unused.invalid",
				"outbound-http.clients.stock.base-url=lb://warehouse")) {
			context.getBean(StockApi.class).stock();
			assertThat(this.server.requests()).hasSize(1);
		}
	}

	@Test
	void loadBalancedBaseUrlWorksForNamedClients() {
		try (ConfigurableApplicationContext context = run(Application.class, instance("warehouse"),
				"outbound-http.clients.stock.base-url=lb://warehouse/base")) {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			clients.restClient("stock").get().uri("/a").retrieve().toBodilessEntity();
			clients.restTemplate("stock").getForObject("/b", String.class);
			assertThat(this.server.requests()).extracting((request) -> request.path())
				.containsExactly("/base/a", "/base/b");
			assertThat(pools(context)).containsExactly("stock");
		}
	}

	@Test
	void noBeanOfOursIsACandidateForOthers() {
		try (ConfigurableApplicationContext context = run(Application.class,
				"outbound-http.clients.stock.base-url=" + this.server.url(),
				"outbound-http.clients.prices.base-url=" + this.server.url())) {
			for (Class<?> type : List.of(CloseableHttpClient.class, HttpClientConnectionManager.class, HttpClient.class,
					RestClient.class, RestTemplate.class)) {
				assertThat(context.getBeanNamesForType(type)).filteredOn((name) -> name.startsWith("outboundHttp"))
					.allSatisfy((name) -> assertThat(context.getBeanFactory().getMergedBeanDefinition(name))
						.isInstanceOfSatisfying(AbstractBeanDefinition.class,
								(definition) -> assertThat(definition.isDefaultCandidate()).isFalse()));
			}
			assertThat(context.getBeanNamesForType(CloseableHttpClient.class))
				.noneMatch((name) -> name.startsWith("outboundHttp"));
			assertThat(context.getBeanNamesForType(HttpClientConnectionManager.class))
				.noneMatch((name) -> name.startsWith("outboundHttp"));
		}
	}

	@Test
	void injectionOfRestClientsOfTheApplicationIsUnaffected() {
		try (ConfigurableApplicationContext context = run(OwnRestClient.class,
				"outbound-http.clients.stock.base-url=" + this.server.url(),
				"outbound-http.clients.prices.base-url=" + this.server.url())) {
			Injected injected = context.getBean(Injected.class);
			assertThat(injected.single).isSameAs(context.getBean("ownRestClient"));
			assertThat(injected.all).containsExactly(injected.single);
			assertThat(injected.provider.getIfUnique()).isSameAs(injected.single);
			assertThat(injected.provider.stream()).containsExactly(injected.single);
			assertThat(injected.httpClients.getIfAvailable()).isNull();
		}
	}

	@Test
	void feignClientsStayWithTheirOwnHttpClient() {
		try (ConfigurableApplicationContext context = run(Feign.class, "feign.url=" + this.server.url(),
				"outbound-http.clients.default.user-agent=ours")) {
			assertThat(context.getBeanNamesForType(CloseableHttpClient.class)).containsExactly("httpClient5");
			assertThat(context.getBeanNamesForType(HttpClientConnectionManager.class))
				.containsExactly("hc5ConnectionManager");
			assertThat(context.getBean(StockFeign.class).stock()).isEqualTo("ok");
			assertThat(this.server.requests()).singleElement()
				.satisfies((request) -> assertThat(request.header("User-Agent")).isNotEqualTo("ours"));
			assertThat(pools(context)).isEmpty();
		}
	}

	@Test
	void tokenClientsOfSpringSecurityStayWithTheirOwnHttpClient() {
		this.server.handle("/token", (exchange) -> exchange
			.respondJson("{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":60}"));
		try (ConfigurableApplicationContext context = run(Application.class,
				"outbound-http.clients.default.user-agent=ours")) {
			ClientRegistration registration = ClientRegistration.withRegistrationId("r")
				.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
				.clientId("id")
				.clientSecret("secret")
				.tokenUri(this.server.url("/token"))
				.build();
			assertThat(new RestClientClientCredentialsTokenResponseClient()
				.getTokenResponse(new OAuth2ClientCredentialsGrantRequest(registration))
				.getAccessToken()
				.getTokenValue()).isEqualTo("t");
			assertThat(this.server.requests().get(0).header("User-Agent")).isNotEqualTo("ours");
			assertThat(pools(context)).isEmpty();
		}
	}

	private String instance(String service) {
		return "spring.cloud.discovery.client.simple.instances.%s[0].uri=%s".formatted(service, this.server.url());
	}

	private static ConfigurableApplicationContext run(Class<?> application, String... properties) {
		List<String> args = new ArrayList<>();
		Stream.of(properties).map("--"::concat).forEach(args::add);
		args.add("--spring.main.banner-mode=off");
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE).run(args.toArray(String[]::new));
	}

	private static List<String> pools(ConfigurableApplicationContext context) {
		return context.getBean(OutboundHttpClients.class).openPools().stream().map(ConnectionPool::getName).toList();
	}

	/**
	 * Application with all auto-configuration.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	/**
	 * Application with an HTTP service group.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@ImportHttpServices(group = "stock", types = StockApi.class)
	static class Groups {

	}

	/**
	 * Application with OpenFeign.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableFeignClients(clients = StockFeign.class)
	@Import(HttpClient5FeignConfiguration.class)
	static class Feign {

		@Bean
		FeignLoggerFactory feignLoggerFactory() {
			return (type) -> new feign.Logger.NoOpLogger();
		}

	}

	/**
	 * Application with a RestClient bean.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class OwnRestClient {

		@Bean
		RestClient ownRestClient() {
			return RestClient.create();
		}

		@Bean
		Injected injected() {
			return new Injected();
		}

	}

	/**
	 * Bean that has everything injected without a qualifier.
	 */
	@SuppressWarnings("NullAway.Init")
	static class Injected {

		@Autowired
		private RestClient single;

		@Autowired
		private List<RestClient> all;

		@Autowired
		private ObjectProvider<RestClient> provider;

		@Autowired
		private ObjectProvider<HttpClient> httpClients;

	}

	/**
	 * Service of the group {@code stock}.
	 */
	interface StockApi {

		@GetExchange("/stock")
		String stock();

	}

	/**
	 * Feign client.
	 */
	@FeignClient(name = "stock", url = "${feign.url}")
	interface StockFeign {

		@GetMapping("/stock")
		String stock();

	}

}
