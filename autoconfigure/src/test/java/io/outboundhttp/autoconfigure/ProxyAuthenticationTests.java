package io.outboundhttp.autoconfigure;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.TestProxyServer;
import io.outboundhttp.testsupport.TestProxyServer.ProxyRequest;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for the credentials of a forward proxy: what the proxy is told, and who else.
 */
class ProxyAuthenticationTests {

	private static final int CALLS = 5;

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	private TestHttpServer tlsServer;

	private TestProxyServer proxy;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
		this.tlsServer = TestHttpServer.startTls(TestCertificates.get().serverContext(), false);
		this.proxy = TestProxyServer.start().requireBasicAuth("scott", "tiger");
	}

	@AfterEach
	void stop() {
		this.proxy.close();
		this.tlsServer.close();
		this.server.close();
	}

	@Test
	@DisplayName("P2 the proxy need not ask: each tunnel and each plain request is sent once")
	void proxyNeedNotAsk() {
		runner(this.proxy.port()).run((context) -> {
			for (int i = 0; i < CALLS; i++) {
				assertThat(get(context, this.tlsServer.url("/x")).value()).isEqualTo(200);
				assertThat(get(context, this.server.url("/x")).value()).isEqualTo(200);
			}
			assertThat(this.proxy.requests()).hasSize(1 + CALLS).allMatch(ProxyRequest::authorized);
		});
	}

	@Test
	@DisplayName("P2 control: a plain HttpClient sends each tunnel and each plain request twice")
	void plainHttpClientIsAsked() throws Exception {
		BasicCredentialsProvider credentials = new BasicCredentialsProvider();
		credentials.setCredentials(new AuthScope(this.proxy.host(), this.proxy.port()),
				new UsernamePasswordCredentials("scott", "tiger".toCharArray()));
		try (CloseableHttpClient httpClient = HttpClients.custom()
			.setProxy(new HttpHost("http", this.proxy.host(), this.proxy.port()))
			.setDefaultCredentialsProvider(credentials)
			.build()) {
			RestClient restClient = RestClient.builder()
				.requestFactory(new HttpComponentsClientHttpRequestFactory(httpClient))
				.build();
			for (int i = 0; i < CALLS; i++) {
				restClient.get().uri(this.server.url("/x")).retrieve().toBodilessEntity();
			}
			assertThat(this.proxy.requests()).hasSize(2 * CALLS).filteredOn(ProxyRequest::authorized).hasSize(CALLS);
		}
	}

	@Test
	@DisplayName("P2 a proxy that wants another scheme gets it, and Basic only once")
	void proxyThatWantsAnotherSchemeIsAsked() {
		List<String> authorizations = new CopyOnWriteArrayList<>();
		try (TestHttpServer digestProxy = TestHttpServer.start()) {
			digestProxy.handleAll((exchange) -> {
				String authorization = exchange.request().header("Proxy-Authorization");
				authorizations.add((authorization != null) ? authorization.split(" ")[0] : "none");
				if (authorization != null && authorization.startsWith("Digest ")) {
					exchange.respond(200, "through");
					return;
				}
				exchange.respond(407,
						Headers.of("Proxy-Authenticate", "Digest realm=\"test\", nonce=\"1\", qop=\"auth\""), "");
			});
			runner(digestProxy.port()).run((context) -> {
				for (int i = 0; i < 3; i++) {
					assertThat(get(context, this.server.url("/x")).value()).isEqualTo(200);
				}
				assertThat(authorizations).containsExactly("Basic", "Digest", "none", "Digest", "none", "Digest");
			});
		}
	}

	@Test
	@DisplayName("P2 once the proxy takes the credentials again, it need not ask any more")
	void proxyThatRecoversNeedNotAsk() {
		runner(this.proxy.port()).run((context) -> {
			this.proxy.requireBasicAuth("scott", "other");
			assertThat(get(context, this.server.url("/x")).value()).isEqualTo(407);
			this.proxy.requireBasicAuth("scott", "tiger");
			for (int i = 0; i < CALLS; i++) {
				assertThat(get(context, this.server.url("/x")).value()).isEqualTo(200);
			}
			assertThat(this.proxy.requests()).as("refused, asked once, not asked").hasSize(1 + 1 + CALLS);
		});
	}

	@Test
	@DisplayName("P2 credentials that code has for origins stay, and the proxy's own are used for it alone")
	void credentialsOfCodeStay() {
		BasicCredentialsProvider own = new BasicCredentialsProvider();
		own.setCredentials(new AuthScope(null, -1), new UsernamePasswordCredentials("origin", "secret".toCharArray()));
		this.server.handle("/private",
				(exchange) -> exchange.respond((exchange.request().header("Authorization") != null) ? 200 : 401,
						Headers.of("WWW-Authenticate", "Basic realm=\"origin\""), ""));
		runner(this.proxy.port())
			.withBean(OutboundHttpClientCustomizer.class, () -> new OutboundHttpClientCustomizer() {

				@Override
				public void customize(String client, HttpClientBuilder builder) {
					builder.setDefaultCredentialsProvider(own);
				}

			})
			.run((context) -> {
				assertThat(get(context, this.server.url("/private")).value()).isEqualTo(200);
				assertThat(this.proxy.requests()).allMatch(ProxyRequest::authorized);
				assertThat(this.server.requests()).last()
					.satisfies((request) -> assertThat(request.header("Authorization"))
						.isEqualTo("Basic b3JpZ2luOnNlY3JldA=="))
					.satisfies((request) -> assertThat(request.header("Proxy-Authorization")).isNull());
			});
	}

	@Test
	@DisplayName("P2 any answer to CONNECT but success leaves no lease")
	void refusedTunnelLeavesNoLease() {
		try (TestHttpServer refusing = TestHttpServer.start()) {
			for (int status : List.of(204, 304, 403, 407, 502)) {
				refusing.handleAll((exchange) -> exchange.respond(status, ""));
				runner(refusing.port()).run((context) -> {
					assertThat(catchThrowable(() -> get(context, this.tlsServer.url("/x")))).isNull();
					assertThat(context.getBean(OutboundHttpClients.class).pool("a").snapshot().leased())
						.as("status %d", status)
						.isZero();
				});
			}
			assertThat(this.tlsServer.connectionsAccepted()).isZero();
		}
	}

	private ApplicationContextRunner runner(int proxyPort) {
		return TakeoverTestContexts.takenOver()
			.withInitializer(this.leaks)
			.withPropertyValues(TestCertificates.get().jksTrustBundle("trusting"))
			.withPropertyValues("outbound-http.clients.a.ssl.bundle=trusting",
					"outbound-http.clients.a.proxy.host=" + this.proxy.host(),
					"outbound-http.clients.a.proxy.port=" + proxyPort, "outbound-http.clients.a.proxy.username=scott",
					"outbound-http.clients.a.proxy.password=tiger");
	}

	private static HttpStatusCode get(ApplicationContext context, String url) {
		return Objects.requireNonNull(context.getBean(OutboundHttpClients.class)
			.restClient("a")
			.get()
			.uri(url)
			.exchange((request, response) -> response.getStatusCode()));
	}

}
