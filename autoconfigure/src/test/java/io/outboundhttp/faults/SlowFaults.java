package io.outboundhttp.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.ReadTimeoutException;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;

import static io.outboundhttp.faults.Fault.fault;
import static io.outboundhttp.faults.Fault.staged;

/**
 * Servers that are silent, or so slow that no silence is ever long.
 */
final class SlowFaults {

	private static final Duration DRIP = Duration.ofMillis(20);

	private static final String LENGTH_1000 = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";

	private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

	private SlowFaults() {
	}

	static List<Fault> all() {
		return List.of(
		// @formatter:off
				fault("silence instead of a response", silence("")).fails(ReadTimeoutException.class, CallPhase.HEAD).with(Profile.SHORT_READ).sent(2, 1),
				fault("silence within the status line", silence("HTTP/1.1 2")).fails(ReadTimeoutException.class, CallPhase.HEAD).with(Profile.SHORT_READ).sent(2, 1),
				fault("silence within the headers", silence("HTTP/1.1 200 OK\r\nServer: x\r\n")).fails(ReadTimeoutException.class, CallPhase.HEAD).with(Profile.SHORT_READ).sent(2, 1),
				fault("silence after 100 Continue", silence("HTTP/1.1 100 Continue\r\n\r\n")).fails(ReadTimeoutException.class, CallPhase.HEAD).with(Profile.SHORT_READ).sent(2, 1),
				fault("silence instead of a body", silence(LENGTH_1000)).fails(ReadTimeoutException.class, CallPhase.BODY).with(Profile.SHORT_READ),
				fault("silence within a body", silence(LENGTH_1000 + "hello")).fails(ReadTimeoutException.class, CallPhase.BODY).with(Profile.SHORT_READ),
				fault("silence within a chunk", silence(CHUNKED + "5\r\nhel")).fails(ReadTimeoutException.class, CallPhase.BODY).with(Profile.SHORT_READ),
				fault("silence within a chunk size", silence(CHUNKED + "5")).fails(ReadTimeoutException.class, CallPhase.BODY).with(Profile.SHORT_READ),
				fault("silence instead of the last chunk", silence(CHUNKED + "5\r\nhello\r\n")).fails(ReadTimeoutException.class, CallPhase.BODY).with(Profile.SHORT_READ),
				fault("silence within the trailers", silence(CHUNKED + "5\r\nhello\r\n0\r\nX: y\r\n")).fails(ReadTimeoutException.class, CallPhase.BODY).with(Profile.SHORT_READ),
				fault("a status line byte by byte", dripping("HTTP/1.1 200 ", "y")).fails(CallTimeoutException.class, CallPhase.HEAD).with(Profile.SHORT_CALL),
				fault("headers one by one", dripping("HTTP/1.1 200 OK\r\n", "X: y\r\n")).fails(CallTimeoutException.class, CallPhase.HEAD).with(Profile.SHORT_CALL),
				fault("a body byte by byte", dripping(LENGTH_1000, "x")).fails(CallTimeoutException.class, CallPhase.BODY).with(Profile.SHORT_CALL),
				fault("chunks one by one", dripping(CHUNKED, "1\r\nx\r\n")).fails(CallTimeoutException.class, CallPhase.BODY).with(Profile.SHORT_CALL),
				fault("trailers one by one", dripping(CHUNKED + "1\r\nx\r\n0\r\n", "X: y\r\n")).fails(CallTimeoutException.class, CallPhase.BODY).with(Profile.SHORT_CALL),
				staged("redirects without end, slowly", (stage) -> stage.handle(SlowFaults::redirect).handle(Stage.PATH + "/**", SlowFaults::redirect)).fails(CallTimeoutException.class).with(Profile.SHORT_CALL));
		// @formatter:on
	}

	private static Handler silence(String begin) {
		return (exchange) -> {
			exchange.write(begin);
			exchange.stall();
		};
	}

	private static Handler dripping(String begin, String repeated) {
		return (exchange) -> {
			exchange.write(begin);
			while (true) {
				exchange.write(repeated);
				exchange.pause(DRIP);
			}
		};
	}

	private static void redirect(Exchange exchange) throws IOException {
		exchange.pause(DRIP);
		exchange.respond(302, Headers.of("Location", exchange.target() + "/x"), "");
	}

}
