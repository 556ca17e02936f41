package io.outboundhttp.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import javax.net.ssl.SSLException;

import io.outboundhttp.CallPhase;
import io.outboundhttp.ConnectTimeoutException;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.PoolQueueFullException;
import io.outboundhttp.pool.connect.HostLookup;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.NoHttpResponseException;

import static io.outboundhttp.faults.Fault.staged;

/**
 * Faults before anything is sent: no connection to be had, no name, no server.
 */
final class ConnectFaults {

	private ConnectFaults() {
	}

	static List<Fault> all() {
		return List.of(
		// @formatter:off
				staged("connection refused", (stage) -> stage.target("127.0.0.1", stage.surroundings().closedPort())).fails(HttpHostConnectException.class).sent(0, 0),
				staged("no connection within the limit", (stage) -> stage.target("127.0.0.1", stage.surroundings().unconnectablePort())).fails(ConnectTimeoutException.class, CallPhase.CONNECT).with(Profile.SHORT_CONNECT).sent(0, 0),
				staged("FIN after the connect", (stage) -> stage.connected((socket, server) -> socket.shutdownOutput())).fails(NoHttpResponseException.class, SocketException.class).only(Scheme.HTTP).sent(0, 0),
				staged("RST after the connect", (stage) -> stage.connected((socket, server) -> reset(socket))).fails(SocketException.class, SSLException.class).sent(0, 0),
				staged("a name that nobody knows", (stage) -> stage.target("unknown.test", 80)).fails(UnknownHostException.class).sent(0, 0),
				staged("a name whose look-up is broken", (stage) -> named(stage, ConnectFaults::broken)).fails(UnknownHostException.class).sent(0, 0),
				staged("a name whose look-up hangs", (stage) -> named(stage, hanging(stage))).fails(ConnectTimeoutException.class, CallPhase.DNS).with(Profile.SHORT_CONNECT).sent(0, 0),
				staged("a name with addresses that all refuse", (stage) -> named(stage, (host) -> addresses("127.0.0.1", "127.0.0.2"))).fails(HttpHostConnectException.class).sent(0, 0),
				staged("a name whose first address refuses", ConnectFaults::secondAddress).answers(200, "healthy").only(Scheme.HTTP).sent(1, 1),
				staged("a pool that is empty", ConnectFaults::exhaust).fails(PoolExhaustedException.class).with(Profile.ONE_CONNECTION).sent(0, 0),
				staged("a pool for which nobody may wait", ConnectFaults::exhaust).fails(PoolQueueFullException.class).with(Profile.NO_QUEUE).sent(0, 0));
		// @formatter:on
	}

	private static void reset(Socket socket) throws IOException {
		socket.setSoLinger(true, 0);
		socket.close();
	}

	private static InetAddress[] broken(String host) {
		throw new IllegalStateException("no name server");
	}

	private static InetAddress[] addresses(String... addresses) throws UnknownHostException {
		InetAddress[] result = new InetAddress[addresses.length];
		for (int i = 0; i < result.length; i++) {
			result[i] = InetAddress.getByName(addresses[i]);
		}
		return result;
	}

	/**
	 * Send the request to a closed port of a name of its own.
	 */
	private static void named(Stage stage, HostLookup lookup) {
		stage.target(stage.surroundings().name(lookup), stage.surroundings().closedPort());
	}

	/**
	 * Look names up for as long as the fault lasts.
	 */
	private static HostLookup hanging(Stage stage) {
		CountDownLatch end = new CountDownLatch(1);
		stage.atEnd(end::countDown);
		return (host) -> {
			try {
				end.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			throw new UnknownHostException(host);
		};
	}

	private static void secondAddress(Stage stage) {
		TestHttpServer server = stage.handle((exchange) -> exchange.respond(200, "healthy"));
		stage.target(stage.surroundings().name((host) -> addresses("127.0.0.2", "127.0.0.1")), server.port());
	}

	/**
	 * Hold the only connection while the fault lasts.
	 */
	private static void exhaust(Stage stage) throws IOException {
		TestHttpServer server = stage.handle((exchange) -> exchange.respond(200, "healthy"));
		ClassicHttpResponse held = stage.client()
			.httpClient()
			.executeOpen(null, new HttpGet(URI.create(server.url("/held"))), null);
		stage.atEnd(held);
	}

}
