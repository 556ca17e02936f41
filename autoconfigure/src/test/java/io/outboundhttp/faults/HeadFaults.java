package io.outboundhttp.faults;

import java.net.SocketException;
import java.util.List;

import io.outboundhttp.CallPhase;
import io.outboundhttp.ReadTimeoutException;
import io.outboundhttp.testsupport.Exchange;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;

import static io.outboundhttp.faults.Fault.closing;
import static io.outboundhttp.faults.Fault.fault;
import static io.outboundhttp.faults.Fault.resetting;
import static io.outboundhttp.faults.Fault.sending;

/**
 * Faults in the head of a response.
 */
final class HeadFaults {

	private HeadFaults() {
	}

	static List<Fault> all() {
		return List.of(
		// @formatter:off
				fault("FIN instead of a response", Exchange::hangUp).fails(NoHttpResponseException.class).sent(2, 1),
				fault("RST instead of a response", Exchange::closeAbruptly).fails(SocketException.class).sent(2, 1),
				closing("FIN within the status line", "HTTP/1.1 2").fails(ConnectionClosedException.class).sent(2, 1),
				resetting("RST within the status line", "HTTP/1.1 2").fails(SocketException.class).sent(2, 1),
				closing("FIN after the status line", "HTTP/1.1 200 OK\r\n").fails(ConnectionClosedException.class).sent(2, 1),
				closing("FIN within a header", "HTTP/1.1 200 OK\r\nContent-Le").fails(ConnectionClosedException.class).sent(2, 1),
				closing("FIN after a header", "HTTP/1.1 200 OK\r\nServer: x\r\n").fails(ConnectionClosedException.class).sent(2, 1),
				resetting("RST within the headers", "HTTP/1.1 200 OK\r\nServer: x\r\n").fails(SocketException.class).sent(2, 1),
				closing("something that is no HTTP", "220 ready\r\n").fails(ConnectionClosedException.class).sent(2, 1),
				closing("a body without a head", "<html>hello</html>\r\n").fails(ConnectionClosedException.class).sent(2, 1),
				sending("nothing but empty lines", "\r\n".repeat(100)).fails(MessageConstraintException.class).sent(2, 1),
				sending("the version of HTTP/2", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n").fails(ClientProtocolException.class),
				sending("no status", "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n").fails(ReadTimeoutException.class, CallPhase.HEAD).with(Profile.SHORT_READ).sent(2, 1),
				sending("a status of 099", "HTTP/1.1 099 x\r\nContent-Length: 0\r\n\r\n").fails(ClientProtocolException.class),
				sending("no reason phrase", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok").answers(200, "ok"),
				sending("a folded header", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok").answers(200, "ok"),
				sending("a header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n").fails(ClientProtocolException.class),
				sending("a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n").fails(ClientProtocolException.class),
				sending("a length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n").fails(ClientProtocolException.class),
				sending("a length beyond all numbers", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n").fails(ClientProtocolException.class),
				sending("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nhello").fails(ClientProtocolException.class),
				sending("an unknown transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: magic\r\n\r\nok").fails(ClientProtocolException.class));
		// @formatter:on
	}

}
