package io.outboundhttp.autoconfigure;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.BlackHole;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.config.Configurable;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what an application gets that configures nothing.
 */
class ClientDefaultsTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = TakeoverTestContexts.takenOver().withInitializer(this.leaks);

	@Test
	@DisplayName("T6 without any property every wait is finite")
	void withoutAnyPropertyEveryWaitIsFinite() {
		this.runner.run((context) -> {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			clients.pool("default");
			LiveClient live = clients.live("default");
			assertThat(live).isNotNull();
			RequestConfig requestConfig = ((Configurable) clients.httpClient("default")).getConfig();
			for (Timeout timeout : List.of(live.connectionConfig().getConnectTimeout(),
					live.connectionConfig().getSocketTimeout(), requestConfig.getResponseTimeout(),
					requestConfig.getConnectionRequestTimeout())) {
				assertThat(timeout.toDuration()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(30));
			}
		});
	}

	@Test
	@DisplayName("T6 control: a plain HttpClient waits for minutes, and for ever for an answer")
	void plainHttpClientWaitsForMinutes() throws Exception {
		try (CloseableHttpClient plain = HttpClients.createDefault()) {
			RequestConfig requestConfig = ((Configurable) plain).getConfig();
			assertThat(requestConfig.getConnectionRequestTimeout().toDuration()).isEqualTo(Duration.ofMinutes(3));
			assertThat(requestConfig.getResponseTimeout()).isNull();
			assertThat(ConnectionConfig.DEFAULT.getConnectTimeout().toDuration()).isEqualTo(Duration.ofMinutes(3));
			assertThat(ConnectionConfig.DEFAULT.getSocketTimeout()).isNull();
		}
	}

	@Test
	@DisplayName("T6 a silent server fails the call in time, through every kind of client")
	void silentServerFailsTheCallInTime() {
		try (BlackHole silent = BlackHole.silent()) {
			this.runner
				.withPropertyValues("outbound-http.defaults.read-timeout=200ms",
						"outbound-http.clients.named.base-url=" + silent.url())
				.run((context) -> {
					OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
					RestClient built = context.getBean(RestClient.Builder.class).build();
					for (Runnable call : List.<Runnable>of(
							() -> clients.restClient("named").get().retrieve().toBodilessEntity(),
							() -> clients.restTemplate("named").getForObject("/", String.class),
							() -> built.get().uri(silent.url()).retrieve().toBodilessEntity(),
							() -> context.getBean(RestTemplateBuilder.class)
								.build()
								.getForObject(silent.url(), String.class))) {
						long startNanos = System.nanoTime();
						assertThatExceptionOfType(ResourceAccessException.class).isThrownBy(call::run)
							.withRootCauseInstanceOf(SocketTimeoutException.class);
						assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(10));
					}
				});
		}
	}

	@Test
	@DisplayName("K10 HttpClient's own keep-alive time does not cut a longer idle timeout short")
	void keepAliveTimeOfHttpClientDoesNotBoundTheIdleTimeout() {
		this.runner.withPropertyValues("outbound-http.clients.a.pool.idle-timeout=10m").run((context) -> {
			Configurable httpClient = (Configurable) context.getBean(OutboundHttpClients.class).httpClient("a");
			assertThat(httpClient.getConfig().getConnectionKeepAlive()).isEqualTo(TimeValue.NEG_ONE_MILLISECOND);
		});
		assertThat(RequestConfig.DEFAULT.getConnectionKeepAlive()).as("control").isEqualTo(TimeValue.ofMinutes(3));
	}

	@Test
	@DisplayName("D3 by default no cookie of one call goes with the next")
	void cookiesAreNotKeptByDefault() {
		this.runner.run((context) -> {
			try (TestHttpServer server = serverWithSession()) {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				twice(clients.restClient("default"), server);
				twice(context.getBean(RestClient.Builder.class).build(), server);
				assertThat(server.requests()).hasSize(4)
					.allSatisfy((request) -> assertThat(request.header("Cookie")).isNull());
			}
		});
	}

	@Test
	@DisplayName("D3 cookie-handling 'enable' keeps cookies, of one client alone")
	void cookiesAreKeptWhereAskedFor() {
		this.runner
			.withPropertyValues("outbound-http.clients.sticky.cookie-handling=enable",
					"outbound-http.clients.other.read-timeout=5s")
			.run((context) -> {
				try (TestHttpServer server = serverWithSession()) {
					OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
					twice(clients.restClient("sticky"), server);
					twice(clients.restClient("other"), server);
					assertThat(server.requests()).extracting((request) -> String.valueOf(request.header("Cookie")))
						.containsExactly("null", "SESSION=A", "null", "null");
				}
			});
	}

	private static TestHttpServer serverWithSession() {
		return TestHttpServer.start()
			.handleAll((exchange) -> exchange.respond(200, Headers.of("Set-Cookie", "SESSION=A; Path=/"), "ok"));
	}

	private static void twice(RestClient client, TestHttpServer server) {
		client.get().uri(server.url()).retrieve().toBodilessEntity();
		client.get().uri(server.url()).retrieve().toBodilessEntity();
	}

}
