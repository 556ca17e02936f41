package io.outboundhttp.testsupport;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.outboundhttp.testsupport.TestProxyServer.ProxyRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TestProxyServer}.
 */
@Timeout(60)
class TestProxyServerTests {

	private final TestHttpServer target = TestHttpServer.start();

	private final TestProxyServer proxy = TestProxyServer.start();

	@AfterEach
	void closeServersAndCheckThreads() {
		this.proxy.close();
		this.target.close();
		assertThat(this.proxy.openConnections()).isZero();
		assertThat(this.target.openConnections()).isZero();
		Threads.awaitNone(TestHttpServer.THREAD_PREFIX);
		assertThat(this.proxy.failures()).isEmpty();
	}

	@Test
	void forwardsPlainHttp() throws Exception {
		this.target.handle("/a", (exchange) -> exchange.respondChunked(201, Headers.of("X-Test", "yes"), "a", "b"));
		HttpRequest request = request(this.target.url("/a?b=c")).POST(BodyPublishers.ofString("body")).build();
		HttpResponse<String> response = client().send(request, BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(201);
		assertThat(response.body()).isEqualTo("ab");
		assertThat(response.headers().firstValue("X-Test")).hasValue("yes");
		assertThat(response.headers().firstValue("Via")).hasValue("1.1 test-proxy");
		assertThat(this.target.requests()).singleElement().satisfies((recorded) -> {
			assertThat(recorded.target()).isEqualTo("/a?b=c");
			assertThat(recorded.bodyAsString()).isEqualTo("body");
			assertThat(recorded.header("Host")).isEqualTo("127.0.0.1:" + this.target.port());
		});
		assertThat(this.proxy.requests())
			.containsExactly(new ProxyRequest("POST", this.target.url("/a?b=c"), false, true, 1));
	}

	@Test
	void keepsConnectionOfClientAlive() throws Exception {
		HttpClient client = client();
		client.send(request(this.target.url("/a")).build(), BodyHandlers.ofString());
		client.send(request(this.target.url("/b")).build(), BodyHandlers.ofString());
		assertThat(this.proxy.connectionsAccepted()).isOne();
		assertThat(this.proxy.targets()).containsExactly(this.target.url("/a"), this.target.url("/b"));
	}

	@Test
	void routesHostThatNoNameServiceKnows() throws Exception {
		this.proxy.route("catalog.invalid", this.target.port());
		HttpResponse<String> response = client().send(request("http://catalog.invalid/a").build(),
				BodyHandlers.ofString());
		assertThat(response.body()).isEqualTo("ok");
		assertThat(this.target.requests().get(0).header("Host")).isEqualTo("catalog.invalid");
	}

	@Test
	void refusesHostBeyondLoopback() throws Exception {
		HttpResponse<String> response = client().send(request("http://catalog.invalid/a").build(),
				BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(502);
		assertThat(response.body()).contains("catalog.invalid");
	}

	@Test
	void tunnelsTls() throws Exception {
		TestCertificates certificates = TestCertificates.get();
		try (TestHttpServer tls = TestHttpServer.startTls(certificates.serverContext(), false)) {
			HttpClient client = builder().sslContext(certificates.trustOnlyContext()).build();
			for (int i = 0; i < 2; i++) {
				HttpResponse<String> response = client.send(request(tls.url("/a")).build(), BodyHandlers.ofString());
				assertThat(response.body()).isEqualTo("ok");
			}
			assertThat(tls.connectionsAccepted()).isOne();
			assertThat(this.proxy.requests())
				.containsExactly(new ProxyRequest("CONNECT", "127.0.0.1:" + tls.port(), false, true, 1));
		}
	}

	@Test
	void tunnelPassesOnTheEndOfTheTarget() throws Exception {
		try (Socket socket = tunnel()) {
			send(socket, "GET / HTTP/1.0\r\n\r\n");
			String received = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
			assertThat(received).startsWith("HTTP/1.1 200 Connection established").endsWith("ok");
		}
		this.proxy.awaitNoOpenConnections();
	}

	@Test
	void tunnelEndsWhenClientLeaves() throws Exception {
		this.target.silentAfterAccept(true);
		try (Socket socket = tunnel()) {
			assertThat(socket.getInputStream().read()).isEqualTo('H');
			this.target.awaitOpenConnections(1);
		}
		this.proxy.awaitNoOpenConnections();
		this.target.awaitNoOpenConnections();
	}

	@Test
	void closeEndsOpenTunnel() throws Exception {
		this.target.silentAfterAccept(true);
		try (Socket socket = tunnel()) {
			assertThat(socket.getInputStream().read()).isEqualTo('H');
			this.target.awaitOpenConnections(1);
			this.proxy.close();
			this.target.awaitNoOpenConnections();
		}
	}

	@Test
	void asksForCredentials() throws Exception {
		this.proxy.requireBasicAuth("user", "secret");
		HttpRequest request = request(this.target.url("/")).build();
		HttpResponse<String> response = client().send(request, BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(407);
		assertThat(response.headers().firstValue("Proxy-Authenticate")).hasValue("Basic realm=\"test\"");
		assertThat(this.target.requests()).isEmpty();
		assertThat(this.proxy.requests()).extracting(ProxyRequest::authorized).containsExactly(false);
	}

	@Test
	void acceptsCredentials() throws Exception {
		this.proxy.requireBasicAuth("user", "secret");
		HttpClient client = builder().authenticator(new Authenticator() {

			@Override
			protected PasswordAuthentication getPasswordAuthentication() {
				return new PasswordAuthentication("user", "secret".toCharArray());
			}

		}).build();
		HttpResponse<String> response = client.send(request(this.target.url("/")).build(), BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(this.proxy.requests()).extracting(ProxyRequest::credentialsPresent).containsExactly(false, true);
		assertThat(this.proxy.requests()).extracting(ProxyRequest::authorized).containsExactly(false, true);
		assertThat(this.target.requests()).singleElement()
			.satisfies((recorded) -> assertThat(recorded.header("Proxy-Authorization")).isNull());
	}

	@Test
	void refusesWrongCredentials() throws Exception {
		this.proxy.requireBasicAuth("user", "secret");
		try (Socket socket = connect()) {
			send(socket, "CONNECT localhost:1 HTTP/1.1\r\nProxy-Authorization: Basic bm9wZQ==\r\n"
					+ "Connection: close\r\n\r\n");
			String received = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
			assertThat(received).startsWith("HTTP/1.1 407 ");
		}
		assertThat(this.proxy.requests()).containsExactly(new ProxyRequest("CONNECT", "localhost:1", true, false, 1));
	}

	@Test
	void refusesTargetThatIsNotAbsolute() throws Exception {
		HttpRequest request = request("http://127.0.0.1:" + this.proxy.port() + "/a").build();
		HttpResponse<String> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(400);
	}

	private HttpClient client() {
		return builder().build();
	}

	private HttpClient.Builder builder() {
		InetSocketAddress address = new InetSocketAddress(this.proxy.host(), this.proxy.port());
		return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).proxy(ProxySelector.of(address));
	}

	private HttpRequest.Builder request(String url) {
		return HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(20));
	}

	private Socket tunnel() throws IOException {
		Socket socket = connect();
		send(socket, "CONNECT 127.0.0.1:" + this.target.port() + " HTTP/1.1\r\n\r\n");
		return socket;
	}

	private Socket connect() throws IOException {
		Socket socket = new Socket(this.proxy.host(), this.proxy.port());
		socket.setSoTimeout(20_000);
		return socket;
	}

	private void send(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
		socket.getOutputStream().flush();
	}

}
