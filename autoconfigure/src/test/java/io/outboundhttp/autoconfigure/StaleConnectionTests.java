package io.outboundhttp.autoconfigure;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.RetryDenial;
import io.outboundhttp.pool.RetryReason;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.LoggedLines;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpPut;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for requests on connections that the other side has closed in the meantime.
 */
@Timeout(60)
class StaleConnectionTests {

	private static final String HANDLER = "io.outboundhttp.call.RetryHandler";

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

	private void run(PaymentsClient.Test test, String... settings) {
		PaymentsClient.run(this.leaks, this.server.url(), test, settings);
	}

	/**
	 * Leave an idle connection that the server has closed.
	 */
	private void goStale(PaymentsClient client) throws IOException {
		assertThat(client.send("GET", this.server.url("/prime"))).isEqualTo(200);
		this.server.closeConnections();
	}

	@Test
	@DisplayName("K1 a GET on a connection that was closed while idle is sent again at once, and logged")
	void getOnStaleConnectionIsSentAgain() {
		run((client) -> {
			goStale(client);
			try (LoggedLines log = LoggedLines.debug(HANDLER)) {
				assertThat(client.send("GET", this.server.url("/x"))).isEqualTo(200);
				assertThat(log.list()).singleElement()
					.asString()
					.startsWith("DEBUG Client 'payments': sent again after 0 ms (STALE): ");
			}
			assertThat(client.retries(RetryReason.STALE)).isEqualTo(1);
			assertThat(client.retries()).isEqualTo(1);
			assertThat(this.server.requests("/x")).hasSize(1);
		});
	}

	@Test
	@DisplayName("K1 control: HttpClient without retries fails")
	void httpClientWithoutRetriesFails() throws IOException {
		try (CloseableHttpClient plain = HttpClients.custom().disableAutomaticRetries().build()) {
			plain.execute(PaymentsClient.request("GET", this.server.url("/prime")), (response) -> {
				EntityUtils.consume(response.getEntity());
				return null;
			});
			this.server.closeConnections();
			assertThatIOException().isThrownBy(
					() -> plain.execute(PaymentsClient.request("GET", this.server.url("/x")), (response) -> null));
		}
	}

	@Test
	@DisplayName("K1 it goes to a fresh connection, even if another one is idle")
	void staleRequestGoesToAFreshConnection() {
		this.server.handle("/x", (exchange) -> {
			if (exchange.request().connection() <= 3) {
				exchange.closeAbruptly();
			}
		});
		run((client) -> {
			prime(client, 3);
			assertThat(client.snapshot().available()).isEqualTo(3);
			assertThat(client.send("GET", this.server.url("/x"))).isEqualTo(200);
			assertThat(this.server.requests("/x")).hasSize(2)
				.last()
				.extracting(RecordedRequest::connection)
				.isEqualTo(4);
		});
	}

	@Test
	@DisplayName("K1 it goes to a fresh connection in a full pool too")
	void staleRequestGoesToAFreshConnectionInAFullPool() {
		this.server.handle("/x", (exchange) -> {
			if (exchange.request().connection() <= 2) {
				exchange.closeAbruptly();
			}
		});
		run((client) -> {
			prime(client, 2);
			assertThat(client.send("GET", this.server.url("/x"))).isEqualTo(200);
			assertThat(this.server.requests("/x")).hasSize(2);
		}, "pool.max-total=2");
	}

	private void prime(PaymentsClient client, int connections) throws IOException {
		if (connections == 0) {
			return;
		}
		HttpHost host = new HttpHost("http", "127.0.0.1", this.server.port());
		try (ClassicHttpResponse held = client.httpClient()
			.executeOpen(host, PaymentsClient.request("GET", this.server.url("/prime")), null)) {
			prime(client, connections - 1);
			EntityUtils.consume(held.getEntity());
		}
	}

	@Test
	@DisplayName("K1 a failure of the second attempt is an error")
	void failureOfTheSecondAttemptIsAnError() {
		this.server.handle("/x", Handler.closeAbruptly());
		run((client) -> {
			client.send("GET", this.server.url("/prime"));
			assertThatIOException().isThrownBy(() -> client.send("GET", this.server.url("/x")));
			assertThat(this.server.requests("/x")).hasSize(2);
			assertThat(client.retries()).isEqualTo(1);
		});
	}

