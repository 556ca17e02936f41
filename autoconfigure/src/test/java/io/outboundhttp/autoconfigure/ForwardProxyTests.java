package io.outboundhttp.autoconfigure;

import java.util.List;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.TestProxyServer;
import io.outboundhttp.testsupport.TestProxyServer.ProxyRequest;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.http.HttpStatusCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the forward proxy of a client.
 */
class ForwardProxyTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	private TestProxyServer proxy;

	private ApplicationContextRunner runner = TakeoverTestContexts.takenOver().withInitializer(this.leaks);

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
		this.proxy = TestProxyServer.start();
		this.runner = this.runner.withPropertyValues("outbound-http.clients.a.proxy.host=" + this.proxy.host(),
				"outbound-http.clients.a.proxy.port=" + this.proxy.port(),
				"outbound-http.clients.b.base-url=" + this.server.url());
	}

	@AfterEach
	void stop() {
		this.proxy.close();
		this.server.close();
	}

	@Test
	@DisplayName("P1 only the client with a proxy uses it")
	void onlyTheClientWithAProxyUsesIt() {
		this.runner.run((context) -> {
			assertThat(get(context, "a", this.server.url("/a"))).isEqualTo(HttpStatusCode.valueOf(200));
			assertThat(get(context, "b", this.server.url("/b"))).isEqualTo(HttpStatusCode.valueOf(200));
			assertThat(get(context, "default", this.server.url("/default"))).isEqualTo(HttpStatusCode.valueOf(200));
			assertThat(this.proxy.targets()).containsExactly(this.server.url("/a"));
			assertThat(this.server.requests()).hasSize(3);
			assertThat(context.getBean(OutboundHttpClients.class).pool("a").snapshot().routes()).singleElement()
				.satisfies((route) -> {
					assertThat(route.target()).isEqualTo(this.server.url());
					assertThat(route.via()).isEqualTo("http://" + this.proxy.host() + ":" + this.proxy.port());
				});
		});
	}

	@Test
	@DisplayName("P1 hosts of the list are reached directly")
	void hostsOfTheListAreReachedDirectly() {
		this.proxy.route("api.example.org", this.server.port()).route("api.intern.example", this.server.port());
		this.runner.withPropertyValues("outbound-http.clients.a.proxy.non-proxy-hosts=localhost, *.intern.local, 10.*")
			.run((context) -> {
				get(context, "a", "http://localhost:" + this.server.port() + "/direct");
				get(context, "a", "http://api.example.org/proxied");
				get(context, "a", this.server.url("/proxied-too"));
				assertThat(this.proxy.targets()).containsExactly("http://api.example.org/proxied",
						this.server.url("/proxied-too"));
				assertThat(this.server.requests("/direct")).hasSize(1);
			});
	}

	@Test
	@DisplayName("P1 the proxy's credentials go to the proxy alone")
	void credentialsGoToTheProxyAlone() {
		this.proxy.requireBasicAuth("user", "secret");
		Headers challenge = Headers.of("WWW-Authenticate", "Basic realm=\"origin\"");
		this.server.handle("/unauthorized", (exchange) -> exchange.respond(401, challenge, ""));
		this.server.handle("/fake-proxy",
				(exchange) -> exchange.respond(407, Headers.of("Proxy-Authenticate", "Basic realm=\"test\""), ""));
		this.runner
			.withPropertyValues("outbound-http.clients.a.proxy.username=user",
					"outbound-http.clients.a.proxy.password=secret",
					"outbound-http.clients.a.proxy.non-proxy-hosts=localhost")
			.run((context) -> {
				assertThat(get(context, "a", this.server.url("/ok"))).isEqualTo(HttpStatusCode.valueOf(200));
				assertThat(get(context, "a", this.server.url("/unauthorized"))).isEqualTo(HttpStatusCode.valueOf(401));
				String direct = "http://localhost:" + this.server.port();
				assertThat(get(context, "a", direct + "/unauthorized")).isEqualTo(HttpStatusCode.valueOf(401));
				assertThat(get(context, "a", direct + "/fake-proxy")).isEqualTo(HttpStatusCode.valueOf(407));
				assertThat(this.proxy.requests()).filteredOn(ProxyRequest::authorized).hasSize(2);
				assertThat(this.server.requests()).isNotEmpty().allSatisfy(ForwardProxyTests::hasNoCredentials);
			});
	}

	private static void hasNoCredentials(RecordedRequest request) {
		assertThat(request.header("Authorization")).as("%s", request).isNull();
		assertThat(request.header("Proxy-Authorization")).as("%s", request).isNull();
	}

	@Test
	@DisplayName("P1 an empty host means no proxy, whatever the JVM says")
	void emptyHostMeansNoProxy() {
		List<String> keys = List.of("http.proxyHost", "http.proxyPort", "http.nonProxyHosts");
		try {
			System.setProperty("http.proxyHost", this.proxy.host());
			System.setProperty("http.proxyPort", String.valueOf(this.proxy.port()));
			System.setProperty("http.nonProxyHosts", "");
			this.runner.withPropertyValues("outbound-http.clients.b.proxy.host=").run((context) -> {
				get(context, "b", this.server.url("/direct"));
				assertThat(this.proxy.targets()).isEmpty();
				get(context, "default", this.server.url("/by-the-jvm"));
				assertThat(this.proxy.targets()).containsExactly(this.server.url("/by-the-jvm"));
			});
		}
		finally {
			keys.forEach(System::clearProperty);
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { ProxyOfOurCustomizer.class, ProxyOfBootsCustomizer.class })
	@DisplayName("P1 a proxy that code sets is used")
	void proxyThatCodeSetsIsUsed(Class<?> configuration) {
		this.runner.withBean(HttpHost.class, () -> new HttpHost(this.proxy.host(), this.proxy.port()))
			.withUserConfiguration(configuration)
			.run((context) -> {
				get(context, "b", this.server.url("/b"));
				assertThat(this.proxy.targets()).containsExactly(this.server.url("/b"));
			});
	}

	private static HttpStatusCode get(ApplicationContext context, String client, String url) {
		return context.getBean(OutboundHttpClients.class)
			.restClient(client)
			.get()
			.uri(url)
			.exchange((request, response) -> response.getStatusCode());
	}

	/**
	 * Sets a proxy once we have set everything.
	 */
	@Configuration(proxyBeanMethods = false)
	static class ProxyOfOurCustomizer {

		@Bean
		OutboundHttpClientCustomizer proxyCustomizer(HttpHost proxy) {
			return new OutboundHttpClientCustomizer() {

				@Override
				public void customize(String client, HttpClientBuilder builder) {
					builder.setProxy(proxy);
				}

			};
		}

	}

	/**
	 * Sets a proxy before we set anything.
	 */
	@Configuration(proxyBeanMethods = false)
	static class ProxyOfBootsCustomizer {

		@Bean
		FirstCustomizer proxyCustomizer(HttpHost proxy) {
			return new FirstCustomizer(proxy);
		}

	}

	/**
	 * Customizer of the application that comes before all others.
	 *
	 * @param proxy the proxy
	 */
	record FirstCustomizer(HttpHost proxy)
			implements
				ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder>,
				PriorityOrdered {

		@Override
		public HttpComponentsClientHttpRequestFactoryBuilder customize(
				HttpComponentsClientHttpRequestFactoryBuilder builder) {
			return builder.withHttpClientCustomizer((client) -> client.setProxy(proxy()));
		}

		@Override
		public int getOrder() {
			return Ordered.HIGHEST_PRECEDENCE;
		}

	}

}
