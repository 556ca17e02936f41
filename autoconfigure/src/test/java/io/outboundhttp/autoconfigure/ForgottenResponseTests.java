package io.outboundhttp.autoconfigure;

import java.io.IOException;

import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.LeakReport;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.client.ClientHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests for responses that nobody reads or closes before their call timeout has passed.
 */
class ForgottenResponseTests {

	private final TestHttpServer server = TestHttpServer.start().handleAll(Handler.respond(200, "x".repeat(20_000)));

	private final ApplicationContextRunner runner = ClientsRunner.withProperties(
			"outbound-http.clients.payments.base-url=" + this.server.url(),
			"outbound-http.clients.payments.call-timeout=200ms");

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("T1 a forgotten response is closed by its call timeout, and reported as a leak all the same")
	void forgottenResponseIsReported() {
		this.runner.run((context) -> {
			ConnectionPool pool = context.getBean(OutboundHttpClients.class).pool("payments");
			try (ClientHttpResponse response = open(context.getBean(OutboundHttpClients.class))) {
				await().until(() -> pool.snapshot().recentLeaks().size() == 1);
				assertThat(pool.snapshot().leased()).isZero();
				assertThat(pool.snapshot().recentLeaks().get(0).report().kind()).isEqualTo(LeakReport.Kind.SUSPECTED);
				assertThat(pool.snapshot().leaks().reclaimedTotal()).isEqualTo(1);
				assertThatThrownBy(() -> response.getBody().readAllBytes()).isInstanceOf(CallTimeoutException.class);
			}
		});
	}

	@Test
	@DisplayName("T1 a response that is closed late, or read and refused, is no leak")
	void responseWhoseTimeIsUpIsNoLeak() {
		this.runner.run((context) -> {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			ConnectionPool pool = clients.pool("payments");
			ClientHttpResponse closed = open(clients);
			ClientHttpResponse read = open(clients);
			await().until(() -> pool.snapshot().leased() == 0);
			closed.close();
			assertThatThrownBy(() -> read.getBody().readAllBytes()).isInstanceOf(CallTimeoutException.class);
			try (ClientHttpResponse forgotten = open(clients)) {
				await().until(() -> !pool.snapshot().recentLeaks().isEmpty());
				assertThat(forgotten.getStatusCode().value()).isEqualTo(200);
			}
			assertThat(pool.snapshot().recentLeaks()).hasSize(1);
		});
	}

	private static ClientHttpResponse open(OutboundHttpClients clients) throws IOException {
		return clients.restClient("payments")
			.get()
			.uri("/x")
			.exchangeForRequiredValue((request, response) -> response, false);
	}

}
