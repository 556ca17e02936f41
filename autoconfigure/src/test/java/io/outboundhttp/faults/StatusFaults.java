package io.outboundhttp.faults;

import java.util.List;

import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.HttpHostConnectException;

import static io.outboundhttp.faults.Fault.fault;
import static io.outboundhttp.faults.Fault.staged;

/**
 * Answers that say that something is wrong, or are wrong themselves.
 */
final class StatusFaults {

	private StatusFaults() {
	}

	static List<Fault> all() {
		return List.of(
		// @formatter:off
				fault("500", Handler.respond(500, "broken")).answers(500, "broken"),
				fault("503", Handler.respond(503, "later")).answers(503, "later").sent(2, 1),
				fault("503 with a pause that is over", status(503, "Retry-After", "0")).answers(503, "x").sent(2, 1),
				fault("503 with a pause that is too long", status(503, "Retry-After", "3600")).answers(503, "x"),
				fault("503 with a pause that is nonsense", status(503, "Retry-After", "soon")).answers(503, "x").sent(2, 1),
				fault("429 and a close", status(429, "Connection", "close")).answers(429, "x").sent(2, 1),
				fault("408 and a close", status(408, "Connection", "close")).answers(408, "x"),
				fault("413 and a close", status(413, "Connection", "close")).answers(413, "x"),
				fault("401 without a challenge", status(401, "X", "y")).answers(401, "x"),
				fault("401 with a challenge that is nonsense", status(401, "WWW-Authenticate", ",,=;\"")).answers(401, "x"),
				fault("407 of a server that is no proxy", status(407, "Proxy-Authenticate", "Basic realm=\"x\"")).answers(407, "x"),
				fault("a redirect to nowhere", status(302, "X", "y")).answers(302, "x"),
				fault("a redirect to itself", status(303, "Location", Stage.PATH)).fails(ClientProtocolException.class).sent(2, 1),
				fault("a redirect that cannot be read", status(303, "Location", "http://[nonsense")).fails(ClientProtocolException.class),
				fault("a redirect to another protocol", status(303, "Location", "ftp://127.0.0.1/x")).fails(ClientProtocolException.class).only(Scheme.HTTP),
				staged("a redirect to a closed port", (stage) -> stage.handle(status(303, "Location", "http://127.0.0.1:" + stage.surroundings().closedPort()))).fails(HttpHostConnectException.class).only(Scheme.HTTP),
				staged("a redirect out of TLS", (stage) -> stage.handle(status(303, "Location", stage.surroundings().healthy(Scheme.HTTP).url("/")))).answers(303, "x").only(Scheme.HTTPS),
				fault("a redirect through a huge header", status(302, "Location", "/" + "x".repeat(7000))).answers(200, "healthy"));
		// @formatter:on
	}

	private static Handler status(int status, String header, String value) {
		return (exchange) -> exchange.respond(status, Headers.of(header, value), "x");
	}

}
