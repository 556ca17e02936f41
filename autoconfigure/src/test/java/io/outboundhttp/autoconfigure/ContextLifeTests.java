package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.Threads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the life of clients within the life of their context.
 */
class ContextLifeTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	private final ApplicationContextRunner runner = TakeoverTestContexts.takenOver();

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void hundredUnusedClientsCostNoPoolThreadOrSocket() {
		String[] properties = IntStream.range(0, 100)
			.mapToObj((i) -> "outbound-http.clients.c" + i + ".base-url=" + this.server.url())
			.toArray(String[]::new);
		this.runner.withInitializer(this.leaks).withPropertyValues(properties).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(OutboundHttpClients.class).names()).hasSize(101);
			assertThat(TakeoverTestContexts.pools(context)).isEmpty();
			assertThat(this.leaks.threads()).isEmpty();
			assertThat(Threads.names("idle-connection-evictor")).isEmpty();
		});
		assertThat(this.server.connectionsAccepted()).isZero();
	}

	@Test
	@DisplayName("H2 closing the context closes all sockets and ends all threads within two seconds")
	void closingTheContextClosesSocketsAndEndsThreads() {
		this.leaks.expectWarning("connections are closed while in use");
		this.server.handle("/held", (exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
			exchange.stall();
		});
		this.runner
			.withPropertyValues("outbound-http.clients.named.base-url=" + this.server.url(),
					"outbound-http.shutdown.drain-timeout=0")
			.run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				clients.restClient("named").get().uri("/idle").retrieve().toBodilessEntity();
				clients.restTemplate("named").getForObject("/idle", String.class);
				context.getBean(RestClient.Builder.class)
					.build()
					.get()
					.uri(this.server.url("/held"))
					.exchange((request, response) -> response.getStatusCode(), false);
				context.getBean(RestTemplateBuilder.class)
					.connectTimeout(Duration.ofSeconds(4))
					.build()
					.getForObject(this.server.url("/idle"), String.class);
				assertThat(this.server.openConnections()).isEqualTo(3);
				assertThat(this.leaks.threads()).hasSize(2);
			});
		this.server.awaitNoOpenConnections(Duration.ofSeconds(2));
		awaitNoThreads();
	}

	@Test
	void contextThatStartsAgainInTheSameJvmHasNewPools() {
		for (int i = 1; i <= 2; i++) {
			this.runner.withInitializer(this.leaks)
				.withPropertyValues("outbound-http.clients.named.base-url=" + this.server.url())
				.run((context) -> {
					OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
					assertThat(clients.openPools()).isEmpty();
					clients.restClient("named").get().retrieve().toBodilessEntity();
					context.getBean(RestClient.Builder.class)
						.build()
						.get()
						.uri(this.server.url())
						.retrieve()
						.toBodilessEntity();
					assertThat(TakeoverTestContexts.pools(context)).containsExactly("named", "default");
				});
			this.server.awaitNoOpenConnections(Duration.ofSeconds(2));
			awaitNoThreads();
			assertThat(this.server.connectionsAccepted()).isEqualTo(2 * i);
		}
	}

	@Test
	void contextThatFailsToStartLeavesNothingBehind() {
		this.runner.withInitializer(this.leaks)
			.withPropertyValues("outbound-http.clients.named.base-url=" + this.server.url())
			.withUserConfiguration(FailingConfiguration.class)
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessage("after a call"));
		assertThat(this.server.requests()).hasSize(1);
		this.server.awaitNoOpenConnections(Duration.ofSeconds(2));
		awaitNoThreads();
	}

	@ParameterizedTest
	@EnumSource
	void beanOfTheApplicationCanCallOutWhileItIsDestroyed(Access access) {
		List<String> answers = new ArrayList<>();
		this.runner.withInitializer(this.leaks)
			.withPropertyValues("outbound-http.clients.named.base-url=" + this.server.url())
			.withBean(Target.class, () -> new Target(this.server.url(), answers))
			.withUserConfiguration(access.configuration)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(answers).containsExactly("ok");
		this.server.awaitNoOpenConnections(Duration.ofSeconds(2));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "outbound-http.clients.named.pool.max-total=0", "outbound-http.clients.named.no-such-key=1",
					"outbound-http.primary=nobody", "outbound-http.clients.named.base-url=lb://orders/%zz" })
	void lazyInitializationStillChecksAtTheStart(String property) {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues(property)
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void lazyInitializationLeavesClientsUsable() {
		this.runner.withInitializer(this.leaks)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("outbound-http.clients.named.base-url=" + this.server.url())
			.run((context) -> {
				assertThat(context.getBean("outboundHttp.named.restClient", RestClient.class)
					.get()
					.retrieve()
					.body(String.class)).isEqualTo("ok");
				context.getBean(RestClient.Builder.class)
					.build()
					.get()
					.uri(this.server.url())
					.retrieve()
					.toBodilessEntity();
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("named", "default");
			});
	}

	@Test
	void pausedAndRestartedContextKeepsWorking() {
		this.runner.withInitializer(this.leaks)
			.withPropertyValues("outbound-http.clients.named.base-url=" + this.server.url())
			.run((assertable) -> {
				ConfigurableApplicationContext context = assertable
					.getSourceApplicationContext(ConfigurableApplicationContext.class);
				RestClient named = context.getBean(OutboundHttpClients.class).restClient("named");
				RestClient built = context.getBean(RestClient.Builder.class).baseUrl(this.server.url()).build();
				List<Runnable> lifecycle = List.of(() -> {
				}, context::pause, context::restart, context::stop, context::start, context::pause, context::restart);
				for (Runnable step : lifecycle) {
					step.run();
					assertThat(named.get().retrieve().body(String.class)).isEqualTo("ok");
					assertThat(built.get().retrieve().body(String.class)).isEqualTo("ok");
				}
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("named", "default");
				assertThat(this.leaks.threads()).hasSize(2);
			});
	}

	@Test
	void childContextSharesTheClientsOfItsParent() {
		try (ConfigurableApplicationContext parent = parent()) {
			try (ConfigurableApplicationContext child = child(parent, "test.child=true")) {
				assertThat(child.getBean(OutboundHttpClients.class))
					.isSameAs(parent.getBean(OutboundHttpClients.class));
				assertThat(child.getBean(QualifiedUser.class).named().get().retrieve().body(String.class))
					.isEqualTo("ok");
				call(child.getBean(RestClient.Builder.class).build());
				child.getBean(RestTemplateBuilder.class).build().getForObject(this.server.url(), String.class);
				call(parent.getBean(RestClient.Builder.class).build());
				assertThat(TakeoverTestContexts.pools(parent)).containsExactly("named", "default");
			}
			call(parent.getBean("outboundHttp.named.restClient", RestClient.class));
			call(parent.getBean(RestClient.Builder.class).build());
		}
		this.server.awaitNoOpenConnections(Duration.ofSeconds(2));
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.main.lazy-initialization=false", "spring.main.lazy-initialization=true" })
	void clientThatOnlyTheChildContextConfiguresIsAnError(String lazy) {
		try (ConfigurableApplicationContext parent = parent()) {
			assertThatExceptionOfType(Exception.class)
				.isThrownBy(() -> child(parent, lazy, "outbound-http.clients.extra.read-timeout=1s"))
				.havingRootCause()
				.isInstanceOf(OutboundHttpConfigurationException.class)
				.withMessageContaining("'extra'")
				.withMessageContaining("outbound-http.clients.extra");
		}
	}

	private void awaitNoThreads() {
		await().atMost(Duration.ofSeconds(2)).until(this.leaks::threads, List::isEmpty);
	}

	private void call(RestClient client) {
		assertThat(client.get().uri(this.server.url()).retrieve().body(String.class)).isEqualTo("ok");
	}

	private ConfigurableApplicationContext parent() {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.initializers(this.leaks)
			.properties("outbound-http.clients.named.base-url=" + this.server.url())
			.run();
	}

	private ConfigurableApplicationContext child(ConfigurableApplicationContext parent, String... properties) {
		return new SpringApplicationBuilder(Application.class, QualifiedUser.class).parent(parent)
			.web(WebApplicationType.NONE)
			.properties(properties)
			.run();
	}

	record QualifiedUser(@Qualifier("named") RestClient named) {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ OutboundHttpAutoConfiguration.class, OutboundHttpTakeoverAutoConfiguration.class,
			SslAutoConfiguration.class, HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
			RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class,
			HttpMessageConvertersAutoConfiguration.class })
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	static class FailingConfiguration {

		@Bean
		String fails(@Qualifier("named") RestClient named) {
			named.get().retrieve().toBodilessEntity();
			throw new IllegalStateException("after a call");
		}

	}

	/**
	 * Ways in which a bean of the application comes to its client.
	 */
	enum Access {

		BUILDER(BuilderConfiguration.class), BUILDER_PROVIDER(BuilderProviderConfiguration.class),
		TEMPLATE_BUILDER(TemplateBuilderConfiguration.class), QUALIFIED(QualifiedConfiguration.class),
		QUALIFIED_TEMPLATE(QualifiedTemplateConfiguration.class), REQUEST_FACTORY(RequestFactoryConfiguration.class),
		CLIENTS(ClientsConfiguration.class), CLIENTS_PROVIDER(ClientsProviderConfiguration.class);

		private final Class<?> configuration;

		Access(Class<?> configuration) {
			this.configuration = configuration;
		}

	}

	/**
	 * Calls out when it is destroyed.
	 */
	record LastCall(List<String> answers, Supplier<@Nullable String> call) implements DisposableBean {

		@Override
		public void destroy() {
			try {
				this.answers.add(String.valueOf(this.call.get()));
			}
			catch (RuntimeException ex) {
				this.answers.add(ex.toString());
			}
		}

	}

	/**
	 * Where to call, and the answers.
	 */
	record Target(String url, List<String> answers) {

		LastCall last(Supplier<RestClient> client) {
			return new LastCall(this.answers, () -> client.get().get().uri(this.url).retrieve().body(String.class));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BuilderConfiguration {

		@Bean
		LastCall lastCall(Target target, RestClient.Builder builder) {
			return target.last(builder::build);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BuilderProviderConfiguration {

		@Bean
		LastCall lastCall(Target target, ObjectProvider<RestClient.Builder> builder) {
			return target.last(() -> builder.getObject().build());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TemplateBuilderConfiguration {

		@Bean
		LastCall lastCall(Target target, RestTemplateBuilder builder) {
			return target.last(() -> RestClient.create(builder.build()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class QualifiedConfiguration {

		@Bean
		LastCall lastCall(Target target, @Qualifier("named") RestClient client) {
			return target.last(() -> client);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class QualifiedTemplateConfiguration {

		@Bean
		LastCall lastCall(Target target, @Qualifier("named") RestTemplate template) {
			return target.last(() -> RestClient.create(template));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RequestFactoryConfiguration {

		@Bean
		LastCall lastCall(Target target, ClientHttpRequestFactory requestFactory) {
			return target.last(() -> RestClient.builder().requestFactory(requestFactory).build());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientsConfiguration {

		@Bean
		LastCall lastCall(Target target, OutboundHttpClients clients) {
			return target.last(() -> clients.restClient("named"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientsProviderConfiguration {

		@Bean
		LastCall lastCall(Target target, ObjectProvider<OutboundHttpClients> clients) {
			return target.last(() -> clients.getObject().restClient("named"));
		}

	}

}
