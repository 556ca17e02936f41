package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.CloseReason;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.RawServer;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for servers that send more than they were asked for, or less: no caller may get
 * the response to the request of another.
 */
@Timeout(60)
class UnexpectedBytesTests {

	private static final String INJECTED = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\ninjected";

	private static final String TIMED_OUT = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final CountDownLatch idle = new CountDownLatch(1);

	private final CountDownLatch sent = new CountDownLatch(1);

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start()
			.handle("/twice",
					(exchange) -> exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst" + INJECTED))
			.handle("/late", this::answerAndSayMore)
			.handle("/cut", UnexpectedBytesTests::cut);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private void answerAndSayMore(Exchange exchange) throws Exception {
		exchange.respond(200, "first");
		if (this.idle.await(10, TimeUnit.SECONDS)) {
			exchange.write(TIMED_OUT);
			this.sent.countDown();
		}
	}

	private static void cut(Exchange exchange) throws IOException {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n");
		exchange.hangUp();
	}

	private String get(HttpClient client, String path) throws IOException {
		return client.execute(new HttpGet(this.server.url(path)),
				(response) -> response.getCode() + " " + EntityUtils.toString(response.getEntity()));
	}

	@Test
	@DisplayName("a second response is nobody's: the connection is closed as one that has failed")
	void secondResponseIsNobodys() {
		PaymentsClient.run(this.leaks, this.server.url(), (client) -> {
			assertThat(get(client.httpClient(), "/twice")).isEqualTo("200 first");
			assertThat(get(client.httpClient(), "/x")).isEqualTo("200 ok");
			assertThat(client.opened()).isEqualTo(2);
			assertThat(client.closed(CloseReason.ERROR)).isEqualTo(1);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "1h" })
	@DisplayName("what comes while the connection is idle makes it unusable, whether or not it is time to check it")
	void whatComesWhileIdleMakesItUnusable(String validateAfter) {
		PaymentsClient.run(this.leaks, this.server.url(), (client) -> {
			assertThat(get(client.httpClient(), "/late")).isEqualTo("200 first");
			awaitIdle(client);
			this.idle.countDown();
			assertThat(this.sent.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(get(client.httpClient(), "/x")).isEqualTo("200 ok");
			assertThat(client.opened()).isEqualTo(2);
			assertThat(client.closed(CloseReason.ERROR)).isEqualTo(1);
		}, "pool.validate-after-inactivity=" + validateAfter);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "1h" })
	@DisplayName("what comes before the first request is no response to it")
	void whatComesBeforeTheFirstRequestIsNoResponseToIt(String validateAfter) {
		AtomicBoolean timedOut = new AtomicBoolean();
		try (RawServer impatient = RawServer.start((socket, server) -> {
			if (timedOut.compareAndSet(false, true)) {
				socket.getOutputStream().write(TIMED_OUT.getBytes(StandardCharsets.US_ASCII));
				this.sent.countDown();
			}
			else if (socket.getInputStream().read(new byte[8192]) > 0) {
				socket.getOutputStream().write(INJECTED.getBytes(StandardCharsets.US_ASCII));
			}
			server.pause(Duration.ofMinutes(1));
		})) {
			PaymentsClient.run(this.leaks, "http://127.0.0.1:" + impatient.port(), (client) -> {
				assertThat(this.sent.await(10, TimeUnit.SECONDS)).isTrue();
				awaitIdle(client);
				assertThat(client.send("GET", "http://127.0.0.1:" + impatient.port())).isEqualTo(200);
				assertThat(client.closed(CloseReason.ERROR)).isEqualTo(1);
			}, "pool.min-idle=1", "pool.validate-after-inactivity=" + validateAfter);
		}
	}

	private static void awaitIdle(PaymentsClient client) {
		await().pollDelay(Duration.ofMillis(5)).until(() -> client.snapshot().available() == 1);
	}

	@Test
	@DisplayName("a head that is cut off is no response")
	void headThatIsCutOffIsNoResponse() {
		PaymentsClient.run(this.leaks, this.server.url(),
				(client) -> assertThatExceptionOfType(ConnectionClosedException.class)
					.isThrownBy(() -> get(client.httpClient(), "/cut"))
					.withMessageContaining("within the head"));
	}

	@Test
	@DisplayName("control: HttpClient gives a second response to the next caller, and an empty one for half a head")
	void controlHttpClient() throws IOException {
		try (CloseableHttpClient client = HttpClients.createDefault()) {
			assertThat(get(client, "/twice")).isEqualTo("200 first");
			assertThat(get(client, "/x")).isEqualTo("200 injected");
		}
		try (CloseableHttpClient client = HttpClients.createDefault()) {
			assertThat(get(client, "/cut")).isEqualTo("200 ");
		}
	}

}
