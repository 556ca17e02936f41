package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.outboundhttp.testsupport.Endpoints;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.actuate.endpoint.OutboundHttpEndpoint;
import io.outboundhttp.actuate.endpoint.SettingDescriptor;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.TestProxyServer;
import io.outboundhttp.testsupport.TestProxyServer.ProxyRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.web.client.RestClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for settings that must not reach a client: those of a client that is switched
 * off, those that an own builder hides, and the credentials of another proxy.
 */
@ExtendWith(OutputCaptureExtension.class)
class SettingsThatDoNotApplyTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = TakeoverTestContexts.takenOver().withInitializer(this.leaks);

	private TestHttpServer server;

	private TestProxyServer proxy;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
		this.proxy = TestProxyServer.start();
	}

	@AfterEach
	void stop() {
		this.proxy.close();
		this.server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "outbound-http.clients.stock.enabled=false", "outbound-http.defaults.enabled=false" })
	void groupOfAClientThatIsSwitchedOffIsAsBootMadeIt(String off) {
		List<String> customized = new ArrayList<>();
		this.runner.withUserConfiguration(StockGroup.class)
			.withBean(OutboundHttpClientCustomizer.class, () -> new OutboundHttpClientCustomizer() {

				@Override
				public void customize(String client, RestClient.Builder builder) {
					customized.add(client);
				}

			})
			.withPropertyValues(off, "outbound-http.clients.default.enabled=true",
					"outbound-http.clients.stock.base-url=http://ours.invalid",
					"outbound-http.clients.stock.default-header.X-Ours=ours",
					"spring.http.serviceclient.stock.base-url=" + this.server.url("/boot"),
					"spring.http.serviceclient.stock.default-header.X-Boot=boot")
			.run((context) -> {
				assertThat(context.getBean(StockApi.class).stock()).isEqualTo("ok");
				assertThat(this.server.requests()).singleElement().satisfies((request) -> {
					assertThat(request.path()).isEqualTo("/boot/stock");
					assertThat(request.header("X-Boot")).isEqualTo("boot");
					assertThat(request.header("X-Ours")).isNull();
				});
				assertThat(context.getBean(OutboundHttpClients.class).names()).containsExactly("default");
				assertThat(TakeoverTestContexts.pools(context)).doesNotContain("stock");
				assertThat(customized).doesNotContain("stock");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "outbound-http.clients.stock.enabled", "outbound-http.defaults.enabled" })
	void baseUrlOfAClientThatIsSwitchedOffIsNotThatOfItsGroup(String key) {
		assertThat(baseUrlOfGroup(key, "true")).isEqualTo("https://stock");
		assertThat(baseUrlOfGroup(key, "false")).isNull();
	}

	private static @Nullable String baseUrlOfGroup(String key, String enabled) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.addLast(new MapPropertySource("file",
					Map.of("outbound-http.clients.stock.base-url", "https://stock", key, enabled)));
		ConfigurationPropertySources.attach(environment);
		new ServiceGroupBaseUrls().postProcessEnvironment(environment, new SpringApplication());
		return environment.getProperty("spring.http.serviceclient.stock.base-url");
	}

	@Test
	void settingsThatAnOwnBuilderHidesAreNamedOnceAndShownWithoutValue(CapturedOutput output) {
		this.leaks.expectWarning("have no effect on a ClientHttpRequestFactoryBuilder bean");
		this.runner.withUserConfiguration(OwnBuilder.class)
			.withPropertyValues("outbound-http.clients.default.proxy.host=" + this.proxy.host(),
					"outbound-http.clients.default.proxy.port=" + this.proxy.port(),
					"outbound-http.clients.default.user-agent=hidden-agent")
			.run((context) -> {
				for (int i = 0; i < 2; i++) {
					context.getBean(RestClient.Builder.class)
						.build()
						.get()
						.uri(this.server.url("/x"))
						.retrieve()
						.toBodilessEntity();
				}
				assertThat(this.proxy.requests()).isEmpty();
				assertThat(this.server.requests()).hasSize(2)
					.allSatisfy((request) -> assertThat(request.header("User-Agent")).isNotEqualTo("hidden-agent"));
				assertThat(output.toString().lines().filter((line) -> line.contains("WARN"))).singleElement()
					.satisfies((line) -> assertThat(line).contains("outbound-http.clients.default.proxy.host",
							"outbound-http.clients.default.proxy.port", "outbound-http.clients.default.user-agent"));
				OutboundHttpEndpoint endpoint = Endpoints.create(context.getBean(OutboundHttpClients.class));
				for (String pool : TakeoverTestContexts.pools(context)) {
					Map<String, SettingDescriptor> settings = Objects.requireNonNull(endpoint.client(pool)).settings();
					SettingDescriptor none = new SettingDescriptor(null, "no effect on the application's own builder");
					assertThat(settings).containsEntry("proxy.host", none)
						.containsEntry("proxy.port", none)
						.containsEntry("user-agent", none);
				}
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "partner-user" })
	void inheritedCredentialsForAnotherProxyStopTheStart(String user) {
		this.runner.withPropertyValues(corporateProxy())
			.withPropertyValues(partner())
			.withPropertyValues(user.isEmpty() ? new String[0]
					: new String[] { "outbound-http.clients.partner.proxy.username=" + user })
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOf(OutboundHttpConfigurationException.class)
				.hasMessageContaining("Client 'partner'")
				.hasMessageContaining("outbound-http.clients.partner.proxy.host")
				.hasMessageContaining("outbound-http.defaults.proxy." + (user.isEmpty() ? "username" : "password"))
				.message()
				.doesNotContain("corp-user", "corp-secret", "partner-user"));
	}

	@Test
	void emptyUserMeansNoCredentialsForAnotherProxy() {
		this.proxy.requireBasicAuth("corp-user", "corp-secret");
		this.runner.withPropertyValues(corporateProxy())
			.withPropertyValues(partner())
			.withPropertyValues("outbound-http.clients.partner.proxy.username=")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(status(context.getBean(OutboundHttpClients.class).restClient("partner"))).isEqualTo(407);
				assertThat(this.proxy.requests()).isNotEmpty()
					.noneMatch(ProxyRequest::credentialsPresent)
					.noneMatch(ProxyRequest::authorized);
				assertThat(this.server.requests()).isEmpty();
			});
	}

	@Test
	void credentialsBesideTheHostGoToThatProxy() {
		this.proxy.requireBasicAuth("partner-user", "partner-secret");
		this.runner.withPropertyValues(corporateProxy())
			.withPropertyValues(partner())
			.withPropertyValues("outbound-http.clients.partner.proxy.username=partner-user",
					"outbound-http.clients.partner.proxy.password=partner-secret")
			.run((context) -> assertThat(status(context.getBean(OutboundHttpClients.class).restClient("partner")))
				.isEqualTo(200));
	}

	private int status(RestClient client) {
		return client.get()
			.uri(this.server.url("/x"))
			.exchange((request, response) -> response.getStatusCode().value());
	}

	private static String[] corporateProxy() {
		Map<String, String> values = new LinkedHashMap<>();
		values.put("host", "proxy.corp.invalid");
		values.put("port", "8080");
		values.put("username", "corp-user");
		values.put("password", "corp-secret");
		return values.entrySet()
			.stream()
			.map((entry) -> "outbound-http.defaults.proxy." + entry.getKey() + "=" + entry.getValue())
			.toArray(String[]::new);
	}

	private String[] partner() {
		return new String[] { "outbound-http.clients.partner.proxy.host=" + this.proxy.host(),
				"outbound-http.clients.partner.proxy.port=" + this.proxy.port() };
	}

	/**
	 * Service of the group {@code stock}.
	 */
	interface StockApi {

		@GetExchange("/stock")
		String stock();

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "stock", types = StockApi.class)
	static class StockGroup {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBuilder {

		@Bean
		HttpComponentsClientHttpRequestFactoryBuilder ownBuilder() {
			return ClientHttpRequestFactoryBuilder.httpComponents();
		}

	}

}
