package io.outboundhttp.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.CallPhase;
import io.outboundhttp.ConnectTimeoutException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.BoundedClients.Limits;
import io.outboundhttp.pool.RetryReason;
import io.outboundhttp.pool.connect.HostLookup;
import io.outboundhttp.testsupport.BlackHole;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RawServer;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the end of a connect phase, and for what it does with several addresses.
 */
@Timeout(60)
class ConnectTimeoutTests {

	private static final Duration LIMIT = Duration.ofMillis(1200);

	/** Far more than the connect timeout, far less than what holds the connect up. */
	private static final Duration SOON = Duration.ofSeconds(10);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private static HostLookup addresses(String... addresses) {
		return (host) -> {
			InetAddress[] found = new InetAddress[addresses.length];
			for (int i = 0; i < found.length; i++) {
				found[i] = InetAddress.getByAddress(host, InetAddress.getByName(addresses[i]).getAddress());
			}
			return found;
		};
	}

	private BoundedClients clients(HostLookup hosts) {
		return BoundedClients.direct(this.leaks, Limits.ofConnect(LIMIT), hosts);
	}

	private static ConnectTimeoutException timesOut(BoundedClients clients, CallApi api, String url) {
		long startNanos = System.nanoTime();
		Throwable failure = catchThrowable(() -> api.get(clients, url));
		assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isBetween(LIMIT.minusMillis(5), SOON);
		await().until(() -> clients.snapshot().leased() == 0);
		assertThat(clients.snapshot().available()).isZero();
		return CallApi.find(failure, ConnectTimeoutException.class);
	}

	@Test
	@DisplayName("T2 four dead addresses share the connect-timeout, and the message lists them")
	void deadAddressesShareTheTimeout() {
		try (BlackHole dead = BlackHole.unconnectable()) {
			AtomicInteger lookUps = new AtomicInteger();
			HostLookup four = addresses("127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1");
			BoundedClients clients = clients((host) -> {
				lookUps.incrementAndGet();
				return four.lookUp(host);
			});
			ConnectTimeoutException exception = timesOut(clients, CallApi.RAW, "http://dead.test:" + dead.port());
			assertThat(exception.getPhase()).isEqualTo(CallPhase.CONNECT);
			assertThat(exception.getTried()).hasSize(4)
				.allSatisfy((tried) -> assertThat(tried).matches("127\\.0\\.0\\.1 TCP \\d+ ms"));
			assertThat(exception)
				.hasMessageStartingWith("Client 'payments': no connection to http://dead.test:" + dead.port()
						+ " within 1200 ms (outbound-http.clients.payments.connect-timeout); it was in phase connect; "
						+ "tried 127.0.0.1 TCP ")
				.hasMessageEndingWith("Look at the network, or change outbound-http.clients.payments.connect-timeout");
			assertThat(lookUps).hasValue(1);
		}
	}

