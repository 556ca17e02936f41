package io.outboundhttp.autoconfigure;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for builder beans of the application beside Boot's builders: equal settings do
 * not make equal connections when there is other code behind them.
 */
@Timeout(120)
class TakeoverOwnBuilderSharingTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = TakeoverTestContexts.takenOver().withInitializer(this.leaks);

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@ParameterizedTest
	@ValueSource(classes = { TwoBuilders.class, DerivedFromCustomized.class })
	void connectionWithCertificateOfOneBuilderNeverServesAnother(Class<?> configuration) {
		try (TestHttpServer tls = TestHttpServer.startTls(TestCertificates.get().serverContext(), true)) {
			this.runner.withUserConfiguration(configuration).run((context) -> {
				RestClient named = client(context, "named");
				RestClient plain = context.getBean(RestClient.Builder.class).build();
				assertThat(get(named, tls.url("/named"))).isEqualTo("ok");
				assertThatExceptionOfType(ResourceAccessException.class).isThrownBy(() -> get(plain, tls.url("/x")));
				assertThatExceptionOfType(ResourceAccessException.class)
					.isThrownBy(() -> context.getBean(RestTemplateBuilder.class)
						.build()
						.getForObject(tls.url("/x"), String.class));
				assertThat(get(named, tls.url("/named"))).isEqualTo("ok");
				assertThat(tls.requests()).hasSize(2)
					.allSatisfy((request) -> assertThat(principal(request)).isEqualTo("CN=client-a"));
				assertThat(tls.requests("/x")).isEmpty();
			});
		}
	}

	@Test
	void filterThatLetsMoreThroughThanTheOneItWrapsHasItsOwnPool() {
		this.runner.withUserConfiguration(LoopbackRefused.class).run((context) -> {
			RestTemplate weak = context.getBean(RestTemplateBuilder.class)
				.clientSettings((settings) -> settings.withInetAddressFilter(
						new PortToo(Objects.requireNonNull(settings.inetAddressFilter()), this.server.port())))
				.build();
			RestClient filtered = context.getBean(RestClient.Builder.class).build();
			assertThat(weak.getForObject(this.server.url("/weak"), String.class)).isEqualTo("ok");
			assertThat(this.server.openConnections()).isEqualTo(1);
			assertFiltered(() -> get(filtered, this.server.url("/x")));
			assertFiltered(() -> context.getBean(RestTemplateBuilder.class)
				.build()
				.getForObject(this.server.url("/x"), String.class));
			assertThat(weak.getForObject(this.server.url("/weak"), String.class)).isEqualTo("ok");
			assertThat(this.server.requests("/weak")).hasSize(2);
			assertThat(this.server.requests()).hasSize(2);
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		});
	}

	@Test
	void derivedBuilderBeanWorksWithItsOwnCodeAndPool() {
		this.server.handle("/moved", Handler.redirect(this.server.url("/x")));
		this.runner.withUserConfiguration(Derived.class)
			.withPropertyValues("outbound-http.clients.default.pool.max-per-route=9")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(status(client(context, "base"), this.server.url("/moved")).value()).isEqualTo(200);
				assertThat(status(client(context, "strict"), this.server.url("/moved")).value()).isEqualTo(302);
				assertThat(get(context.getBean(RestClient.Builder.class).build(), this.server.url("/x")))
					.isEqualTo("ok");
				assertThat(context.getBean(OutboundHttpClients.class).openPools()).hasSizeGreaterThanOrEqualTo(2)
					.allSatisfy((pool) -> {
						assertThat(pool.snapshot().maxTotal()).isEqualTo(7);
						assertThat(pool.snapshot().maxPerRoute()).isEqualTo(9);
					});
			});
	}

	@Test
	void derivedBuilderBeanWithoutLimitsHasThoseOfTheClient() {
		this.runner.withUserConfiguration(DerivedWithoutLimits.class).run((context) -> {
			assertThat(get(client(context, "strict"), this.server.url("/x"))).isEqualTo("ok");
			assertThat(get(client(context, "base"), this.server.url("/x"))).isEqualTo("ok");
			assertThat(this.server.connectionsAccepted()).isEqualTo(2);
			assertThat(context.getBean(OutboundHttpClients.class).openPools()).hasSize(2).allSatisfy((pool) -> {
				assertThat(pool.snapshot().maxTotal()).isEqualTo(500);
				assertThat(pool.snapshot().maxPerRoute()).isEqualTo(50);
			});
		});
	}

	private static RestClient client(ApplicationContext context, String builder) {
		return RestClient.builder()
			.requestFactory(context.getBean(builder, HttpComponentsClientHttpRequestFactoryBuilder.class).build())
			.build();
	}

	private static String get(RestClient client, String url) {
		return Objects.requireNonNull(client.get().uri(url).retrieve().body(String.class));
	}

	private static HttpStatusCode status(RestClient client, String url) {
		return client.get().uri(url).exchange((request, response) -> response.getStatusCode());
	}

	private static String principal(RecordedRequest request) {
		return Objects.requireNonNull(request.peerPrincipal(), "no certificate").getName();
	}

	private static void assertFiltered(Runnable call) {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(call::run)
			.satisfies((ex) -> assertThat(chain(ex)).hasAtLeastOneElementOfType(FilteredHostException.class));
	}

	private static List<Throwable> chain(Throwable thrown) {
		List<Throwable> chain = new ArrayList<>();
		for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
			chain.add(cause);
		}
		return chain;
	}

	/**
	 * Lets another port through than the filter that it wraps.
	 */
	private record PortToo(InetAddressFilter filter, int port) implements InetAddressFilter {

		@Override
		public boolean matches(InetSocketAddress address) {
			return this.filter.matches(address) || address.getPort() == this.port;
		}

		@Override
		public boolean matches(InetAddress address) {
			return this.filter.matches(address);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LoopbackRefused {

		@Bean
		InetAddressFilter filter() {
			return InetAddressFilter.not("127.0.0.1");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoBuilders {

		@Bean
		@Primary
		HttpComponentsClientHttpRequestFactoryBuilder plain(
				ObjectProvider<ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder>> customizers) {
			return customized(customizers);
		}

		@Bean
		HttpComponentsClientHttpRequestFactoryBuilder named(
				ObjectProvider<ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder>> customizers) {
			return withCertificate(customized(customizers));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DerivedFromCustomized {

		@Bean
		@Primary
		HttpComponentsClientHttpRequestFactoryBuilder plain(
				ObjectProvider<ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder>> customizers) {
			return customized(customizers);
		}

		@Bean
		HttpComponentsClientHttpRequestFactoryBuilder named(HttpComponentsClientHttpRequestFactoryBuilder plain) {
			return withCertificate(plain);
		}

	}

	private static HttpComponentsClientHttpRequestFactoryBuilder customized(
			ObjectProvider<ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder>> customizers) {
		HttpComponentsClientHttpRequestFactoryBuilder builder = ClientHttpRequestFactoryBuilder.httpComponents();
		for (ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> customizer : customizers
			.orderedStream()
			.toList()) {
			builder = customizer.customize(builder);
		}
		return builder;
	}

	private static HttpComponentsClientHttpRequestFactoryBuilder withCertificate(
			HttpComponentsClientHttpRequestFactoryBuilder builder) {
		return builder.withConnectionManagerCustomizer((manager) -> manager.setTlsSocketStrategy(
				new DefaultClientTlsStrategy(TestCertificates.get().clientContext(TestCertificates.CLIENT_A))));
	}

	@Configuration(proxyBeanMethods = false)
	static class Derived {

		@Bean
		@Primary
		HttpComponentsClientHttpRequestFactoryBuilder base() {
			return ClientHttpRequestFactoryBuilder.httpComponents()
				.withConnectionManagerCustomizer((manager) -> manager.setMaxConnTotal(7));
		}

		@Bean
		HttpComponentsClientHttpRequestFactoryBuilder strict(HttpComponentsClientHttpRequestFactoryBuilder base) {
			return base.withHttpClientCustomizer((httpClient) -> httpClient.disableRedirectHandling());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DerivedWithoutLimits {

		@Bean
		@Primary
		HttpComponentsClientHttpRequestFactoryBuilder base() {
			return ClientHttpRequestFactoryBuilder.httpComponents();
		}

		@Bean
		HttpComponentsClientHttpRequestFactoryBuilder strict(HttpComponentsClientHttpRequestFactoryBuilder base) {
			return base.withHttpClientCustomizer((httpClient) -> httpClient.disableRedirectHandling());
		}

	}

}
