package io.outboundhttp.faults;

import java.io.IOException;
import java.util.List;

import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;

import static io.outboundhttp.faults.Fault.fault;
import static io.outboundhttp.faults.Fault.staged;

/**
 * Faults as Squid makes them, or makes of those behind it.
 */
final class SquidFaults {

	private SquidFaults() {
	}

	static List<Fault> all() {
		return List.of(
		// @formatter:off
				staged("a target that is down", (stage) -> stage.target("127.0.0.1", stage.surroundings().closedPort())).answers(503).with(Profile.SQUID).sent(0, 0),
				staged("a target that is forbidden", (stage) -> stage.target("10.1.2.3", 80)).answers(403).with(Profile.SQUID).sent(0, 0),
				fault("a target whose body is cut", SquidFaults::cut).fails(ConnectionClosedException.class).with(Profile.SQUID),
				fault("a target that hangs up", Exchange::hangUp).answers(502).with(Profile.SQUID).only(Scheme.HTTP).sent(2, 1),
				fault("a target that hangs up in a tunnel", Exchange::hangUp).fails(NoHttpResponseException.class).with(Profile.SQUID).only(Scheme.HTTPS).sent(2, 1),
				fault("a target that is broken", Handler.respond(503, "broken")).answers(503, "broken").with(Profile.SQUID).sent(2, 1));
		// @formatter:on
	}

	private static void cut(Exchange exchange) throws IOException {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
		exchange.hangUp();
	}

}
