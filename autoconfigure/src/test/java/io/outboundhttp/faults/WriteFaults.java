package io.outboundhttp.faults;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.ReadTimeoutException;
import io.outboundhttp.testsupport.RawServer;

import static io.outboundhttp.faults.Fault.staged;

/**
 * Servers that do not take a request, or not all of it.
 */
final class WriteFaults {

	/** More than a connection holds that nobody reads from. */
	private static final String LARGE = "x".repeat(12_000_000);

	private WriteFaults() {
	}

	static List<Fault> all() {
		return List.of(
		// @formatter:off
				staged("a server that does not read", (stage) -> large(stage, RawServer.deaf())).fails(ReadTimeoutException.class, CallPhase.WRITE).with(Profile.SHORT_READ).only(Verb.POST).only(Scheme.HTTP).sent(0, 0),
				staged("a server that reads byte by byte", (stage) -> large(stage, RawServer.slow(1024, Duration.ofMillis(20)))).fails(CallTimeoutException.class, CallPhase.WRITE).with(Profile.SHORT_CALL).only(Verb.POST).only(Scheme.HTTP).sent(0, 0),
				staged("a reset within the request", (stage) -> large(stage, RawServer.start(WriteFaults::resetEarly))).fails(SocketException.class).only(Verb.POST).only(Scheme.HTTP).sent(0, 0),
				staged("a refusal before the request is read", (stage) -> large(stage, RawServer.start(WriteFaults::refuseEarly))).answers(413, "").orFails(SocketException.class).only(Verb.POST).only(Scheme.HTTP).sent(0, 0));
		// @formatter:on
	}

	private static void large(Stage stage, RawServer server) {
		stage.connected(server);
		stage.body(LARGE);
	}

	private static void resetEarly(Socket socket, RawServer server) throws IOException {
		socket.getInputStream().readNBytes(100_000);
		socket.setSoLinger(true, 0);
	}

	private static void refuseEarly(Socket socket, RawServer server) throws IOException {
		InputStream in = socket.getInputStream();
		in.readNBytes(1000);
		socket.getOutputStream()
			.write("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
				.getBytes(StandardCharsets.US_ASCII));
	}

}