	@Test
	@DisplayName("K1 it counts not as retry: all of them are left")
	void staleAttemptLeavesAllRetries() {
		this.server.handle("/x", (exchange) -> {
			if (exchange.request().connection() == 1) {
				exchange.closeAbruptly();
			}
			else {
				exchange.respond(503);
			}
		});
		run((client) -> {
			client.send("GET", this.server.url("/prime"));
			assertThat(client.send("GET", this.server.url("/x"))).isEqualTo(503);
			assertThat(this.server.requests("/x")).hasSize(4);
			assertThat(client.retries(RetryReason.STALE)).isEqualTo(1);
			assertThat(client.retries(RetryReason.STATUS)).isEqualTo(2);
		}, "retry.max-retries=2", "retry.delay=1ms");
	}

	@Test
	@DisplayName("K1 it is not charged to the budget")
	void staleAttemptIsNotChargedToTheBudget() {
		this.server.handle("/unavailable", Handler.respond(503, "not now"));
		run((client) -> {
			for (int i = 0; i < 40; i++) {
				goStale(client);
				assertThat(client.send("GET", this.server.url("/x"))).isEqualTo(200);
			}
			assertThat(client.retries(RetryReason.STALE)).isEqualTo(40);
			client.send("GET", this.server.url("/unavailable"));
			assertThat(this.server.requests("/unavailable")).hasSize(2);
			assertThat(client.denied(RetryDenial.BUDGET)).isZero();
		}, "retry.max-retries=1", "retry.delay=1ms", "retry.budget=0.01");
	}

	@Test
	@DisplayName("K1 switched off, the failure is the caller's, and nothing is counted")
	void switchedOffTheFailureIsTheCallers() {
		run((client) -> {
			goStale(client);
			assertThatIOException().isThrownBy(() -> client.send("GET", this.server.url("/x")));
			assertThat(this.server.requests("/x")).isEmpty();
			assertThat(client.retries()).isZero();
		}, "retry.stale-connection=false");
	}

	@Test
	@DisplayName("K2 a POST is not sent again, and the log says why")
	void postIsNotSentAgain() {
		this.server.handle("/x", Exchange::closeAbruptly);
		run((client) -> {
			client.send("GET", this.server.url("/prime"));
			try (LoggedLines log = LoggedLines.debug(HANDLER)) {
				assertThatIOException().isThrownBy(() -> client.send("POST", this.server.url("/x")));
				assertThat(log.list()).singleElement()
					.asString()
					.startsWith("DEBUG Client 'payments': not sent again (METHOD): ");
			}
			assertThat(this.server.requests("/x")).hasSize(1);
			assertThat(client.denied(RetryDenial.METHOD)).isEqualTo(1);
			assertThat(client.retries()).isZero();
		});
	}

	@Test
	@DisplayName("K2 a POST with an Idempotency-Key is sent again exactly once, with the same key")
	void postWithKeyIsSentAgainOnce() {
		this.server.handle("/x", Exchange::closeAbruptly);
		run((client) -> {
			client.send("GET", this.server.url("/prime"));
			assertThatIOException()
				.isThrownBy(() -> client.send("POST", this.server.url("/x"), "Idempotency-Key", "seven"));
			assertThat(this.server.requests("/x")).hasSize(2)
				.extracting((request) -> request.header("Idempotency-Key") + request.bodyAsString())
				.containsOnly("seven{\"amount\":1}");
		});
	}

	@Test
	@DisplayName("K2 a streamed body is not sent again")
	void streamedBodyIsNotSentAgain() {
		this.server.handle("/x", Exchange::closeAbruptly);
		run((client) -> {
			client.send("GET", this.server.url("/prime"));
			HttpPut put = new HttpPut(this.server.url("/x"));
			put.setEntity(new InputStreamEntity(new ByteArrayInputStream(new byte[] { 1 }),
					ContentType.APPLICATION_OCTET_STREAM));
			assertThatIOException().isThrownBy(() -> client.httpClient().execute(put, (response) -> null));
			assertThat(this.server.requests("/x")).hasSize(1);
			assertThat(client.denied(RetryDenial.BODY)).isEqualTo(1);
		});
	}

	@Test
	@DisplayName("K1 each of 100 requests over connections that are closed while idle succeeds")
	void manyRequestsOverStaleConnectionsSucceed() {
		run((client) -> {
			List<Integer> statuses = new ArrayList<>();
			for (int i = 0; i < 100; i++) {
				statuses.add(client.send("GET", this.server.url("/x")));
				this.server.closeConnections();
			}
			assertThat(statuses).hasSize(100).containsOnly(200);
			assertThat(this.server.requests("/x")).hasSize(100);
			assertThat(client.retries(RetryReason.STALE)).isPositive();
		});
	}

}
