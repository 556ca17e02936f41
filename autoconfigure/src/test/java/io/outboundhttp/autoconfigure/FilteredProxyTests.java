package io.outboundhttp.autoconfigure;

import java.util.List;
import java.util.function.Consumer;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.TestProxyServer;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for Spring Boot's {@link InetAddressFilter} behind a forward proxy.
 */
class FilteredProxyTests {

	/** An address on the Internet, which the proxy never connects to. */
	private static final String EXTERNAL = "http://9.9.9.9/";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	private TestProxyServer proxy;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
		this.proxy = TestProxyServer.start();
		for (String host : List.of("9.9.9.9", "169.254.169.254", "10.0.0.1")) {
			this.proxy.route(host, this.server.port());
		}
	}

	@AfterEach
	void stop() {
		this.proxy.close();
		this.server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://169.254.169.254/", "http://10.0.0.1/", "https://169.254.169.254/",
			"http://localhost/", "http://127.0.0.1/" })
	@DisplayName("P3 an internal target behind a proxy is blocked before any byte")
	void internalTargetBehindProxyIsBlocked(String url) {
		takenOver().run((context) -> {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			for (RestClient restClient : List.of(clients.restClient("a"), clients.restClient("default"),
					context.getBean(RestClient.Builder.class).build())) {
				assertThat(catchThrowable(() -> get(restClient, url))).isInstanceOf(FilteredHostException.class);
			}
			assertThat(this.proxy.connectionsAccepted()).isZero();
		});
	}

	@Test
	@DisplayName("P3 an external target is reached through a proxy that is internal")
	void externalTargetIsReachedThroughInternalProxy() {
		takenOver().run((context) -> {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			for (RestClient restClient : List.of(clients.restClient("a"), clients.restClient("default"),
					context.getBean(RestClient.Builder.class).build())) {
				assertThat(get(restClient, EXTERNAL).value()).isEqualTo(200);
			}
			assertThat(this.proxy.targets()).containsOnly(EXTERNAL).hasSize(3);
		});
	}

	@Test
	@DisplayName("P3 without a proxy, an internal target is blocked as ever")
	void internalTargetWithoutProxyIsBlocked() {
		takenOver().withPropertyValues("outbound-http.clients.b.proxy.host=").run((context) -> {
			RestClient restClient = context.getBean(OutboundHttpClients.class).restClient("b");
			assertThat(catchThrowable(() -> get(restClient, this.server.url())))
				.isInstanceOf(FilteredHostException.class);
			assertThat(this.server.connectionsAccepted()).isZero();
		});
	}

	@Test
	@DisplayName("P3 control: with plain Boot, the filter does not see the target behind a proxy")
	void plainBootLetsInternalTargetPass() {
		withPlainBoot(InetAddressFilter.not("169.254.0.0/16", "10.0.0.0/8"), (restClient) -> {
			assertThat(get(restClient, "http://169.254.169.254/").value()).isEqualTo(200);
			assertThat(get(restClient, "http://10.0.0.1/").value()).isEqualTo(200);
			assertThat(this.proxy.targets()).containsExactly("http://169.254.169.254/", "http://10.0.0.1/");
		});
	}

	@Test
	@DisplayName("P3 control: with plain Boot, the filter blocks a proxy that is internal")
	void plainBootBlocksInternalProxy() {
		withPlainBoot(InetAddressFilter.externalAddresses(),
				(restClient) -> assertThat(catchThrowable(() -> get(restClient, EXTERNAL)))
					.isInstanceOf(FilteredHostException.class));
	}

	private ApplicationContextRunner takenOver() {
		return TakeoverTestContexts.takenOver()
			.withInitializer(this.leaks)
			.withBean(InetAddressFilter.class, InetAddressFilter::externalAddresses)
			.withPropertyValues("outbound-http.defaults.proxy.host=" + this.proxy.host(),
					"outbound-http.defaults.proxy.port=" + this.proxy.port(),
					"outbound-http.clients.a.read-timeout=5s");
	}

	/**
	 * Plain Boot never closes the connections of its builders.
	 */
	private void withPlainBoot(InetAddressFilter filter, Consumer<RestClient> control) {
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> proxied = (
				builder) -> builder.withHttpClientCustomizer((httpClient) -> httpClient
					.setProxy(new HttpHost("http", this.proxy.host(), this.proxy.port())));
		TakeoverTestContexts.plainBoot()
			.withBean(InetAddressFilter.class, () -> filter)
			.withBean(ClientHttpRequestFactoryBuilderCustomizer.class, () -> proxied)
			.run((context) -> {
				HttpComponentsClientHttpRequestFactory requestFactory = context
					.getBean(HttpComponentsClientHttpRequestFactoryBuilder.class)
					.build(context.getBean(HttpClientSettings.class));
				try {
					control.accept(RestClient.builder().requestFactory(requestFactory).build());
				}
				finally {
					requestFactory.destroy();
				}
			});
	}

	private static HttpStatusCode get(RestClient restClient, String url) {
		return restClient.get().uri(url).exchange((request, response) -> response.getStatusCode());
	}

}
