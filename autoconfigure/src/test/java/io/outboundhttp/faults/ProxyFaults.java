package io.outboundhttp.faults;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import javax.net.ssl.SSLException;

import io.outboundhttp.CallPhase;
import io.outboundhttp.ConnectTimeoutException;
import io.outboundhttp.testsupport.RawServer;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;

import static io.outboundhttp.faults.Fault.staged;

/**
 * Faults of a forward proxy. With TLS it is asked for a tunnel, without it for the
 * response of the target; the target is well and hears nothing of it.
 */
final class ProxyFaults {

	private static final String TUNNEL = "HTTP/1.1 200 Connected\r\n\r\n";

	private static final String CHALLENGE = "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"x\"\r\nConnection: close\r\n";

	private ProxyFaults() {
	}

	static List<Fault> all() {
		return List.of(
		// @formatter:off
				staged("a proxy that is down", Stage::withoutProxy).fails(HttpHostConnectException.class).with(Profile.PROXIED).sent(0, 0),
				proxy("FIN of the proxy", "").fails(NoHttpResponseException.class),
				proxy("RST of the proxy", (socket, server) -> { request(socket); reset(socket); }).fails(SocketException.class),
				proxy("FIN of the proxy within its head", "HTTP/1.1 200").fails(ConnectionClosedException.class),
				proxy("a proxy that speaks no HTTP", "220 ready\r\n").fails(ConnectionClosedException.class),
				proxy("a proxy with a huge head", "HTTP/1.1 200 OK\r\nX: " + "y".repeat(10_000) + "\r\n\r\n").fails(MessageConstraintException.class),
				proxy("403 of the proxy", "HTTP/1.1 403 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno").answers(403, "no"),
				proxy("304 of the proxy", "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n").answers(304, ""),
				proxy("502 of the proxy", "HTTP/1.1 502 Bad\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbad").answers(502, "bad"),
				proxy("407 of the proxy without a body", CHALLENGE + "Content-Length: 0\r\n\r\n").answers(407, ""),
				proxy("407 of the proxy with a body that is cut", CHALLENGE + "Content-Length: 100\r\n\r\nwho").answers(407, "").orFails(ConnectionClosedException.class),
				proxy("407 of the proxy without a challenge", "HTTP/1.1 407 Who are you\r\nConnection: close\r\nContent-Length: 3\r\n\r\nwho").answers(407, "who"),
				proxy("a proxy that is silent", (socket, server) -> server.pause(Duration.ofMinutes(1))).fails(ConnectTimeoutException.class, CallPhase.CONNECT).with(Profile.PROXIED_SHORT_CONNECT).only(Scheme.HTTPS),
				proxy("a proxy that answers byte by byte", ProxyFaults::drip).fails(ConnectTimeoutException.class, CallPhase.CONNECT).with(Profile.PROXIED_SHORT_CONNECT).only(Scheme.HTTPS),
				proxy("a refusal of a tunnel without end", ProxyFaults::refuseWithoutEnd).answers(403, "x".repeat(4096)).with(Profile.PROXIED_SHORT_CONNECT).only(Scheme.HTTPS),
				proxy("a tunnel that ends at once", TUNNEL).fails(SSLException.class).only(Scheme.HTTPS),
				proxy("a tunnel that is reset", (socket, server) -> { request(socket); write(socket, TUNNEL); reset(socket); }).fails(SocketException.class, SSLException.class).only(Scheme.HTTPS),
				proxy("a tunnel to something else", TUNNEL + "220 ready\r\n").fails(SSLException.class).only(Scheme.HTTPS),
				proxy("a tunnel that is silent", (socket, server) -> { request(socket); write(socket, TUNNEL); server.pause(Duration.ofMinutes(1)); }).fails(ConnectTimeoutException.class, CallPhase.TLS).with(Profile.PROXIED_SHORT_CONNECT).only(Scheme.HTTPS));
		// @formatter:on
	}

	private static Fault proxy(String name, String answer) {
		return proxy(name, (socket, server) -> {
			request(socket);
			write(socket, answer);
		});
	}

	private static Fault proxy(String name, RawServer.Script script) {
		return staged(name, (stage) -> stage.proxied(script)).with(Profile.PROXIED).sent(0, 0);
	}

	private static void request(Socket socket) throws IOException {
		socket.getInputStream().read(new byte[16 * 1024]);
	}

	private static void write(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
	}

	private static void reset(Socket socket) throws IOException {
		socket.setSoLinger(true, 0);
		socket.close();
	}

	private static void drip(Socket socket, RawServer server) throws IOException {
		request(socket);
		write(socket, "HTTP/1.1 200 OK\r\n");
		while (true) {
			write(socket, "X: y\r\n");
			server.pause(Duration.ofMillis(20));
		}
	}

	private static void refuseWithoutEnd(Socket socket, RawServer server) throws IOException {
		request(socket);
		write(socket, "HTTP/1.1 403 No\r\n\r\n");
		while (true) {
			write(socket, "x".repeat(4096));
		}
	}

}
