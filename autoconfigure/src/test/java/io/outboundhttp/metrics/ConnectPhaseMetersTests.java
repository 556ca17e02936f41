package io.outboundhttp.metrics;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;

import javax.net.ssl.SSLSocket;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.RawServer;
import io.outboundhttp.testsupport.TestCertificates;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the meters of what an open connection costs.
 */
@Timeout(60)
class ConnectPhaseMetersTests {

	private static final Duration DELAY = Duration.ofMillis(300);

	private static final String OPEN = "outbound_http_connection_open_seconds";

	private static final String USAGE = "outbound_http_pool_usage_seconds";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	@Test
	@DisplayName("O3 a server that is late to shake hands is seen in that phase alone, one that is late to answer in none")
	void lateHandshakeIsSeenInItsPhase() throws Exception {
		try (RawServer server = RawServer.start(ConnectPhaseMetersTests::serve);
				PrometheusApplication application = PrometheusApplication.start(this.leaks,
						Stream
							.concat(Stream.of(TestCertificates.get().pemBundle("mine", TestCertificates.CLIENT_A)),
									Stream.of("outbound-http.clients.a.ssl.bundle=mine",
											"outbound-http.clients.a.base-url=https://127.0.0.1:" + server.port()))
							.toArray(String[]::new))) {
			RestClient client = application.client("a");
			get(client, "/");
			Scrape opened = application.scrape();
			double tls = opened.value(OPEN + "_sum", "phase", "tls", "outcome", "success");
			assertThat(opened.value(OPEN + "_count", "phase", "tcp", "outcome", "success")).isEqualTo(1);
			assertThat(opened.value(OPEN + "_count", "phase", "dns", "outcome", "success")).isZero();
			assertThat(tls).isGreaterThanOrEqualTo(seconds());
			assertThat(opened.value(OPEN + "_sum", "phase", "tcp", "outcome", "success")).isLessThan(tls);
			double usedToOpen = opened.value(USAGE + "_sum");
			assertThat(usedToOpen).as("opening is a part of it").isGreaterThanOrEqualTo(tls);
			get(client, "/late");
			Scrape answered = application.scrape();
			assertThat(answered.values(OPEN + "_sum").sum()).as("opened once")
				.isEqualTo(opened.values(OPEN + "_sum").sum());
			assertThat(answered.value(USAGE + "_count")).isEqualTo(2);
			assertThat(answered.value(USAGE + "_sum") - usedToOpen).isGreaterThanOrEqualTo(seconds());
			assertThat(server.connectionsAccepted()).isEqualTo(1);
		}
	}

	private static double seconds() {
		return DELAY.toMillis() / 1000.0;
	}

	private static void serve(Socket plain, RawServer server) throws IOException {
		server.pause(DELAY);
		SSLSocket socket = (SSLSocket) TestCertificates.get()
			.serverContext()
			.getSocketFactory()
			.createSocket(plain, "127.0.0.1", plain.getPort(), true);
		socket.setUseClientMode(false);
		BufferedReader reader = new BufferedReader(
				new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
		String request = reader.readLine();
		while (request != null) {
			String header = request;
			while (header != null && !header.isEmpty()) {
				header = reader.readLine();
			}
			if (request.startsWith("GET /late")) {
				server.pause(DELAY);
			}
			socket.getOutputStream()
				.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
			request = reader.readLine();
		}
	}

	private static void get(RestClient client, String uri) {
		client.get().uri(uri).retrieve().toBodilessEntity();
	}

}
