package io.outboundhttp.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link RouteTarget}.
 */
class RouteTargetTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OutboundHttpAutoConfiguration.class));

	@ParameterizedTest
	@CsvSource({ "https://Api.Example.org, https, api.example.org, 443",
			"http://localhost:8080/, http, localhost, 8080", "http://my_service, http, my_service, 80",
			"http://[::1]:81, http, ::1, 81" })
	void targetIsParsed(String text, String scheme, String host, int port) {
		assertThat(RouteTarget.parse(text)).isEqualTo(new HttpHost(scheme, host, port));
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost:80", "ftp://localhost", "http://", "http://a/b", "http://u:p@a", "http://a?b" })
	void otherTextIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> RouteTarget.parse(text));
	}

	@Test
	void hostThatIsNoHostForUriIsCalled() {
		try (TestHttpServer server = TestHttpServer.start()) {
			this.runner.withUserConfiguration(NameServiceConfiguration.class)
				.withInitializer((context) -> TestPropertyValues
					.of(Map.of("outbound-http.clients.stock.base-url", "http://my_service:" + server.port(),
							"outbound-http.clients.stock.pool.max-per-route-overrides[http://my_service:"
									+ server.port() + "]",
							"3"))
					.applyTo(context))
				.run((context) -> {
					OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
					assertThat(clients.restClient("stock").get().uri("/x").retrieve().body(String.class))
						.isEqualTo("ok");
					assertThat(clients.pool("stock").snapshot().routes()).singleElement()
						.satisfies((route) -> assertThat(route.max()).isEqualTo(3));
				});
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class NameServiceConfiguration {

		@Bean
		NameService nameService() {
			return new NameService();
		}

	}

	/**
	 * Finds every service on this machine.
	 */
	static class NameService
			implements ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> {

		@Override
		public HttpComponentsClientHttpRequestFactoryBuilder customize(
				HttpComponentsClientHttpRequestFactoryBuilder builder) {
			return builder.withDnsResolver(new SystemDefaultDnsResolver() {

				@Override
				public List<InetSocketAddress> resolve(String host, int port) {
					return List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
				}

			});
		}

	}

}
