package io.outboundhttp.autoconfigure;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for what HttpClient 5.6 does otherwise than earlier versions, and for what it
 * does on a connection that ends under its hands.
 */
@Timeout(60)
class ProtocolChangeTests {

	private static final String CLIENT = "outbound-http.clients.payments.";

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
	@DisplayName("D5 a gzip body comes decoded, without the headers of its coded form, and its connection is reused")
	void gzipBodyComesDecoded() throws IOException {
		byte[] coded = gzip("text ".repeat(1000));
		this.server.handleAll((exchange) -> {
			assertThat(exchange.header("Accept-Encoding")).contains("gzip");
			exchange.respond(200, Headers.of("Content-Type", "text/plain", "Content-Encoding", "gzip"), coded);
		});
		ClientsRunner.withProperties(CLIENT + "base-url=" + this.server.url())
			.withInitializer(this.leaks)
			.run((context) -> {
				RestClient client = context.getBean(OutboundHttpClients.class).restClient("payments");
				for (int i = 0; i < 2; i++) {
					ResponseEntity<String> response = client.get().uri("/").retrieve().toEntity(String.class);
					assertThat(response.getBody()).isEqualTo("text ".repeat(1000));
					assertThat(response.getHeaders().headerNames()).doesNotContain(HttpHeaders.CONTENT_ENCODING,
							HttpHeaders.CONTENT_LENGTH);
				}
				assertThat(this.server.connectionsAccepted()).isEqualTo(1);
				assertThat(this.server.failures()).isEmpty();
			});
	}

	@Test
	@DisplayName("D5 a name that is not in the certificate fails with a text that names both")
	void foreignNameFailsWithAText() {
		try (TestHttpServer tls = TestHttpServer.startTls(TestCertificates.get().serverContext(), false)) {
			ClientsRunner.withProperties(CLIENT + "ssl.bundle=test")
				.withPropertyValues(TestCertificates.get().jksTrustBundle("test"))
				.withInitializer(this.leaks)
				.run((context) -> {
					RestClient client = context.getBean(OutboundHttpClients.class).restClient("payments");
					assertThatExceptionOfType(ResourceAccessException.class)
						.isThrownBy(() -> client.get()
							.uri("https://127.0.0.2:" + tls.port() + "/")
							.retrieve()
							.toBodilessEntity())
						.havingRootCause()
						.isInstanceOf(IOException.class)
						.withMessageContaining("127.0.0.2");
				});
		}
	}

	@Test
	@DisplayName("K2 a POST whose reused connection was reset before the first byte of a response is not sent again")
	void postIsNotSentAgain() {
		verifyReset(List.of(), 1, true);
	}

	@Test
	@DisplayName("K2 with an Idempotency-Key it is sent again exactly once")
	void postWithAKeyIsSentAgainOnce() {
		verifyReset(List.of("Idempotency-Key", "k-1"), 2, true);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@DisplayName("K2 with an Idempotency-Key it succeeds if the fresh connection works")
	void postWithAKeySucceeds(boolean key) {
		verifyReset(key ? List.of("Idempotency-Key", "k-1") : List.of(), key ? 2 : 1, false);
	}

	private void verifyReset(List<String> header, int sent, boolean always) {
		this.server.handle("/pay", (exchange) -> {
			if (always || this.server.requests("/pay").size() == 1) {
				exchange.closeAbruptly();
			}
			else {
				exchange.respond(200, "paid");
			}
		});
		ClientsRunner.withProperties(CLIENT + "base-url=" + this.server.url())
			.withInitializer(this.leaks)
			.run((context) -> {
				RestClient client = context.getBean(OutboundHttpClients.class).restClient("payments");
				client.get().uri("/").retrieve().toBodilessEntity();
				Throwable failure = catchThrowable(() -> client.post().uri("/pay").headers((headers) -> {
					if (!header.isEmpty()) {
						headers.set(header.get(0), header.get(1));
					}
				}).body("100 EUR".getBytes(StandardCharsets.UTF_8)).retrieve().toBodilessEntity());
				assertThat(this.server.requests("/pay")).hasSize(sent);
				if (sent == 2 && !always) {
					assertThat(failure).isNull();
				}
				else {
					assertThat(failure).isInstanceOf(ResourceAccessException.class);
				}
				assertThat(context.getBean(OutboundHttpClients.class).pool("payments").snapshot().leased()).isZero();
			});
	}

	private static byte[] gzip(String text) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
			gzip.write(text.getBytes(StandardCharsets.UTF_8));
		}
		return bytes.toByteArray();
	}

}
