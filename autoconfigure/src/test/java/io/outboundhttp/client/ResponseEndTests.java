package io.outboundhttp.client;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.web.client.RestClientException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for responses that end in uncommon ways, none of which is a leak.
 */
@ExtendWith(OutputCaptureExtension.class)
class ResponseEndTests {

	@RegisterExtension
	private final PoolLeakExtension extension = new PoolLeakExtension();

	private final TestHttpServer server = TestHttpServer.start();

	private final ManagedClients clients = new ManagedClients(this.extension, ManagedClients.WITHOUT_THRESHOLD, 5);

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("L2 a body that cannot be parsed leaves no lease, fifty times over")
	void bodyThatCannotBeParsedLeavesNoLease(CapturedOutput output) {
		this.server.handleAll(Handler.json("{\"name\":\"left open"));
		failFiftyTimes(output);
		assertThat(this.clients.snapshot().available()).isEqualTo(1);
		assertThat(this.server.connectionsAccepted()).as("the connection is reused").isEqualTo(1);
	}

	@Test
	@DisplayName("L2 a body that breaks off leaves no lease, fifty times over")
	void bodyThatBreaksOffLeavesNoLease(CapturedOutput output) {
		this.server.handleAll((exchange) -> {
			exchange
				.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"name\":");
			exchange.hangUp();
		});
		failFiftyTimes(output);
		assertThat(this.clients.snapshot().available()).isZero();
	}

	private void failFiftyTimes(CapturedOutput output) {
		for (int i = 0; i < 50; i++) {
			assertThatExceptionOfType(RestClientException.class).isThrownBy(
					() -> this.clients.spring().restClient().get().uri(this.server.url()).retrieve().body(Map.class));
			assertThat(this.clients.snapshot().leased()).isZero();
		}
		assertThat(this.server.requests()).hasSize(50);
		assertThat(this.clients.leaks().reports()).isEmpty();
		assertThat(output).doesNotContain(" WARN ");
	}

	@Test
	@DisplayName("L7 six calls of a RestTestClient that look at the status alone all return")
	void statusOnlyTestCallsAllReturn() {
		RestTestClient testClient = RestTestClient.bindToServer(this.clients.spring().requestFactory())
			.baseUrl(this.server.url())
			.build();
		for (int i = 0; i < 6; i++) {
			testClient.get().uri("/").exchange().expectStatus().isOk();
		}
		assertThat(this.server.requests()).hasSize(6);
		assertThat(this.clients.snapshot().leased()).isZero();
		assertThat(this.clients.snapshot().connections().timeouts()).isZero();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 6 })
	@DisplayName("L9 a streamed reply to a streamed upload is over when its entity alone is closed")
	void streamedReplyIsOverWhenItsEntityIsClosed(int read) throws Exception {
		this.server.handleAll((exchange) -> exchange.respondChunked(200, Headers.none(), "abc", "def"));
		HttpPost post = new HttpPost(this.server.url());
		post.setEntity(new InputStreamEntity(new ByteArrayInputStream("upload".getBytes(StandardCharsets.US_ASCII)),
				ContentType.TEXT_PLAIN));
		assertThat(post.getEntity().isRepeatable()).isFalse();
		ClassicHttpResponse response = this.clients.httpClient().executeOpen(null, post, null);
		if (read > 0) {
			assertThat(response.getEntity().getContent().readNBytes(read)).hasSize(read);
		}
		response.getEntity().close();
		assertThat(this.clients.snapshot().leased()).isZero();
		assertThat(this.clients.snapshot().available()).isEqualTo(1);
		assertThat(SpringApi.REST_CLIENT.get(this.clients.spring(), this.server.url())).isEqualTo("abcdef");
		assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		assertThat(this.clients.leaks().reports()).isEmpty();
	}

}
