package io.outboundhttp.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.client.OutboundHttpRestTemplateCustomizer;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.restclient.autoconfigure.RestClientObservationAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for the beans of each client, and for {@link OutboundHttpClients}.
 */
class ClientBeansTests {

	private static final Map<String, Class<?>> KINDS = Map.of("restClient", RestClient.class, "restTemplate",
			RestTemplate.class, "requestFactory", ClientHttpRequestFactory.class, "httpClient", HttpClient.class);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private static final TestHttpServer server = TestHttpServer.start()
		.handle("/echo-path/**", (exchange) -> exchange.respond(200, exchange.target()))
		.handle("/payments/**", (exchange) -> exchange.respond(200, exchange.target()))
		.handle("/geo/**", (exchange) -> exchange.respond(200, exchange.target()));

	private final ApplicationContextRunner runner = TakeoverTestContexts.takenOver()
		.withInitializer(this.leaks)
		.withPropertyValues("outbound-http.clients.payments.base-url=" + server.url("/payments"),
				"outbound-http.clients.geo-service.base-url=" + server.url("/geo"));

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void eachClientHasFourLazyQualifiedBeansThatAreNoDefaultCandidates() {
		this.runner.run((context) -> {
			for (String client : List.of("default", "payments", "geo-service")) {
				KINDS.forEach((kind, type) -> {
					String name = "outboundHttp." + client + "." + kind;
					assertThat(context.getType(name)).as(name).isEqualTo(type);
					AbstractBeanDefinition definition = (AbstractBeanDefinition) definition(context, name);
					assertThat(definition.isLazyInit()).as(name).isTrue();
					assertThat(definition.isDefaultCandidate()).as(name).isFalse();
					assertThat(definition.isPrimary()).as(name).isFalse();
					assertThat(BeanFactoryAnnotationUtils.qualifiedBeanOfType(context.getBeanFactory(), type, client))
						.as(name)
						.isSameAs(context.getBean(name))
						.isInstanceOf(type);
				});
			}
			assertThat(TakeoverTestContexts.pools(context)).isEmpty();
		});
	}

	private static Object definition(ApplicationContext context, String name) {
		return ((ConfigurableApplicationContext) context).getBeanFactory().getBeanDefinition(name);
	}

	@Test
	void qualifiedBeansCallTheirClient() {
		this.runner.withUserConfiguration(QualifiedConfiguration.class).run((context) -> {
			Qualified user = context.getBean(Qualified.class);
			assertThat(user.restClient().get().uri("/1").retrieve().body(String.class)).isEqualTo("/payments/1");
			assertThat(user.restTemplate().getForObject("/2", String.class)).isEqualTo("/geo/2");
			assertThat(RestClient.builder()
				.requestFactory(user.requestFactory())
				.build()
				.get()
				.uri(server.url("/echo-path/3"))
				.retrieve()
				.body(String.class)).isEqualTo("/echo-path/3");
			String target = user.httpClient()
				.execute(new HttpGet(server.url("/echo-path/4")),
						(response) -> EntityUtils.toString(response.getEntity()));
			assertThat(target).isEqualTo("/echo-path/4");
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("payments", "geo-service");
		});
	}

	@Test
	void injectionWithoutQualifierFindsNoClient() {
		this.runner.withUserConfiguration(UnqualifiedConfiguration.class).run((context) -> {
			Unqualified user = context.getBean(Unqualified.class);
			assertThat(user.restClient()).isNull();
			assertThat(user.restTemplates()).isEmpty();
			assertThat(user.httpClients()).isEmpty();
		});
	}

	@Test
	void beanOfTheApplicationIsNeverOverridden() {
		RestClient own = RestClient.create();
		this.runner.withBean("outboundHttp.payments.restClient", RestClient.class, () -> own).run((context) -> {
			assertThat(context.getBean("outboundHttp.payments.restClient")).isSameAs(own);
			assertThat(context).hasBean("outboundHttp.payments.restTemplate");
		});
	}

	@Test
	void disabledClientHasNoBeans() {
		this.runner.withPropertyValues("outbound-http.clients.payments.enabled=false").run((context) -> {
			assertThat(context).hasNotFailed();
			KINDS.keySet().forEach((kind) -> assertThat(context).doesNotHaveBean("outboundHttp.payments." + kind));
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			assertThat(clients.names()).containsExactly("default", "geo-service");
			assertThatIllegalArgumentException().isThrownBy(() -> clients.restClient("payments"));
		});
	}

