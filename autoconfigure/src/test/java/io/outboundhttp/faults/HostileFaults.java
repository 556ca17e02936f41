package io.outboundhttp.faults;

import java.util.List;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.core5.http.MessageConstraintException;

import static io.outboundhttp.faults.BodyFaults.endless;
import static io.outboundhttp.faults.Fault.fault;
import static io.outboundhttp.faults.Fault.sending;

/**
 * Responses that are made to harm: without end, too large, or more than one.
 */
final class HostileFaults {

	private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n";

	private static final String INJECTED = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\ninjected";

	private HostileFaults() {
	}

	static List<Fault> all() {
		return List.of(
		// @formatter:off
				sending("a header of 10 KB", OK + "X: " + "y".repeat(10_000) + "\r\n\r\nok").fails(MessageConstraintException.class).sent(2, 1),
				sending("200 headers", OK + "X: y\r\n".repeat(200) + "\r\nok").fails(MessageConstraintException.class).sent(2, 1),
				sending("a header folded 1000 times", OK + "X: y\r\n" + " 0123456789\r\n".repeat(1000) + "\r\nok").fails(MessageConstraintException.class).sent(2, 1),
				fault("a header without end", (exchange) -> endless(exchange, OK + "X: ", "y")).fails(MessageConstraintException.class).sent(2, 1),
				fault("headers without end", (exchange) -> endless(exchange, OK, "X: y\r\n")).fails(MessageConstraintException.class).sent(2, 1),
				fault("a status line without end", (exchange) -> endless(exchange, "HTTP/1.1 200 ", "y")).fails(MessageConstraintException.class).sent(2, 1),
				fault("empty lines without end", (exchange) -> endless(exchange, "\r\n", "\r\n")).fails(MessageConstraintException.class).sent(2, 1),
				fault("100 Continue without end", (exchange) -> endless(exchange, "", "HTTP/1.1 100 Continue\r\n\r\n")).fails(CallTimeoutException.class, CallPhase.HEAD).with(Profile.SHORT_CALL),
				fault("early hints without end", (exchange) -> endless(exchange, "", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")).fails(CallTimeoutException.class, CallPhase.HEAD).with(Profile.SHORT_CALL),
				sending("a second response", OK + "\r\nok" + INJECTED).answers(200, "ok"),
				sending("a response that is split by a header", OK + "X: y\r\n\r\nok\r\n\r\n" + INJECTED).answers(200, "ok"),
				sending("a body beyond its length", OK + "\r\nokay").answers(200, "ok"),
				sending("a body of a response without one", "HTTP/1.1 204 No Content\r\n\r\n" + INJECTED).answers(204, ""),
				sending("a body of a response that is not modified", "HTTP/1.1 304 Not Modified\r\n\r\n" + INJECTED).answers(304, ""),
				sending("garbage after the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + INJECTED).answers(200, "ok"),
				sending("both a length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n").answers(200, "ok"),
				sending("chunks within chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n").fails(ClientProtocolException.class),
				sending("a protocol that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: magic\r\nConnection: upgrade\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").fails(ClientProtocolException.class),
				sending("a status of 999", "HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok").answers(999, "ok"));
		// @formatter:on
	}

}
