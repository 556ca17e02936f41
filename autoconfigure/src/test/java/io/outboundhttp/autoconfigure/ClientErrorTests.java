package io.outboundhttp.autoconfigure;

import java.util.function.Consumer;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what an {@link Error} inside a call leaves behind. HttpClient answers it by
 * closing its connection manager, which would end the pool of all callers.
 */
class ClientErrorTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void errorWhileTheRequestIsPreparedEndsItsLeaseAlone() {
		verify((builder) -> builder.addRequestInterceptorLast((request, entity, context) -> failOn(request)));
	}

	@Test
	void errorWhileTheResponseIsReadEndsItsLeaseAlone() {
		verify((builder) -> builder.addResponseInterceptorLast(
				(response, entity, context) -> failOn(HttpClientContext.cast(context).getRequest())));
	}

	private static void failOn(HttpRequest request) {
		if (String.valueOf(request.getPath()).startsWith("/error")) {
			throw new StackOverflowError("in a call");
		}
	}

	private void verify(Consumer<HttpClientBuilder> customizer) {
		TakeoverTestContexts.takenOver()
			.withInitializer(this.leaks)
			.withPropertyValues("outbound-http.defaults.pool.max-total=1",
					"outbound-http.defaults.pool.acquire-timeout=1s")
			.withBean(OutboundHttpClientCustomizer.class, () -> new OutboundHttpClientCustomizer() {

				@Override
				public void customize(String client, HttpClientBuilder builder) {
					customizer.accept(builder);
				}

			})
			.run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				RestClient client = clients.restClient("default");
				for (int i = 0; i < 3; i++) {
					assertThatExceptionOfType(StackOverflowError.class)
						.isThrownBy(() -> client.get().uri(this.server.url("/error")).retrieve().toBodilessEntity());
				}
				assertThat(clients.pool("default").isClosed()).isFalse();
				assertThat(clients.pool("default").snapshot().leased()).isZero();
				assertThat(client.get().uri(this.server.url("/fine")).retrieve().body(String.class)).isEqualTo("ok");
			});
	}

}
