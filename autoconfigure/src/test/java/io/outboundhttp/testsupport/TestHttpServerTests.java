package io.outboundhttp.testsupport;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link TestHttpServer}.
 */
@Timeout(60)
class TestHttpServerTests {

	private final TestHttpServer server = TestHttpServer.start();

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@AfterEach
	void closeServerAndCheckThreads() {
		this.server.close();
		assertThat(this.server.openConnections()).isZero();
		Threads.awaitNone(TestHttpServer.THREAD_PREFIX);
	}

	@Test
	void answersOkByDefault() throws Exception {
		HttpResponse<String> response = get("/");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("ok");
	}

	@Test
	void keepsConnectionAlive() throws Exception {
		get("/a");
		get("/b?c=d");
		assertThat(this.server.connectionsAccepted()).isOne();
		assertThat(this.server.openConnections()).isOne();
		assertThat(this.server.requests()).extracting(RecordedRequest::connection).containsExactly(1, 1);
		assertThat(this.server.requests()).extracting(RecordedRequest::target).containsExactly("/a", "/b?c=d");
		assertThat(this.server.requests("/b")).singleElement().satisfies((request) -> {
			assertThat(request.method()).isEqualTo("GET");
			assertThat(request.query()).isEqualTo("c=d");
			assertThat(request.remotePort()).isPositive();
			assertThat(request.peerPrincipal()).isNull();
		});
	}

	@Test
	void handlesMostSpecificPath() throws Exception {
		this.server.handle("/orders/**", Handler.respond(200, "below"))
			.handle("/orders/1", Handler.json("{}"))
			.handleAll(Handler.respond(404, "none"));
		assertThat(get("/orders/1?x=y").body()).isEqualTo("{}");
		assertThat(get("/orders/1").headers().firstValue("Content-Type")).hasValue("application/json");
		assertThat(get("/orders/2/lines").body()).isEqualTo("below");
		assertThat(get("/").statusCode()).isEqualTo(404);
	}

	@Test
	void recordsBodyWithLengthAndHeaders() throws Exception {
		HttpRequest request = request("/").header("X-Test", "one")
			.header("X-Test", "two")
			.POST(BodyPublishers.ofString("grün"))
			.build();
		this.client.send(request, BodyHandlers.ofString());
		RecordedRequest recorded = this.server.requests().get(0);
		assertThat(recorded.bodyAsString()).isEqualTo("grün");
		assertThat(recorded.header("content-length")).isEqualTo("5");
		assertThat(recorded.headers().all("x-test")).containsExactly("one", "two");
		assertThat(recorded.header("missing")).isNull();
	}

	@Test
	void recordsChunkedBody() throws Exception {
		List<byte[]> parts = List.of("first".getBytes(StandardCharsets.UTF_8),
				"second".getBytes(StandardCharsets.UTF_8));
		HttpRequest request = request("/").POST(BodyPublishers.ofByteArrays(parts)).build();
		this.client.send(request, BodyHandlers.ofString());
		RecordedRequest recorded = this.server.requests().get(0);
		assertThat(recorded.header("Transfer-Encoding")).isEqualTo("chunked");
		assertThat(recorded.bodyAsString()).isEqualTo("firstsecond");
	}

