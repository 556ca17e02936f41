package io.outboundhttp.faults;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;

import io.outboundhttp.CallPhase;
import io.outboundhttp.ConnectTimeoutException;
import io.outboundhttp.testsupport.RawServer;
import io.outboundhttp.testsupport.TestCertificates;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;

import static io.outboundhttp.faults.Fault.staged;

/**
 * Faults in the negotiation of TLS, and later below HTTP.
 */
final class TlsFaults {

	private static final byte[] ALERT = { 0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28 };

	private static final byte[] HALF_A_RECORD = { 0x16, 0x03, 0x03, 0x01, 0x00, 0x02, 0x00 };

	private static final byte[] UNREADABLE = Arrays.copyOf(new byte[] { 0x17, 0x03, 0x03, 0x00, 0x20 }, 37);

	private static final byte[] HTTP = ascii("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");

	private static final byte[] BEGUN = ascii("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");

	private TlsFaults() {
	}

	static List<Fault> all() {
		return List.of(
		// @formatter:off
				certificate("a certificate that nobody has signed", TestCertificates.SELF_SIGNED).fails(SSLHandshakeException.class),
				certificate("a certificate that has expired", TestCertificates.EXPIRED).fails(SSLHandshakeException.class),
				certificate("a certificate of another host", TestCertificates.OTHER_HOST).fails(SSLHandshakeException.class),
				connected("a server that wants a certificate", TlsFaults::wantCertificate).fails(SSLException.class, SocketException.class),
				connected("a server that speaks no TLS", (socket, server) -> hello(socket, HTTP)).fails(SSLException.class),
				connected("a server that knows old TLS only", (socket, server) -> secure(socket, "TLSv1.1")).fails(SSLHandshakeException.class),
				connected("FIN instead of a server hello", (socket, server) -> hello(socket)).fails(SSLHandshakeException.class),
				connected("RST instead of a server hello", (socket, server) -> { hello(socket); reset(socket); }).fails(SocketException.class, SSLException.class),
				connected("FIN within the server hello", (socket, server) -> hello(socket, HALF_A_RECORD)).fails(SSLException.class),
				connected("an alert instead of a server hello", (socket, server) -> hello(socket, ALERT)).fails(SSLHandshakeException.class),
				connected("silence instead of a server hello", (socket, server) -> server.pause(Duration.ofMinutes(1))).fails(ConnectTimeoutException.class, CallPhase.TLS).with(Profile.SHORT_CONNECT),
				connected("a server hello byte by byte", (socket, server) -> drip(socket, server)).fails(ConnectTimeoutException.class, CallPhase.TLS).with(Profile.SHORT_CONNECT),
				connected("a close right after the handshake", (socket, server) -> secure(socket).close()).fails(NoHttpResponseException.class, SSLException.class).orFails(SocketException.class),
				connected("RST right after the handshake", (socket, server) -> { secure(socket); reset(socket); }).fails(SSLException.class, SocketException.class),
				connected("a record that nobody can read", (socket, server) -> spoil(socket)).fails(SSLException.class),
				connected("FIN within a body, below TLS", (socket, server) -> begin(socket)).fails(ConnectionClosedException.class, SSLException.class));
		// @formatter:on
	}

	private static Fault certificate(String name, String certificate) {
		return staged(name, (stage) -> {
			SSLContext context = TestCertificates.get().wrongServerContext(certificate);
			stage.connected((socket, server) -> secure(context, socket).getInputStream().read());
		}).only(Scheme.HTTPS).sent(0, 0);
	}

	private static Fault connected(String name, RawServer.Script script) {
		return staged(name, (stage) -> stage.connected(script)).only(Scheme.HTTPS).sent(0, 0);
	}

	private static void wantCertificate(Socket socket, RawServer server) throws IOException {
		SSLSocket secure = layered(TestCertificates.get().serverContext(), socket);
		secure.setNeedClientAuth(true);
		secure.startHandshake();
	}

	private static SSLSocket secure(Socket socket, String... protocols) throws IOException {
		SSLSocket secure = layered(TestCertificates.get().serverContext(), socket);
		if (protocols.length > 0) {
			secure.setEnabledProtocols(protocols);
		}
		secure.startHandshake();
		return secure;
	}

	private static SSLSocket secure(SSLContext context, Socket socket) throws IOException {
		SSLSocket secure = layered(context, socket);
		secure.startHandshake();
		return secure;
	}

	private static SSLSocket layered(SSLContext context, Socket socket) throws IOException {
		return (SSLSocket) context.getSocketFactory().createSocket(socket, null, false);
	}

	/**
	 * Read the hello of the client, and say something.
	 */
	private static void hello(Socket socket, byte... answer) throws IOException {
		socket.getInputStream().read(new byte[16 * 1024]);
		socket.getOutputStream().write(answer);
	}

	private static void drip(Socket socket, RawServer server) throws IOException {
		hello(socket, (byte) 0x16, (byte) 0x03, (byte) 0x03, (byte) 0x40, (byte) 0x00);
		while (true) {
			socket.getOutputStream().write(0);
			server.pause(Duration.ofMillis(20));
		}
	}

	private static void reset(Socket socket) throws IOException {
		socket.setSoLinger(true, 0);
		socket.close();
	}

	/**
	 * Answer half of what was announced.
	 */
	private static void begin(Socket socket) throws IOException {
		SSLSocket secure = secure(socket);
		secure.getInputStream().read(new byte[16 * 1024]);
		secure.getOutputStream().write(BEGUN);
	}

	private static void spoil(Socket socket) throws IOException {
		begin(socket);
		socket.getOutputStream().write(UNREADABLE);
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
