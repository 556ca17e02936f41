package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.client.ReplacedConnectionManagerException;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.JdkClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for the takeover of builders, Spring Boot's and the application's own, for the
 * ways out of it, and for what is said about it at the start.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class TakeoverBuilderTests {

	private static final String TAKEN_OVER = "Spring Boot's HTTP clients now use pooled Apache HttpClient 5";

	private static final String NOT_TAKEN_OVER = "Spring Boot's HTTP clients now use unmanaged Apache HttpClient 5";

	private static final String WARNING = "Spring Boot's HTTP clients do not use Apache HttpClient";

	private final ApplicationContextRunner runner = TakeoverTestContexts.takenOver();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
		this.server.handle("/cookie", (exchange) -> exchange.respond(200, Headers.of("Set-Cookie", "SESSION=A"), "ok"));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void infoAtStartSaysWhatChanged(CapturedOutput output) {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).containsOnlyOnce(TAKEN_OVER)
				.contains("HTTP/2 is not used")
				.doesNotContain(WARNING)
				.doesNotContain(NOT_TAKEN_OVER);
		});
	}

	@Test
	void infoIsWrittenWithLazyInitializationToo(CapturedOutput output) {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThat(output).containsOnlyOnce(TAKEN_OVER));
	}

	@Test
	void nothingIsSaidAboutAFactoryThatWasChosen(CapturedOutput output) {
		this.runner.withPropertyValues("spring.http.clients.imperative.factory=http-components").run((context) -> {
			get(context.getBean(RestClient.Builder.class), "/x");
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
			assertThat(output).doesNotContain(TAKEN_OVER).doesNotContain(WARNING).doesNotContain(NOT_TAKEN_OVER);
		});
	}

	@Test
	void takeoverOffLeavesBootUntouched(CapturedOutput output) {
		this.runner
			.withPropertyValues("outbound-http.takeover=false", "outbound-http.defaults.cookie-handling=disable",
					"outbound-http.clients.payments.read-timeout=9s")
			.run((context) -> {
				assertBootIsUntouched(context);
				assertThat(output).containsOnlyOnce(NOT_TAKEN_OVER)
					.contains("'outbound-http.takeover' is off")
					.doesNotContain(TAKEN_OVER);
				assertThat(TakeoverTestContexts.pools(context)).isEmpty();
				get(context.getBean(OutboundHttpClients.class).restClientBuilder("payments"), "/x");
				get(context.getBean(OutboundHttpClients.class).restClientBuilder("default"), "/x");
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("payments", "default");
			});
	}

	@Test
	void everythingOffLeavesNothingOfOurs(CapturedOutput output) {
		this.runner.withPropertyValues("outbound-http.enabled=false", "outbound-http.defaults.read-timeout=1ms")
			.run((context) -> {
				assertBootIsUntouched(context);
				assertThat(context).doesNotHaveBean(OutboundHttpClients.class);
				assertThat(Stream.of(context.getBeanDefinitionNames()).map(context::getBean))
					.noneMatch((bean) -> bean.getClass().getName().startsWith("io.outboundhttp"));
				assertThat(output).doesNotContain("Apache HttpClient 5");
			});
	}

	@Test
	void withoutClientDefaultThereIsNoTakeover() {
		this.runner
			.withPropertyValues("outbound-http.clients.default.enabled=false",
					"outbound-http.clients.payments.read-timeout=9s")
			.run((context) -> {
				assertBootIsUntouched(context);
				assertThat(context.getBean(OutboundHttpClients.class).names()).containsExactly("payments");
			});
	}

	@Test
	void settingsBeanOfBootStaysAsItIs() {
		List<HttpClientSettings> settings = new ArrayList<>();
		for (ApplicationContextRunner either : List.of(TakeoverTestContexts.plainBoot(), this.runner)) {
			either
				.withPropertyValues("spring.http.clients.read-timeout=7s", "outbound-http.defaults.read-timeout=1s",
						"outbound-http.clients.default.connect-timeout=1s")
				.run((context) -> settings.add(context.getBean(HttpClientSettings.class)));
		}
		assertThat(settings.get(1)).isEqualTo(settings.get(0));
		assertThat(settings.get(0).readTimeout()).isEqualTo(Duration.ofSeconds(7));
	}

	@Test
	@DisplayName("D4 without HttpClient the start fails with an analysis")
	void startWithoutHttpClientFails(CapturedOutput output) {
		assertThatException().isThrownBy(() -> startWithoutHttpClient("--outbound-http.fail-on-unknown=true"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Apache HttpClient 5, which is not on the class path")
			.contains("Add 'org.apache.httpcomponents.client5:httpclient5'");
	}

	@Test
	@DisplayName("D4 without HttpClient an application that is switched off starts")
	void startWithoutHttpClientSwitchedOff() {
		startWithoutHttpClient("--outbound-http.enabled=false");
	}

	@Test
	@DisplayName("D4 without HttpClient a context fails, with and without takeover")
	void contextWithoutHttpClientFails() {
		for (String takeover : List.of("true", "false")) {
			this.runner.withClassLoader(new FilteredClassLoader(HttpClientBuilder.class))
				.withPropertyValues("outbound-http.takeover=" + takeover)
				.run((context) -> assertThat(context).hasFailed()
					.getFailure()
					.rootCause()
					.isInstanceOf(OutboundHttpConfigurationException.class));
		}
	}

	@Test
	void ownBuilderIsManagedAndKeepsItsLimitsAndItsType() {
		this.runner.withUserConfiguration(OwnBuilderConfiguration.class)
			.withPropertyValues("outbound-http.clients.default.pool.max-total=500")
			.run((context) -> {
				assertThat(context.getBean(ConcreteUser.class).builder()).isNotNull();
				get(context.getBean(RestClient.Builder.class), "/x");
				get(context.getBean(RestClient.Builder.class), "/x");
				assertThat(context.getBean(OutboundHttpClients.class).openPools()).isNotEmpty()
					.allSatisfy((pool) -> assertThat(pool.snapshot().maxTotal()).isEqualTo(77));
				assertThat(this.server.requests())
					.allSatisfy((request) -> assertThat(request.header("X-Own")).isEqualTo("yes"));
			});
		this.server.awaitNoOpenConnections();
	}

	@Test
	void ownBuilderKeepsItsPoolsPrivate() {
		this.runner.withUserConfiguration(OwnBuilderConfiguration.class).run((context) -> {
			RestClient first = context.getBean(RestClient.Builder.class).build();
			RestClient second = context.getBean(RestClient.Builder.class).build();
			first.get().uri(this.server.url("/x")).retrieve().toBodilessEntity();
			second.get().uri(this.server.url("/x")).retrieve().toBodilessEntity();
			assertThat(TakeoverTestContexts.pools(context)).hasSize(2);
			first.get().uri(this.server.url("/x")).retrieve().toBodilessEntity();
			assertThat(this.server.connectionsAccepted()).isEqualTo(2);
		});
	}

	@Test
	void ownBuilderOfAnotherTypeVoidsTheTakeoverWithAWarning(CapturedOutput output) {
		this.runner.withBean(JdkClientHttpRequestFactoryBuilder.class, ClientHttpRequestFactoryBuilder::jdk)
			.withPropertyValues("outbound-http.clients.payments.read-timeout=9s", "spring.http.clients.read-timeout=7s")
			.run((context) -> {
				assertThat(output).containsOnlyOnce(WARNING).doesNotContain(TAKEN_OVER);
				assertThat(context.getBean(RestTemplateBuilder.class).build().getRequestFactory())
					.isInstanceOf(JdkClientHttpRequestFactory.class);
				get(context.getBean(RestClient.Builder.class), "/x");
				assertThat(this.server.requests().get(0).header("User-Agent")).startsWith("Java-http-client");
				assertThat(TakeoverTestContexts.pools(context)).isEmpty();
				get(context.getBean(OutboundHttpClients.class).restClientBuilder("payments"), "/x");
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("payments");
			});
	}

	@Test
	void anotherFactoryChosenByPropertyIsAWarning(CapturedOutput output) {
		this.runner.withPropertyValues("spring.http.clients.imperative.factory=jdk").run((context) -> {
			assertThat(output).containsOnlyOnce(WARNING)
				.contains("remove 'spring.http.clients.imperative.factory'")
				.doesNotContain(TAKEN_OVER);
			get(context.getBean(RestClient.Builder.class), "/x");
			assertThat(TakeoverTestContexts.pools(context)).isEmpty();
			get(context.getBean(OutboundHttpClients.class).restClientBuilder("default"), "/x");
			assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
		});
	}

	@Test
	void customizersReachBootsBuilderAndNamedClients() {
		this.runner.withUserConfiguration(HeaderConfiguration.class)
			.withPropertyValues("outbound-http.clients.payments.read-timeout=9s")
			.run((context) -> {
				get(context.getBean(RestClient.Builder.class), "/x");
				context.getBean(RestTemplateBuilder.class).build().getForObject(this.server.url("/x"), String.class);
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				get(clients.restClientBuilder("payments"), "/x");
				clients.restTemplate("payments").getForObject(this.server.url("/x"), String.class);
				get(clients.restClientBuilder("default"), "/x");
				assertThat(this.server.requests()).hasSize(5)
					.allSatisfy((request) -> assertThat(request.header("X-Custom")).isEqualTo("yes"));
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("default", "payments");
			});
	}

	@Test
	void customizerOfOneClientComesAfterThoseOfTheBuilder() {
		this.runner.withUserConfiguration(HeaderConfiguration.class)
			.withBean(OutboundHttpClientCustomizer.class, AgentCustomizer::new)
			.withPropertyValues("outbound-http.clients.payments.read-timeout=9s")
			.run((context) -> {
				get(context.getBean(OutboundHttpClients.class).restClientBuilder("payments"), "/x");
				get(context.getBean(RestClient.Builder.class), "/x");
				assertThat(this.server.requests()).extracting((request) -> request.header("User-Agent"))
					.containsExactly("agent of payments", "agent of default");
			});
	}

	@Test
	@DisplayName("O2 a customizer of the builder that replaces the connection manager stops the start")
	void builderCustomizerThatReplacesTheConnectionManagerStopsTheStart() {
		this.runner.withUserConfiguration(ReplacingConfiguration.class).run((context) -> assertReplaced(context));
	}

	@Test
	@DisplayName("O2 a customizer of the builder that replaces the connection manager stops the start for a named client too")
	void builderCustomizerThatReplacesTheConnectionManagerStopsTheStartForANamedClient() {
		this.runner.withUserConfiguration(ReplacingConfiguration.class)
			.withPropertyValues("outbound-http.takeover=false", "outbound-http.clients.payments.read-timeout=9s")
			.run((context) -> assertReplaced(context));
	}

	@Test
	@DisplayName("O2 a builder of the application that replaces the connection manager stops the start")
	void ownBuilderThatReplacesTheConnectionManagerStopsTheStart() {
		this.runner
			.withBean(HttpComponentsClientHttpRequestFactoryBuilder.class,
					() -> ClientHttpRequestFactoryBuilder.httpComponents()
						.withHttpClientCustomizer(
								(client) -> client.setConnectionManager(new PoolingHttpClientConnectionManager())))
			.run((context) -> assertReplaced(context));
	}

	@Test
	@DisplayName("O2 a customizer of one client that replaces the connection manager stops the start")
	void customizerOfOneClientThatReplacesTheConnectionManagerStopsTheStart() {
		this.runner.withBean(OutboundHttpClientCustomizer.class, () -> new OutboundHttpClientCustomizer() {

			@Override
			public void customize(String client, HttpClientBuilder builder) {
				if (client.equals("payments")) {
					builder.setConnectionManager(new PoolingHttpClientConnectionManager());
				}
			}

		}).withPropertyValues("outbound-http.clients.payments.read-timeout=9s").run((context) -> {
			assertReplaced(context);
			assertThat(context.getStartupFailure()).hasStackTraceContaining("Client 'payments'");
		});
	}

	@Test
	void replacedConnectionManagerIsAnalyzed(CapturedOutput output) {
		assertThatException()
			.isThrownBy(() -> new SpringApplicationBuilder(Application.class, ReplacingConfiguration.class)
				.web(WebApplicationType.NONE)
				.run());
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Client 'default': application code replaced the connection manager of its HttpClient")
			.contains("set 'outbound-http.clients.default.pool.*' instead")
			.contains("'outbound-http.takeover' to 'false'");
	}

	@Test
	void reactiveApplicationHasManagedBuilders() {
		new ReactiveWebApplicationContextRunner().withConfiguration(TakeoverTestContexts.BOOT)
			.withConfiguration(TakeoverTestContexts.OURS)
			.withUserConfiguration(HeaderConfiguration.class)
			.withPropertyValues("outbound-http.defaults.read-timeout=1s")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				get(context.getBean(RestClient.Builder.class), "/x");
				get(context.getBean(RestClient.Builder.class), "/x");
				context.getBean(OutboundHttpClients.class)
					.restTemplate("default")
					.getForObject(this.server.url("/x"), String.class);
				assertThat(TakeoverTestContexts.pools(context)).containsExactly("default");
				assertThat(this.server.connectionsAccepted()).isEqualTo(1);
				assertThat(this.server.requests())
					.allSatisfy((request) -> assertThat(request.header("X-Custom")).isEqualTo("yes"));
				assertThat(context.getBean(HttpClientSettings.class).readTimeout()).isNull();
			});
		this.server.awaitNoOpenConnections();
	}

	@Test
	void reactiveApplicationWithTakeoverOffIsUntouched() {
		new ReactiveWebApplicationContextRunner().withConfiguration(TakeoverTestContexts.BOOT)
			.withConfiguration(TakeoverTestContexts.OURS)
			.withPropertyValues("outbound-http.takeover=false")
			.run((context) -> {
				assertThat(context).doesNotHaveBean(ClientHttpRequestFactoryBuilder.class);
				get(context.getBean(RestClient.Builder.class), "/x");
				assertThat(TakeoverTestContexts.pools(context)).isEmpty();
			});
	}

	/**
	 * Plain Boot makes a pool per builder and keeps cookies.
	 */
	private void assertBootIsUntouched(ApplicationContext context) {
		assertThat(context.getBeansOfType(ManagedBuilderPostProcessor.class)).isEmpty();
		assertThat(context.getBean(RestClientBuilderConfigurer.class))
			.hasSameClassAs(new RestClientBuilderConfigurer());
		assertThat(context.getBean(ClientHttpRequestFactoryBuilder.class))
			.isInstanceOf(HttpComponentsClientHttpRequestFactoryBuilder.class);
		RestClient first = context.getBean(RestClient.Builder.class).build();
		RestClient second = context.getBean(RestClient.Builder.class).build();
		RestTemplate third = context.getBean(RestTemplateBuilder.class).build();
		for (int i = 0; i < 2; i++) {
			first.get().uri(this.server.url("/cookie")).retrieve().toBodilessEntity();
			second.get().uri(this.server.url("/cookie")).retrieve().toBodilessEntity();
			third.getForObject(this.server.url("/cookie"), String.class);
		}
		assertThat(this.server.connectionsAccepted()).isEqualTo(3);
		assertThat(this.server.requests().subList(3, 6))
			.allSatisfy((request) -> assertThat(request.header("Cookie")).isEqualTo("SESSION=A"));
		assertThat(Objects.requireNonNull(this.server.requests().get(0).header("User-Agent")))
			.startsWith("Apache-HttpClient");
	}

	private static void assertReplaced(AssertableApplicationContext context) {
		assertThat(context).hasFailed();
		assertThat(NestedExceptionUtils.getMostSpecificCause(Objects.requireNonNull(context.getStartupFailure())))
			.isInstanceOf(ReplacedConnectionManagerException.class);
	}

	private static void startWithoutHttpClient(String... args) {
		SpringApplication application = new SpringApplication(
				new DefaultResourceLoader(new FilteredClassLoader(HttpClientBuilder.class)), Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.run(args).close();
	}

	private @Nullable String get(RestClient.Builder builder, String path) {
		return builder.build().get().uri(this.server.url(path)).retrieve().body(String.class);
	}

	/**
	 * Application with Boot's HTTP clients and ours.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ OutboundHttpAutoConfiguration.class, OutboundHttpTakeoverAutoConfiguration.class,
			HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
			RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class })
	static class Application {

	}

	/**
	 * Builder of the application's own, and who wants it by its own type.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnBuilderConfiguration {

		@Bean
		HttpComponentsClientHttpRequestFactoryBuilder ownBuilder() {
			return ClientHttpRequestFactoryBuilder.httpComponents()
				.withConnectionManagerCustomizer((manager) -> manager.setMaxConnTotal(77))
				.withHttpClientCustomizer((client) -> client
					.addRequestInterceptorFirst((request, entity, context) -> request.setHeader("X-Own", "yes")));
		}

		@Bean
		ConcreteUser concreteUser(HttpComponentsClientHttpRequestFactoryBuilder builder) {
			return new ConcreteUser(builder);
		}

	}

	/**
	 * Bean that has the builder injected by its own type.
	 *
	 * @param builder the builder
	 */
	record ConcreteUser(HttpComponentsClientHttpRequestFactoryBuilder builder) {

	}

	/**
	 * Customizer of the application that shapes requests.
	 */
	@Configuration(proxyBeanMethods = false)
	static class HeaderConfiguration {

		@Bean
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> headerCustomizer() {
			return (builder) -> builder.withHttpClientCustomizer((client) -> client.setUserAgent("agent of the builder")
				.addRequestInterceptorFirst((request, entity, context) -> request.setHeader("X-Custom", "yes")));
		}

	}

	/**
	 * Customizer of the application that replaces the connection manager.
	 */
	@Configuration(proxyBeanMethods = false)
	static class ReplacingConfiguration {

		@Bean
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> replacingCustomizer() {
			return (builder) -> builder.withHttpClientCustomizer(
					(client) -> client.setConnectionManager(new PoolingHttpClientConnectionManager()));
		}

	}

	/**
	 * Customizer that names each client.
	 */
	static final class AgentCustomizer implements OutboundHttpClientCustomizer {

		@Override
		public void customize(String client, HttpClientBuilder builder) {
			builder.setUserAgent("agent of " + client);
		}

	}

}
