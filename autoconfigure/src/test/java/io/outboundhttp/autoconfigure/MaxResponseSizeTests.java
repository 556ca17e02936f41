package io.outboundhttp.autoconfigure;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.ResponseTooLargeException;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.web.client.RestClientException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@code max-response-size}.
 */
@Timeout(60)
class MaxResponseSizeTests {

	private static final int MIB = 1024 * 1024;

	private static final String LIMIT = "max-response-size=1MB";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start()
			.handle("/chunked/2", (exchange) -> chunked(exchange, 2 * MIB))
			.handle("/chunked/1", (exchange) -> chunked(exchange, MIB))
			.handle("/chunked/1+1", (exchange) -> chunked(exchange, MIB + 1))
			.handle("/bomb", (exchange) -> gzip(exchange, 64 * MIB))
			.handle("/gzip/1", (exchange) -> gzip(exchange, MIB))
			.handle("/gzip/1+1", (exchange) -> gzip(exchange, MIB + 1))
			.handle("/length/1", Handler.respond(200, "x".repeat(MIB)))
			.handle("/length/1+1", Handler.respond(200, "x".repeat(MIB + 1)));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private static void chunked(Exchange exchange, int size) throws IOException {
		exchange.respondChunked(200, Headers.none(), "x".repeat(size / 2), "x".repeat(size - size / 2));
	}

	private static void gzip(Exchange exchange, int size) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
			byte[] zeros = new byte[8192];
			for (int left = size; left > 0; left -= zeros.length) {
				gzip.write(zeros, 0, Math.min(left, zeros.length));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		exchange.respond(200, Headers.of("Content-Encoding", "gzip"), out.toByteArray());
	}

	private void run(PaymentsClient.Test test, String... settings) {
		PaymentsClient.run(this.leaks, this.server.url(), test, settings);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/chunked/2", "/chunked/1+1", "/gzip/1+1", "/bomb" })
	@DisplayName("D6 a body fails at the limit in decoded bytes, and its connection is closed")
	void bodyFailsAtTheLimit(String path) {
		run((client) -> {
			client.httpClient().execute(PaymentsClient.request("GET", this.server.url(path)), (response) -> {
				InputStream body = response.getEntity().getContent();
				assertThat(body.readNBytes(MIB - 8192)).hasSize(MIB - 8192);
				assertThatExceptionOfType(ResponseTooLargeException.class).isThrownBy(body::readAllBytes)
					.withMessageStartingWith("Client 'payments': the response of GET ")
					.withMessageContaining("is larger than 1048576 bytes")
					.withMessageEndingWith("change outbound-http.clients.payments.max-response-size")
					.satisfies((ex) -> assertThat(ex.getMaxBytes()).isEqualTo(MIB));
				assertThat(client.snapshot().leased()).isZero();
				return null;
			});
			assertThat(client.snapshot().available()).isZero();
			this.server.awaitNoOpenConnections();
		}, LIMIT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/chunked/2", "/bomb", "/length/1+1" })
	@DisplayName("D6 Spring's callers get it as the cause, and give back their connection")
	void springsCallersGetItAsTheCause(String path) {
		run((client) -> {
			assertThatExceptionOfType(RestClientException.class)
				.isThrownBy(() -> client.restClient().get().uri(path).retrieve().body(byte[].class))
				.withRootCauseInstanceOf(ResponseTooLargeException.class);
			client.awaitNothingLeased();
			this.server.awaitNoOpenConnections();
		}, LIMIT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/chunked/1", "/gzip/1", "/length/1" })
	@DisplayName("D6 a body of exactly the limit passes, and its connection is used again")
	void bodyOfExactlyTheLimitPasses(String path) {
		run((client) -> {
			for (int i = 0; i < 2; i++) {
				assertThat(client.restClient().get().uri(path).retrieve().body(byte[].class)).hasSize(MIB);
			}
			assertThat(client.opened()).isEqualTo(1);
		}, LIMIT);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("D6 a Content-Length above the limit fails before the body is read, however it is read")
	void contentLengthAboveTheLimitFails(Reader reader) {
		this.server.handle("/announced", (exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + (MIB + 1) + "\r\n\r\n");
			exchange.stall();
		});
		run((client) -> {
			client.httpClient().execute(PaymentsClient.request("GET", this.server.url("/announced")), (response) -> {
				assertThatExceptionOfType(ResponseTooLargeException.class)
					.isThrownBy(() -> reader.read(response.getEntity()));
				return null;
			});
			this.server.awaitNoOpenConnections();
		}, LIMIT, "read-timeout=5s");
	}

	/**
	 * Way to read.
	 */
	enum Reader {

		BYTE {
			@Override
			void read(HttpEntity entity) throws IOException {
				assertThat(entity.getContent().read()).isNegative();
			}
		},

		BYTES {
			@Override
			void read(HttpEntity entity) throws IOException {
				assertThat(entity.getContent().read(new byte[10])).isNegative();
			}
		},

		SKIP {
			@Override
			void read(HttpEntity entity) throws IOException {
				assertThat(entity.getContent().skip(10)).isZero();
			}
		},

		WRITE_TO {
			@Override
			void read(HttpEntity entity) throws IOException {
				entity.writeTo(new ByteArrayOutputStream());
			}
		},

		ENTITY_UTILS {
			@Override
			void read(HttpEntity entity) throws IOException {
				EntityUtils.toByteArray(entity);
			}
		};

		abstract void read(HttpEntity entity) throws IOException;

	}

	@Test
	@DisplayName("D6 HEAD and 204 are untouched")
	void responsesWithoutABodyAreUntouched() {
		this.server.handle("/empty", Handler.respond(204, ""));
		run((client) -> {
			assertThat(client.restClient().head().uri("/length/1+1").retrieve().toBodilessEntity().getHeaders())
				.satisfies((headers) -> assertThat(headers.getContentLength()).isEqualTo(MIB + 1));
			client.restClient().get().uri("/empty").retrieve().toBodilessEntity();
			assertThat(client.opened()).isEqualTo(1);
		}, LIMIT);
	}

	@Test
	@DisplayName("D6 the body of an error is bounded too")
	void bodyOfAnErrorIsBounded() {
		this.server.handle("/broken", (exchange) -> exchange.respondChunked(500, Headers.none(), "x".repeat(2 * MIB)));
		run((client) -> {
			assertThatExceptionOfType(RestClientException.class)
				.isThrownBy(() -> client.restClient().get().uri("/broken").retrieve().body(String.class));
			client.awaitNothingLeased();
			this.server.awaitNoOpenConnections();
		}, LIMIT);
	}

	@Test
	@DisplayName("D6 by default, and with 0, any size passes")
	void anySizePasses() {
		run((client) -> assertThat(client.restClient().get().uri("/chunked/2").retrieve().body(byte[].class))
			.hasSize(2 * MIB));
		run((client) -> assertThat(client.restClient().get().uri("/chunked/2").retrieve().body(byte[].class))
			.hasSize(2 * MIB), "outbound-http.defaults.max-response-size=1MB", "max-response-size=0");
	}

}
