package io.outboundhttp.autoconfigure;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.CloseReason;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.http.client.ClientHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for closing a response that was read in part.
 */
@Timeout(60)
class HalfReadResponseTests {

	private static final int KIB = 1024;

	private static final long GIB = 1024L * 1024 * 1024;

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start()
			.handle("/small", (exchange) -> exchange.respond(200, Headers.none(), random(11 * KIB)))
			.handle("/gzip/small",
					(exchange) -> exchange.respond(200, Headers.of("Content-Encoding", "gzip"), gzip(random(11 * KIB))))
			.handle("/large", HalfReadResponseTests::large)
			.handle("/gzip/large",
					(exchange) -> exchange.respond(200, Headers.of("Content-Encoding", "gzip"),
							gzip(random(2048 * KIB))))
			.handle("/drip", HalfReadResponseTests::drip);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private static byte[] random(int size) {
		byte[] bytes = new byte[size];
		new Random(7).nextBytes(bytes);
		return bytes;
	}

	private static byte[] gzip(byte[] bytes) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
			gzip.write(bytes);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return out.toByteArray();
	}

	/**
	 * Send 5 GiB at 1 MiB per second, for as long as somebody takes them.
	 */
	private static void large(Exchange exchange) throws IOException {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + 5 * GIB + "\r\n\r\n");
		send(exchange, 64 * KIB, Duration.ofMillis(62));
	}

	/**
	 * Send one byte in 20 ms after the first KiB, without saying how many.
	 */
	private static void drip(Exchange exchange) throws IOException {
		exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n");
		exchange.write(random(KIB));
		send(exchange, 1, Duration.ofMillis(20));
	}

	private static void send(Exchange exchange, int piece, Duration pause) throws IOException {
		byte[] bytes = random(piece);
		for (int i = 0; i < 1000; i++) {
			exchange.write(bytes);
			exchange.pause(pause);
		}
	}

	private void run(PaymentsClient.Test test, String... settings) {
		PaymentsClient.run(this.leaks, this.server.url(), test, settings);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("T8 a large remainder is not read: closing is fast, and the connection is closed")
	void largeRemainderIsNotRead(Way way) {
		run((client) -> {
			assertThat(way.close(client, this.server.url("/large"))).isLessThan(Duration.ofSeconds(5));
			assertThat(client.closed(CloseReason.PARTIAL)).isEqualTo(1);
			assertThat(client.snapshot().available()).isZero();
			this.server.awaitNoOpenConnections();
			assertThat(client.send("GET", this.server.url("/small"))).isEqualTo(200);
		});
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("T8 a remainder of 10 KiB is read, and the connection is used again")
	void smallRemainderIsRead(Way way) {
		run((client) -> {
			for (int i = 0; i < 3; i++) {
				way.close(client, this.server.url("/small"));
			}
			assertThat(client.snapshot().available()).isEqualTo(1);
			assertThat(client.opened()).isEqualTo(1);
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		});
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("T8 gzip: a small remainder is read, a large one is not")
	void gzippedRemainder(Way way) {
		run((client) -> {
			way.close(client, this.server.url("/gzip/small"));
			way.close(client, this.server.url("/gzip/small"));
			assertThat(client.opened()).isEqualTo(1);
			way.close(client, this.server.url("/gzip/large"));
			assertThat(client.closed(CloseReason.PARTIAL)).isEqualTo(1);
		});
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("T8 a remainder that drips is given up after drain.timeout")
	void drippingRemainderIsGivenUp(Way way) {
		run((client) -> {
			assertThat(way.close(client, this.server.url("/drip"))).isBetween(Duration.ofMillis(290),
					Duration.ofSeconds(5));
			assertThat(client.closed(CloseReason.PARTIAL)).isEqualTo(1);
		}, "drain.timeout=300ms");
	}

	@Test
	@DisplayName("T8 control: HttpClient reads a remainder that drips to its end")
	void httpClientReadsTheRemainder() throws Exception {
		try (CloseableHttpClient plain = HttpClients.createDefault()) {
			HttpHost host = new HttpHost("http", "127.0.0.1", this.server.port());
			Future<Boolean> closed = Callers.start("closing", () -> {
				ClassicHttpResponse response = plain.executeOpen(host,
						PaymentsClient.request("GET", this.server.url("/drip")), null);
				EntityUtils.consume(response.getEntity());
				response.close();
				return true;
			});
			this.server.awaitRequests(1);
			await().during(Duration.ofSeconds(1)).until(() -> !closed.isDone());
			this.server.abortConnections();
			assertThat(closed).failsWithin(20, TimeUnit.SECONDS);
		}
	}

	@Test
	@DisplayName("T8 drain.max-bytes: a remainder of as many bytes is read, one more is too many")
	void remainderOfAsManyBytesIsRead() {
		run((client) -> {
			Way.STREAM.close(client, this.server.url("/small"));
			assertThat(client.snapshot().available()).isEqualTo(1);
		}, "drain.max-bytes=10KB");
		run((client) -> {
			Way.STREAM.close(client, this.server.url("/small"));
			assertThat(client.closed(CloseReason.PARTIAL)).isEqualTo(1);
		}, "drain.max-bytes=10239B");
	}

	@Test
	@DisplayName("T8 drain.max-bytes: 0 reads no byte, but keeps a connection whose response is over")
	void noByteIsRead() {
		this.server.handle("/chunked", (exchange) -> exchange.respondChunked(200, Headers.none(), "x".repeat(KIB)));
		run((client) -> {
			Way.STREAM.close(client, this.server.url("/small"));
			assertThat(client.closed(CloseReason.PARTIAL)).isEqualTo(1);
			Way.STREAM.close(client, this.server.url("/chunked"));
			assertThat(client.snapshot().available()).isEqualTo(1);
		}, "drain.max-bytes=0");
	}

	@Test
	@DisplayName("T8 drain.timeout: 0 waits for nothing, but keeps a connection whose response is over")
	void nothingIsWaitedFor() {
		this.server.handle("/whole", (exchange) -> exchange.respond(200, Headers.none(), random(KIB)));
		run((client) -> {
			Way.STREAM.close(client, this.server.url("/small"));
			assertThat(client.closed(CloseReason.PARTIAL)).isEqualTo(1);
			Way.STREAM.close(client, this.server.url("/whole"));
			assertThat(client.snapshot().available()).isEqualTo(1);
		}, "drain.timeout=0");
	}

	@Test
	@DisplayName("T8 the time for the remainder does not bound the next response")
	void timeForTheRemainderDoesNotBoundTheNextResponse() {
		this.server.handle("/slow", (exchange) -> {
			exchange.pause(Duration.ofMillis(500));
			exchange.respond(200);
		});
		run((client) -> {
			Way.STREAM.close(client, this.server.url("/small"));
			assertThat(client.send("GET", this.server.url("/slow"))).isEqualTo(200);
			assertThat(client.opened()).isEqualTo(1);
		}, "drain.timeout=150ms");
	}

	@Test
	@DisplayName("T8 a response that nobody has asked for is closed like one that was read in part")
	void untouchedResponse() {
		run((client) -> {
			for (String path : new String[] { "/small", "/large" }) {
				try (ClassicHttpResponse response = client.httpClient()
					.executeOpen(new HttpHost("http", "127.0.0.1", this.server.port()),
							PaymentsClient.request("GET", this.server.url(path)), null)) {
					assertThat(response.getCode()).isEqualTo(200);
				}
			}
			assertThat(client.opened()).isEqualTo(1);
			assertThat(client.closed(CloseReason.PARTIAL)).isEqualTo(1);
		});
	}

	@Test
	@DisplayName("T8 an error response that RestClient turns into an exception keeps its connection")
	void errorResponseKeepsItsConnection() {
		this.server.handle("/missing", Handler.respond(404, "no such thing"));
		run((client) -> {
			for (int i = 0; i < 3; i++) {
				client.restClient().get().uri("/missing").exchange((request, response) -> response.getStatusCode());
			}
			assertThat(client.opened()).isEqualTo(1);
		});
	}

	/**
	 * Way to close a response, of which 1 KiB was read.
	 */
	enum Way {

		REST_CLIENT {
			@Override
			Duration close(PaymentsClient client, String url) throws IOException {
				ClientHttpResponse response = client.restClient()
					.get()
					.uri(url)
					.exchangeForRequiredValue((request, given) -> given, false);
				readOneKib(response.getBody());
				return timed(response::close);
			}
		},

		STREAM {
			@Override
			Duration close(PaymentsClient client, String url) throws IOException {
				InputStream body = client.restClient().get().uri(url).retrieve().requiredBody(InputStream.class);
				readOneKib(body);
				return timed(body::close);
			}
		},

		ENTITY_UTILS {
			@Override
			Duration close(PaymentsClient client, String url) throws IOException {
				ClassicHttpResponse response = open(client, url);
				readOneKib(response.getEntity().getContent());
				return timed(() -> EntityUtils.consume(response.getEntity()));
			}
		},

		RESPONSE {
			@Override
			Duration close(PaymentsClient client, String url) throws IOException {
				ClassicHttpResponse response = open(client, url);
				readOneKib(response.getEntity().getContent());
				return timed(response::close);
			}
		};

		/**
		 * Return how long it took to close the response.
		 */
		abstract Duration close(PaymentsClient client, String url) throws IOException;

		private static ClassicHttpResponse open(PaymentsClient client, String url) throws IOException {
			return client.httpClient()
				.executeOpen(HttpHost.create(URI.create(url)), PaymentsClient.request("GET", url), null);
		}

		private static void readOneKib(InputStream body) throws IOException {
			assertThat(body.readNBytes(KIB)).hasSize(KIB);
		}

		private static Duration timed(Close close) throws IOException {
			long startNanos = System.nanoTime();
			close.close();
			return Duration.ofNanos(System.nanoTime() - startNanos);
		}

		/**
		 * What closes.
		 */
		private interface Close {

			void close() throws IOException;

		}

	}

}