	@Test
	void continuesWhenClientExpectsIt() throws Exception {
		HttpRequest request = request("/").expectContinue(true).POST(BodyPublishers.ofString("body")).build();
		assertThat(this.client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
		assertThat(this.server.requests().get(0).bodyAsString()).isEqualTo("body");
	}

	@Test
	void respondsChunked() throws Exception {
		this.server.handleAll((exchange) -> exchange.respondChunked(200, Headers.none(), "a", "", "bc"));
		HttpResponse<String> response = get("/");
		assertThat(response.headers().firstValue("Transfer-Encoding")).hasValue("chunked");
		assertThat(response.body()).isEqualTo("abc");
		get("/");
		assertThat(this.server.connectionsAccepted()).isOne();
	}

	@Test
	void respondsWithoutBodyWhereHttpForbidsIt() throws Exception {
		this.server.handle("/none", Handler.respond(204, "")).handle("/head", Handler.respond(200, "1234"));
		assertThat(get("/none").headers().firstValue("Content-Length")).isEmpty();
		HttpRequest head = request("/head").method("HEAD", BodyPublishers.noBody()).build();
		HttpResponse<String> response = this.client.send(head, BodyHandlers.ofString());
		assertThat(response.headers().firstValue("Content-Length")).hasValue("4");
		assertThat(response.body()).isEmpty();
		get("/none");
		assertThat(this.server.connectionsAccepted()).isOne();
	}

	@Test
	void writesRawBytes() throws Exception {
		this.server.handleAll((exchange) -> exchange.write("HTTP/1.1 299 Odd\r\nContent-Length: 3\r\n\r\nraw"));
		HttpResponse<String> response = get("/");
		assertThat(response.statusCode()).isEqualTo(299);
		assertThat(response.body()).isEqualTo("raw");
	}

	@Test
	void closeAfterResponseAnnouncesAndCloses() throws Exception {
		this.server.handleAll(Exchange::closeAfterResponse);
		assertThat(get("/").headers().firstValue("Connection")).hasValue("close");
		this.server.awaitNoOpenConnections();
	}

	@Test
	void connectionCloseHeaderOfHandlerCloses() throws Exception {
		this.server.handleAll((exchange) -> exchange.respond(200, Headers.of("Connection", "close"), "bye"));
		assertThat(get("/").headers().allValues("Connection")).containsExactly("close");
		this.server.awaitNoOpenConnections();
	}

	@Test
	void hangUpAfterResponseClosesUnannounced() throws Exception {
		this.server.handleAll((exchange) -> {
			exchange.respond(200, "bye");
			exchange.hangUp();
		});
		assertThat(get("/").headers().firstValue("Connection")).isEmpty();
		this.server.awaitNoOpenConnections();
	}

	@Test
	void hangUpWithoutResponseEndsStream() throws Exception {
		this.server.handleAll(Handler.hangUp());
		try (Socket socket = connect()) {
			send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
			assertThat(socket.getInputStream().read()).isEqualTo(-1);
		}
	}

	@Test
	void closeAbruptlyResets() throws Exception {
		this.server.handleAll(Handler.closeAbruptly());
		try (Socket socket = connect()) {
			send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
			assertThatIOException().isThrownBy(() -> socket.getInputStream().read()).withMessageContaining("reset");
		}
		assertThat(this.server.failures()).isEmpty();
	}

	@Test
	void stallWaitsForRelease() {
		this.server.handleAll(Handler.stall());
		CompletableFuture<HttpResponse<String>> response = getAsync("/");
		this.server.awaitRequests(1);
		assertThat(response).isNotDone();
		this.server.releaseStalled();
		assertThat(response).succeedsWithin(Duration.ofSeconds(10))
			.satisfies((answer) -> assertThat(answer.body()).isEqualTo("ok"));
	}

	@Test
	void stallEndsWhenClientLeaves() throws Exception {
		this.server.handleAll(Handler.stall());
		try (Socket socket = connect()) {
			send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
			this.server.awaitRequests(1);
			assertThat(this.server.openConnections()).isOne();
		}
		this.server.awaitNoOpenConnections();
		assertThat(this.server.failures()).isEmpty();
	}

	@Test
	void stallEndsWhenServerCloses() {
		this.server.handleAll(Handler.stall());
		CompletableFuture<HttpResponse<String>> response = getAsync("/");
		this.server.awaitRequests(1);
		this.server.close();
		assertThat(response).failsWithin(Duration.ofSeconds(10));
	}

	@Test
	void awaitGoesOnWhenLatchIsReleased() {
		CountDownLatch latch = new CountDownLatch(1);
		this.server.handleAll((exchange) -> exchange.await(latch));
		List<CompletableFuture<HttpResponse<String>>> responses = List.of(getAsync("/"), getAsync("/"));
		this.server.awaitRequests(2);
		latch.countDown();
		assertThat(responses).allSatisfy((response) -> assertThat(response).succeedsWithin(Duration.ofSeconds(10)));
		assertThat(this.server.peakConcurrentRequests()).isEqualTo(2);
		assertThat(this.server.peakOpenConnections()).isEqualTo(2);
	}

	@Test
	void pauseTakesItsTime() throws Exception {
		this.server.handleAll((exchange) -> exchange.pause(Duration.ofMillis(150)));
		long startNanos = System.nanoTime();
		get("/");
		assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
	}

	@Test
	void idleConnectionIsClosed() throws Exception {
		this.server.closeIdleAfter(Duration.ofMillis(100));
		try (Socket socket = connect()) {
			send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
			assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
				.doesNotContain("Connection: close")
				.endsWith("ok");
		}
		this.server.awaitNoOpenConnections();
	}

	@Test
	void lastAllowedRequestClosesConnection() throws Exception {
		this.server.maxRequestsPerConnection(2);
		assertThat(get("/").headers().firstValue("Connection")).isEmpty();
		assertThat(get("/").headers().firstValue("Connection")).hasValue("close");
		get("/");
		assertThat(this.server.requests()).extracting(RecordedRequest::connection).containsExactly(1, 1, 2);
	}

	@Test
	void silentServerNeverAnswersAndNoticesThatClientLeaves() throws Exception {
		this.server.silentAfterAccept(true);
		try (Socket socket = connect()) {
			send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
			this.server.awaitOpenConnections(1);
			socket.setSoTimeout(100);
			assertThatIOException().isThrownBy(() -> socket.getInputStream().read()).withMessageContaining("timed out");
		}
		this.server.awaitNoOpenConnections();
		assertThat(this.server.requests()).isEmpty();
	}

	@Test
	void closeConnectionsClosesIdleOnesAtOnce() throws Exception {
		for (int i = 1; i <= 20; i++) {
			get("/");
			this.server.closeConnections();
			assertThat(this.server.openConnections()).isZero();
			assertThat(this.server.connectionsAccepted()).isEqualTo(i);
		}
	}

	@Test
	void closeConnectionsClosesBusyOnesAfterTheirAnswer() throws Exception {
		this.server.handleAll(Handler.stall());
		CompletableFuture<HttpResponse<String>> response = getAsync("/");
		this.server.awaitRequests(1);
		this.server.closeConnections();
		assertThat(this.server.openConnections()).isOne();
		this.server.releaseStalled();
		assertThat(response.get(10, TimeUnit.SECONDS).body()).isEqualTo("ok");
		this.server.awaitNoOpenConnections();
	}

	@Test
	void abortConnectionsResets() throws Exception {
		try (Socket socket = connect()) {
			this.server.awaitOpenConnections(1);
			this.server.abortConnections();
			assertThatIOException().isThrownBy(() -> socket.getInputStream().read()).withMessageContaining("reset");
		}
	}

	@Test
	void handlerFailureIsAnsweredWith500AndKept() throws Exception {
		this.server.handleAll((exchange) -> assertThat(exchange.header("X-Missing")).isNotNull());
		assertThat(get("/").statusCode()).isEqualTo(500);
		assertThat(this.server.failures()).singleElement().isInstanceOf(AssertionError.class);
	}

	@Test
	void malformedRequestIsKeptAsFailure() throws Exception {
		try (Socket socket = connect()) {
			send(socket, "nonsense\r\n\r\n");
			assertThat(socket.getInputStream().read()).isEqualTo(-1);
		}
		assertThat(this.server.failures()).singleElement().asString().contains("nonsense");
	}

	@Test
	void awaitRequestsFailsWithJournalWhenNoneArrive() throws Exception {
		get("/seen");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> this.server.awaitRequests(2, Duration.ofMillis(50)))
			.withMessageContaining("2 requests")
			.withMessageContaining("/seen");
	}