	@Test
	@DisplayName("T2 N3 a dead first address leaves time for a good second one, which comes first the next time")
	void deadFirstAddressLeavesTimeForTheSecond() throws IOException {
		try (Pair pair = Pair.open()) {
			BoundedClients clients = clients(addresses("127.0.0.1", "127.0.0.2"));
			assertThat(CallApi.RAW.get(clients, pair.url())).isEqualTo("good");
			long startNanos = System.nanoTime();
			assertThat(CallApi.RAW.get(clients, pair.url())).isEqualTo("good");
			assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).as("without a slice for the dead one")
				.isLessThan(LIMIT.dividedBy(2));
			assertThat(pair.good.connectionsAccepted()).isEqualTo(2);
		}
	}

	@Test
	@DisplayName("T2 an address that refuses costs no time")
	void addressThatRefusesCostsNoTime() throws IOException {
		try (TestHttpServer server = TestHttpServer.start()) {
			BoundedClients clients = clients(addresses("127.0.0.3", "127.0.0.1"));
			long startNanos = System.nanoTime();
			assertThat(CallApi.RAW.get(clients, "http://both.test:" + server.port())).isEqualTo("ok");
			assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(LIMIT.dividedBy(2));
		}
	}

	@Test
	@DisplayName("T2 where all addresses refuse, the failure is HttpClient's own")
	void refusedConnectIsNoTimeout() throws IOException {
		int port;
		try (ServerSocket unused = new ServerSocket(0)) {
			port = unused.getLocalPort();
		}
		BoundedClients clients = clients(addresses("127.0.0.3", "127.0.0.4"));
		assertThatExceptionOfType(HttpHostConnectException.class)
			.isThrownBy(() -> CallApi.RAW.get(clients, "http://none.test:" + port));
		assertThat(clients.snapshot().leased()).isZero();
	}

	@Test
	@DisplayName("T2 a connect that fails is tried anew with all addresses where retries are on")
	void failedConnectIsTriedAnew() throws IOException {
		try (TestHttpServer server = TestHttpServer.start()) {
			AtomicInteger lookUps = new AtomicInteger();
			BoundedClients clients = BoundedClients.direct(this.leaks,
					new Limits(null, BoundedClients.LONG, BoundedClients.LONG, 2),
					(host) -> addresses((lookUps.incrementAndGet() == 1) ? "127.0.0.3" : "127.0.0.1").lookUp(host));
			assertThat(CallApi.RAW.get(clients, "http://late.test:" + server.port() + "/")).isEqualTo("ok");
			assertThat(lookUps).hasValue(2);
			assertThat(clients.snapshot().calls().retries()).containsEntry(RetryReason.CONNECT, 1L);
		}
	}

	@Test
	@DisplayName("T2 a look-up that hangs ends with the connect-timeout; an unknown host is HttpClient's own failure")
	void hungLookUpEndsInTime() {
		Gate gate = new Gate();
		try {
			BoundedClients clients = clients((host) -> {
				if (host.equals("hung.test")) {
					gate.pass();
				}
				throw new UnknownHostException(host);
			});
			ConnectTimeoutException exception = timesOut(clients, CallApi.RAW, "http://hung.test/");
			assertThat(exception.getPhase()).isEqualTo(CallPhase.DNS);
			assertThat(exception.getTried()).isEmpty();
			assertThat(exception).hasMessageContaining("it was in phase dns. Look");
			assertThatExceptionOfType(UnknownHostException.class)
				.isThrownBy(() -> CallApi.RAW.get(clients, "http://unknown.test/"));
		}
		finally {
			gate.open();
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("T3 a TLS handshake that drips ends with the connect-timeout")
	void drippingHandshakeEndsInTime(CallApi api) {
		try (RawServer server = RawServer.drippingTls(Duration.ofMillis(100))) {
			ConnectTimeoutException exception = timesOut(clients(addresses()), api,
					"https://127.0.0.1:" + server.port() + "/");
			assertThat(exception.getPhase()).isEqualTo(CallPhase.TLS);
			assertThat(exception.getTried()).singleElement().asString().matches("127\\.0\\.0\\.1 TLS \\d+ ms");
			assertThat(exception).isInstanceOf(org.apache.hc.client5.http.ConnectTimeoutException.class)
				.hasMessageContaining("it was in phase tls");
			assertThat(exception.getHost().getPort()).isEqualTo(server.port());
		}
	}

	@Test
	@DisplayName("T3 a server that is silent in the handshake is the last one to be tried the next time")
	void serverThatStallsTheHandshakeIsTriedLast() throws IOException {
		try (TestHttpServer good = TestHttpServer.startTls(TestCertificates.get().serverContext(), false);
				ServerSocket silent = new ServerSocket(good.port(), 10, InetAddress.getByName("127.0.0.2"))) {
			BoundedClients clients = clients(addresses("127.0.0.2", "127.0.0.1"));
			String url = "https://localhost:" + silent.getLocalPort() + "/";
			assertThat(timesOut(clients, CallApi.RAW, url).getPhase()).isEqualTo(CallPhase.TLS);
			assertThat(CallApi.RAW.get(clients, url)).isEqualTo("ok");
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("T3 a proxy that does not answer CONNECT ends with the connect-timeout")
	void silentProxyEndsInTime(CallApi api) {
		try (BlackHole proxy = BlackHole.silent()) {
			BoundedClients clients = BoundedClients.proxied(this.leaks, Limits.ofConnect(LIMIT),
					new HttpHost("http", "127.0.0.1", proxy.port()));
			ConnectTimeoutException exception = timesOut(clients, api, "https://behind.test/");
			assertThat(exception.getPhase()).isEqualTo(CallPhase.CONNECT);
			assertThat(exception).hasMessageContaining("https://behind.test:443 via http://127.0.0.1:" + proxy.port());
		}
	}

	@Test
	@DisplayName("T3 TLS that drips through a tunnel ends with the connect-timeout")
	void drippingHandshakeInATunnelEndsInTime() {
		try (TestHttpServer proxy = TestHttpServer.start()) {
			proxy.handleAll((exchange) -> {
				exchange.write("HTTP/1.1 200 Connection established\r\n\r\n");
				// else the client takes it for a part of this response
				exchange.pause(Duration.ofMillis(200));
				exchange.write(new byte[] { 0x16, 0x03, 0x03, 0x40, 0x00 });
				while (true) {
					exchange.write(new byte[1]);
					exchange.pause(Duration.ofMillis(100));
				}
			});
			BoundedClients clients = BoundedClients.proxied(this.leaks, Limits.ofConnect(LIMIT),
					new HttpHost("http", "127.0.0.1", proxy.port()));
			ConnectTimeoutException exception = timesOut(clients, CallApi.RAW, "https://behind.test/");
			assertThat(exception.getPhase()).isEqualTo(CallPhase.TLS);
			proxy.awaitNoOpenConnections();
		}
	}

	@Test
	@DisplayName("T3 a proxy that closes with its challenge is connected to anew, within the same time")
	void proxyThatClosesWithItsChallengeIsConnectedToAnew() {
		try (TestHttpServer proxy = TestHttpServer.start()) {
			AtomicInteger asked = new AtomicInteger();
			proxy.handleAll((exchange) -> {
				if (asked.incrementAndGet() == 1) {
					exchange.respond(407,
							Headers.of("Proxy-Authenticate", "Basic realm=\"test\"", "Connection", "close"), "");
					return;
				}
				exchange.stall();
			});
			BoundedClients clients = BoundedClients.proxied(this.leaks, Limits.ofConnect(LIMIT),
					new HttpHost("http", "127.0.0.1", proxy.port()), "user", "secret");
			ConnectTimeoutException exception = timesOut(clients, CallApi.RAW, "https://behind.test/");
			assertThat(exception.getPhase()).isEqualTo(CallPhase.CONNECT);
			assertThat(proxy.requests()).hasSize(2);
			assertThat(proxy.connectionsAccepted()).isEqualTo(2);
			proxy.awaitNoOpenConnections();
		}
	}

	@Test
	@DisplayName("T2 the connect-timeout does not bound what comes after the connect")
	void connectTimeoutIsOverWithTheConnect() throws IOException {
		try (TestHttpServer server = TestHttpServer.start()) {
			server.handleAll((exchange) -> {
				exchange.pause(LIMIT.multipliedBy(2));
				exchange.respond(200, "late");
			});
			assertThat(CallApi.RAW.get(clients(addresses()), server.url("/"))).isEqualTo("late");
		}
	}

	/**
	 * A dead server on 127.0.0.1 and a good one on 127.0.0.2, on the same port.
	 */
	private record Pair(BlackHole dead, RawServer good) implements AutoCloseable {

		static Pair open() {
			BlackHole dead = BlackHole.unconnectable();
			return new Pair(dead, RawServer.start("127.0.0.2", dead.port(), Pair::answer));
		}

		private static void answer(Socket socket, RawServer server) throws IOException {
			socket.getInputStream().read(new byte[8192]);
			socket.getOutputStream()
				.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\ngood"
					.getBytes(StandardCharsets.US_ASCII));
		}

		String url() {
			return "http://pair.test:" + this.dead.port() + "/";
		}

		@Override
		public void close() {
			this.good.close();
			this.dead.close();
		}

	}

}