	@Test
	void closingTheHttpClientLeavesTheClientUsable() {
		this.runner.run((context) -> {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			HttpClient httpClient = clients.httpClient("payments");
			assertThat(httpClient).isInstanceOf(AutoCloseable.class);
			clients.restClient("payments").get().retrieve().toBodilessEntity();
			((AutoCloseable) httpClient).close();
			assertThat(clients.restClient("payments").get().uri("/1").retrieve().body(String.class))
				.isEqualTo("/payments/1");
		});
	}

	@Test
	void primaryClientIsInjectedWithoutQualifier() {
		this.runner.withPropertyValues("outbound-http.primary=geo-service")
			.withUserConfiguration(PlainConfiguration.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				Plain user = context.getBean(Plain.class);
				assertThat(user.restClient().get().uri("/1").retrieve().body(String.class)).isEqualTo("/geo/1");
				assertThat(user.restTemplate().getForObject("/2", String.class)).isEqualTo("/geo/2");
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("geo-service");
			});
	}

	@Test
	void primaryClientLeavesOtherRestClientsOfTheApplicationAlone() {
		RestClient own = RestClient.create();
		this.runner.withPropertyValues("outbound-http.primary=payments")
			.withBean("own", RestClient.class, () -> own)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(RestClient.class)).isNotSameAs(own);
			});
	}

	@Test
	void primaryClientIsAnErrorWhereTheApplicationHasAPrimaryOne() {
		this.runner.withPropertyValues("outbound-http.primary=payments")
			.withUserConfiguration(PrimaryConfiguration.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(OutboundHttpConfigurationException.class)
				.hasMessageContaining("outbound-http.primary")
				.hasMessageContaining("ownPrimary"));
	}

	@Test
	void primaryRestTemplateOfTheApplicationIsAnErrorToo() {
		this.runner.withPropertyValues("outbound-http.primary=payments")
			.withUserConfiguration(PrimaryRestTemplateConfiguration.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(OutboundHttpConfigurationException.class)
				.hasMessageContaining("outbound-http.primary")
				.hasMessageContaining("ownPrimaryTemplate"));
	}

	@Test
	void unknownPrimaryClientStopsTheStart() {
		this.runner.withPropertyValues("outbound-http.primary=paymens")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(OutboundHttpConfigurationException.class)
				.hasMessageContaining("outbound-http.primary")
				.hasMessageContaining("'paymens'"));
	}

	@Test
	void namesBeginWithDefault() {
		this.runner
			.run((context) -> assertThat(context.getBean(OutboundHttpClients.class).names()).startsWith("default")
				.containsExactlyInAnyOrder("default", "payments", "geo-service"));
	}

	@Test
	void unknownNameTellsTheNamesAndTheKey() {
		this.runner.run((context) -> {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			for (Runnable lookUp : List.<Runnable>of(() -> clients.restClient("typo"),
					() -> clients.restTemplate("typo"), () -> clients.restClientBuilder("typo"),
					() -> clients.requestFactory("typo"), () -> clients.httpClient("typo"), () -> clients.pool("typo"),
					() -> clients.definition("typo"))) {
				assertThatIllegalArgumentException().isThrownBy(lookUp::run)
					.withMessageContaining("'typo'")
					.withMessageContaining("payments")
					.withMessageContaining("outbound-http.clients.typo");
			}
		});
	}

	@Test
	void everyObjectOfAClientSharesItsPool() {
		this.runner.run((context) -> {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			ConnectionPool pool = clients.pool("payments");
			clients.restClient("payments").get().retrieve().toBodilessEntity();
			clients.restTemplate("payments").getForObject("/x", String.class);
			clients.restClientBuilder("payments").build().get().retrieve().toBodilessEntity();
			context.getBean("outboundHttp.payments.restClient", RestClient.class).get().retrieve().toBodilessEntity();
			assertThat(clients.openPools()).containsExactly(pool);
			assertThat(clients.httpClient("payments")).isSameAs(clients.httpClient("payments"));
			assertThat(pool.snapshot().available()).isEqualTo(1);
			assertThat(pool.getName()).isEqualTo("payments");
		});
	}

	@Test
	void builderOfAClientIsNewEachTime() {
		this.runner.run((context) -> {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			clients.restClientBuilder("payments").defaultHeader("X-Once", "1").baseUrl(server.url("/echo-path"));
			assertThat(clients.restClient("payments").get().uri("/1").retrieve().body(String.class))
				.isEqualTo("/payments/1");
		});
	}

	@Test
	void customizersAreCalledWithTheNameOfTheClient() {
		Set<String> builders = new TreeSet<>();
		this.runner.withBean(OutboundHttpClientCustomizer.class, () -> new OutboundHttpClientCustomizer() {

			@Override
			public void customize(String client, HttpClientBuilder builder) {
				builder.setUserAgent("agent-of-" + client);
			}

			@Override
			public void customize(String client, RestClient.Builder builder) {
				builders.add(client);
				builder.defaultHeader("X-Client", client);
			}

		})
			.withBean(OutboundHttpRestTemplateCustomizer.class,
					() -> (client, restTemplate) -> restTemplate.getInterceptors().add((request, body, execution) -> {
						request.getHeaders().set("X-Template", client);
						return execution.execute(request, body);
					}))
			.run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				clients.restClient("payments").get().uri("/customized").retrieve().toBodilessEntity();
				clients.restTemplate("payments").getForObject("/customized-template", String.class);
				clients.restClient("geo-service").get().uri("/customized").retrieve().toBodilessEntity();
				assertThat(builders).containsExactly("geo-service", "payments");
				assertThat(header("/payments/customized", "X-Client")).isEqualTo("payments");
				assertThat(header("/payments/customized", "User-Agent")).isEqualTo("agent-of-payments");
				assertThat(header("/payments/customized-template", "X-Template")).isEqualTo("payments");
				assertThat(header("/payments/customized-template", "X-Client")).isNull();
				assertThat(header("/geo/customized", "X-Client")).isEqualTo("geo-service");
				assertThat(header("/geo/customized", "User-Agent")).isEqualTo("agent-of-geo-service");
			});
	}

	@Test
	void customizerOfDefaultDoesNotReachBootsBuilder() {
		this.runner.withBean(OutboundHttpClientCustomizer.class, () -> new OutboundHttpClientCustomizer() {

			@Override
			public void customize(String client, RestClient.Builder builder) {
				builder.defaultHeader("X-Client", client);
			}

		}).run((context) -> {
			context.getBean(OutboundHttpClients.class)
				.restClient("default")
				.get()
				.uri(server.url("/echo-path/bean"))
				.retrieve()
				.toBodilessEntity();
			context.getBean(RestClient.Builder.class)
				.build()
				.get()
				.uri(server.url("/echo-path/builder"))
				.retrieve()
				.toBodilessEntity();
			assertThat(header("/echo-path/bean", "X-Client")).isEqualTo("default");
			assertThat(header("/echo-path/builder", "X-Client")).isNull();
		});
	}

	@Test
	void bootsCustomizersReachNamedClients() {
		this.runner
			.withBean(RestClientCustomizer.class, () -> (builder) -> builder.defaultHeader("X-Boot", "rest-client"))
			.withBean(RestTemplateCustomizer.class,
					() -> (restTemplate) -> restTemplate.getInterceptors().add((request, body, execution) -> {
						request.getHeaders().set("X-Boot", "rest-template");
						return execution.execute(request, body);
					}))
			.run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				clients.restClient("payments").get().uri("/boot").retrieve().toBodilessEntity();
				clients.restTemplate("payments").getForObject("/boot-template", String.class);
				assertThat(header("/payments/boot", "X-Boot")).isEqualTo("rest-client");
				assertThat(header("/payments/boot-template", "X-Boot")).isEqualTo("rest-template");
			});
	}

	@Test
	void observationReachesNamedClients() {
		TestObservationRegistry registry = TestObservationRegistry.create();
		this.runner.withBean(TestObservationRegistry.class, () -> registry)
			.withConfiguration(AutoConfigurations.of(RestClientObservationAutoConfiguration.class,
					RestTemplateObservationAutoConfiguration.class))
			.run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				clients.restClient("payments").get().uri("/{id}", 7).retrieve().toBodilessEntity();
				clients.restTemplate("geo-service").getForObject("/{place}", String.class, "x");
				TestObservationRegistryAssert.assertThat(registry)
					.hasNumberOfObservationsWithNameEqualTo("http.client.requests", 2)
					.hasAnObservationWithAKeyValue("uri", "/payments/{id}")
					.hasAnObservationWithAKeyValue("uri", "/{place}");
			});
	}

	@Test
	void messageConvertersOfBootReachNamedClients() {
		server.handle("/payments/json", Handler.json("{\"unit_price\": 12}"));
		this.runner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
			.withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE")
			.run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				assertThat(clients.restClient("payments").get().uri("/json").retrieve().body(Item.class))
					.isEqualTo(new Item(12));
				assertThat(clients.restTemplate("payments").getForObject("/json", Item.class)).isEqualTo(new Item(12));
			});
	}

	@Test
	void userAgentIsTheNameOfTheApplication() {
		this.runner.withPropertyValues("spring.application.name=shop").run((context) -> {
			context.getBean(OutboundHttpClients.class)
				.restClient("payments")
				.get()
				.uri("/agent")
				.retrieve()
				.toBodilessEntity();
			context.getBean(RestClient.Builder.class)
				.build()
				.get()
				.uri(server.url("/echo-path/agent"))
				.retrieve()
				.toBodilessEntity();
			assertThat(header("/payments/agent", "User-Agent")).isEqualTo("shop");
			assertThat(header("/echo-path/agent", "User-Agent")).isEqualTo("shop");
		});
	}

	@Test
	void contextStartsWithoutRestTemplate() {
		this.runner.withClassLoader(new FilteredClassLoader(RestTemplate.class)).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context).doesNotHaveBean("outboundHttp.payments.restTemplate");
			assertThat(context.getBean(OutboundHttpClients.class)
				.restClient("payments")
				.get()
				.uri("/1")
				.retrieve()
				.body(String.class)).isEqualTo("/payments/1");
		});
	}

	@Test
	void disabledStarterHasNoBeans() {
		this.runner.withPropertyValues("outbound-http.enabled=false").run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(OutboundHttpClients.class);
			assertThat(context.getBeanDefinitionNames()).noneMatch((name) -> name.startsWith("outboundHttp"));
			assertThatExceptionOfType(NoSuchBeanDefinitionException.class)
				.isThrownBy(() -> context.getBean(RestClient.class));
		});
	}

	private static @Nullable String header(String path, String name) {
		return server.requests(path).get(0).header(name);
	}

	record Item(int unitPrice) {

	}

	record Qualified(RestClient restClient, RestTemplate restTemplate, ClientHttpRequestFactory requestFactory,
			HttpClient httpClient) {

	}

	record Unqualified(@Nullable RestClient restClient, List<RestTemplate> restTemplates,
			Map<String, HttpClient> httpClients) {

	}

	record Plain(RestClient restClient, RestTemplate restTemplate) {

	}

	@Configuration(proxyBeanMethods = false)
	static class QualifiedConfiguration {

		@Bean
		Qualified user(@Qualifier("payments") RestClient restClient,
				@Qualifier("geo-service") RestTemplate restTemplate,
				@Qualifier("payments") ClientHttpRequestFactory requestFactory,
				@Qualifier("geo-service") HttpClient httpClient) {
			return new Qualified(restClient, restTemplate, requestFactory, httpClient);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UnqualifiedConfiguration {

		@Bean
		Unqualified user(ObjectProvider<RestClient> restClient, ObjectProvider<List<RestTemplate>> restTemplates,
				ObjectProvider<Map<String, HttpClient>> httpClients) {
			return new Unqualified(restClient.getIfAvailable(), restTemplates.getIfAvailable(List::of),
					httpClients.getIfAvailable(Map::of));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PlainConfiguration {

		@Bean
		Plain user(RestClient restClient, RestTemplate restTemplate) {
			return new Plain(restClient, restTemplate);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryConfiguration {

		@Bean
		@Primary
		RestClient ownPrimary() {
			return RestClient.create();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryRestTemplateConfiguration {

		@Bean
		@Primary
		RestTemplate ownPrimaryTemplate() {
			return new RestTemplate();
		}

	}

}