	@Test
	void tlsServerReportsClientCertificate() throws Exception {
		TestCertificates certificates = TestCertificates.get();
		try (TestHttpServer tls = TestHttpServer.startTls(certificates.serverContext(), true)) {
			assertThat(get(tls, certificates.clientContext(TestCertificates.CLIENT_A)).body()).isEqualTo("ok");
			get(tls, certificates.clientContext(TestCertificates.CLIENT_B));
			assertThat(tls.requests()).extracting(RecordedRequest::peerPrincipal)
				.extracting(String::valueOf)
				.containsExactly("CN=client-a", "CN=client-b");
		}
	}

	@Test
	void tlsServerRefusesClientWithoutCertificate() throws Exception {
		TestCertificates certificates = TestCertificates.get();
		try (TestHttpServer tls = TestHttpServer.startTls(certificates.serverContext(), true)) {
			assertThatIOException().isThrownBy(() -> get(tls, certificates.trustOnlyContext()));
			tls.awaitNoOpenConnections();
			assertThat(tls.failedHandshakes()).isPositive();
			assertThat(tls.requests()).isEmpty();
		}
	}

	@Test
	void tlsConnectionIsKeptAliveAndClosedInGoodOrder() throws Exception {
		TestCertificates certificates = TestCertificates.get();
		SSLContext trust = certificates.trustOnlyContext();
		try (TestHttpServer tls = TestHttpServer.startTls(certificates.serverContext(), false);
				Socket socket = trust.getSocketFactory().createSocket("127.0.0.1", tls.port())) {
			for (int i = 0; i < 2; i++) {
				send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
				tls.awaitRequests(i + 1);
			}
			tls.closeConnections();
			assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).endsWith("ok");
			assertThat(tls.connectionsAccepted()).isOne();
			assertThat(tls.requests()).extracting(RecordedRequest::peerPrincipal).containsOnlyNulls();
		}
	}

	@Test
	void tlsServerIsNotTrustedByDefault() throws Exception {
		TestCertificates certificates = TestCertificates.get();
		try (TestHttpServer tls = TestHttpServer.startTls(certificates.serverContext(), false)) {
			assertThatIOException().isThrownBy(() -> get(tls, SSLContext.getDefault()));
		}
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return this.client.send(request(path).build(), BodyHandlers.ofString());
	}

	private HttpResponse<String> get(TestHttpServer server, SSLContext context)
			throws IOException, InterruptedException {
		HttpClient client = HttpClient.newBuilder().sslContext(context).build();
		return client.send(HttpRequest.newBuilder(URI.create(server.url("/"))).build(), BodyHandlers.ofString());
	}

	private CompletableFuture<HttpResponse<String>> getAsync(String path) {
		return this.client.sendAsync(request(path).build(), BodyHandlers.ofString());
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create(this.server.url(path))).timeout(Duration.ofSeconds(20));
	}

	private Socket connect() throws IOException {
		Socket socket = new Socket("127.0.0.1", this.server.port());
		socket.setSoTimeout(20_000);
		return socket;
	}

	private void send(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
		socket.getOutputStream().flush();
	}

}
