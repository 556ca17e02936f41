package io.outboundhttp.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.stream.Stream;

import io.outboundhttp.CallPhase;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.ReadTimeoutException;
import io.outboundhttp.client.BoundedClients.Limits;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.RawServer;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what ends when the other side is silent, and for what does not.
 */
@Timeout(60)
class ReadTimeoutTests {

	private static final Duration SILENCE = Duration.ofMillis(400);

	private static final Duration SOON = Duration.ofSeconds(10);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start().handle("/head", Exchange::stall).handle("/body", (exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
			exchange.stall();
		});
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private BoundedClients clients() {
		return BoundedClients.direct(this.leaks, Limits.ofRead(SILENCE), (host) -> {
			throw new UnknownHostException(host);
		});
	}

	static Stream<Arguments> silences() {
		return Stream
			.of(Arguments.of("/head", CallPhase.HEAD, "sent no response"),
					Arguments.of("/body", CallPhase.BODY, "sent nothing more of the response"))
			.flatMap((silence) -> Stream.of(CallApi.values())
				.map((api) -> Arguments.of(silence.get()[0], silence.get()[1], silence.get()[2], api)));
	}

	@ParameterizedTest
	@MethodSource("silences")
	@DisplayName("T5 silence ends with a socket timeout that names client, phase, value, origin and key")
	void silenceEndsInTime(String path, CallPhase phase, String what, CallApi api) {
		BoundedClients clients = clients();
		long startNanos = System.nanoTime();
		Throwable failure = catchThrowable(() -> api.get(clients, this.server.url(path)));
		assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isBetween(SILENCE.minusMillis(1), SOON);
		ReadTimeoutException exception = CallApi.find(failure, ReadTimeoutException.class);
		assertThat(exception.getPhase()).isEqualTo(phase);
		assertThat(exception).isInstanceOf(SocketTimeoutException.class)
			.hasMessage("Client 'payments': " + this.server.url() + " " + what
					+ " for 400 ms (outbound-http.clients.payments.read-timeout). Look at the upstream, or change "
					+ "outbound-http.clients.payments.read-timeout");
		await().until(() -> clients.snapshot().leased() == 0);
		assertThat(clients.snapshot().available()).isZero();
		this.server.awaitNoOpenConnections();
	}

	@ParameterizedTest
	@MethodSource("apis")
	@DisplayName("T1 a write that the other side does not take ends with the read-timeout")
	void writeThatIsNotTakenEndsInTime(CallApi api) {
		try (RawServer deaf = RawServer.deaf()) {
			BoundedClients clients = clients();
			long startNanos = System.nanoTime();
			Throwable failure = catchThrowable(
					() -> api.post(clients, "http://127.0.0.1:" + deaf.port() + "/", new byte[16 * 1024 * 1024]));
			assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isBetween(SILENCE.minusMillis(1), SOON);
			ReadTimeoutException exception = CallApi.find(failure, ReadTimeoutException.class);
			assertThat(exception.getPhase()).isEqualTo(CallPhase.WRITE);
			assertThat(exception).hasMessageContaining(
					"took nothing of the request for 400 ms (outbound-http.clients.payments.read-timeout)");
			await().until(() -> clients.snapshot().leased() == 0);
			assertThat(clients.snapshot().available()).isZero();
		}
	}

	static Stream<CallApi> apis() {
		return Stream.of(CallApi.values());
	}

	@Test
	@DisplayName("T5 a read timeout that code has set on a request is named as such")
	void timeoutOfARequestIsNamedAsSuch() {
		HttpGet get = new HttpGet(this.server.url("/head"));
		get.setConfig(RequestConfig.custom()
			.setResponseTimeout(org.apache.hc.core5.util.Timeout.ofMilliseconds(150))
			.build());
		assertThatExceptionOfType(ReadTimeoutException.class)
			.isThrownBy(() -> clients().httpClient().execute(get, (response) -> response))
			.withMessageContaining("sent no response for 150 ms (set in code)");
	}

	@Test
	@DisplayName("T1 drips are no silence: without a call-timeout they may go on")
	void dripsAreNoSilence() throws IOException {
		this.server.handleAll((exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n");
			for (int i = 0; i < 20; i++) {
				exchange.write("x");
				exchange.pause(SILENCE.dividedBy(8));
			}
		});
		assertThat(CallApi.RAW.get(clients(), this.server.url("/"))).isEqualTo("x".repeat(20));
	}

	@Test
	@DisplayName("T1 an application that produces the body slowly is not ended")
	void slowApplicationIsNotEnded() throws IOException {
		InputStream slow = new InputStream() {

			private int count;

			@Override
			public int read() throws IOException {
				byte[] one = new byte[1];
				return (read(one, 0, 1) < 0) ? -1 : one[0];
			}

			@Override
			public int read(byte[] buffer, int offset, int length) throws IOException {
				if (this.count++ == 0) {
					ReadTimeoutTests.this.server.awaitOpenConnections(1);
					await().pollDelay(SILENCE.multipliedBy(3)).until(() -> true);
					return length;
				}
				return -1;
			}

		};
		this.server
			.handleAll((exchange) -> exchange.respond(200, String.valueOf(exchange.request().body().length > 0)));
		HttpPost post = new HttpPost(this.server.url("/"));
		post.setEntity(new InputStreamEntity(slow, ContentType.APPLICATION_OCTET_STREAM));
		String answer = clients().httpClient().execute(post, (response) -> EntityUtils.toString(response.getEntity()));
		assertThat(answer).isEqualTo("true");
	}

	@Test
	@DisplayName("T1 a connection whose body was drained keeps the read timeout of its next call")
	void drainDoesNotShortenTheNextCall() throws IOException {
		this.server.handle("/large", (exchange) -> exchange.respond(200, "x".repeat(20_000)))
			.handle("/late", (exchange) -> {
				exchange.pause(SILENCE.dividedBy(4).multipliedBy(3));
				exchange.respond(200, "late");
			});
		BoundedClients clients = clients();
		clients.httpClient().execute(new HttpGet(this.server.url("/large")), (response) -> {
			assertThat(response.getEntity().getContent().read()).isEqualTo('x');
			return null;
		});
		assertThat(CallApi.RAW.get(clients, this.server.url("/late"))).isEqualTo("late");
		assertThat(this.server.connectionsAccepted()).isEqualTo(1);
	}

}
