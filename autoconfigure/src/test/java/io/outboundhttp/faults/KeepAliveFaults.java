package io.outboundhttp.faults;

import java.io.IOException;
import java.net.SocketException;
import java.util.List;

import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;

import static io.outboundhttp.faults.Fault.fault;
import static io.outboundhttp.faults.Fault.sending;
import static io.outboundhttp.faults.Fault.staged;

/**
 * Faults of connections that are used again, or must not be.
 */
final class KeepAliveFaults {

	private KeepAliveFaults() {
	}

	static List<Fault> all() {
		return List.of(
		// @formatter:off
				staged("FIN while idle", (stage) -> primed(stage, Handler.respond(200, "healthy")).closeConnections()).answers(200, "healthy").butPost(lost()).with(Profile.ONCE).sent(1, 0),
				staged("RST while idle", (stage) -> primed(stage, Handler.respond(200, "healthy")).abortConnections()).answers(200, "healthy").butPost(lost()).with(Profile.ONCE).sent(1, 0),
				staged("FIN instead of a second response", (stage) -> primed(stage, (exchange) -> unlessFresh(exchange, Exchange::hangUp))).answers(200, "healthy").butPost(lost()).with(Profile.ONCE).sent(2, 1),
				staged("RST instead of a second response", (stage) -> primed(stage, (exchange) -> unlessFresh(exchange, Exchange::closeAbruptly))).answers(200, "healthy").butPost(lost()).with(Profile.ONCE).sent(2, 1),
				staged("FIN within a second response", (stage) -> primed(stage, (exchange) -> cut(exchange))).fails(ConnectionClosedException.class),
				fault("FIN after a response, without a word", KeepAliveFaults::closeSilently).answers(200, "x").thenGet(),
				fault("RST after a response, without a word", KeepAliveFaults::resetSilently).answers(200, "x").thenGet(),
				fault("a close that is announced", (exchange) -> exchange.respond(200, Headers.of("Connection", "close"), "x")).answers(200, "x"),
				sending("a close that is announced and does not come", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx").answers(200, "x"),
				sending("HTTP/1.0 that stays open", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx").answers(200, "x"),
				sending("a keep-alive of nothing", "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\nContent-Length: 1\r\n\r\nx").answers(200, "x"),
				sending("a keep-alive that is nonsense", "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=soon, max=-3\r\nContent-Length: 1\r\n\r\nx").answers(200, "x"),
				staged("one request for each connection", (stage) -> stage.handle(Handler.respond(200, "x")).maxRequestsPerConnection(1)).answers(200, "x"));
		// @formatter:on
	}

	/**
	 * What becomes of a request that was sent on a connection that is gone and must not
	 * be sent again.
	 */
	private static Fault lost() {
		return fault("", Exchange::hangUp).fails(NoHttpResponseException.class, SocketException.class)
			.orFails(ConnectionClosedException.class);
	}

	private static TestHttpServer primed(Stage stage, Handler handler) throws IOException {
		TestHttpServer server = stage.handle(handler);
		stage.prime();
		return server;
	}

	private static void unlessFresh(Exchange exchange, Handler handler) throws Exception {
		if (exchange.request().connection() == 1) {
			handler.handle(exchange);
		}
		else {
			exchange.respond(200, "healthy");
		}
	}

	private static void cut(Exchange exchange) throws IOException {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
		exchange.hangUp();
	}

	private static void closeSilently(Exchange exchange) throws IOException {
		exchange.respond(200, "x");
		exchange.hangUp();
	}

	private static void resetSilently(Exchange exchange) throws IOException {
		exchange.respond(200, "x");
		exchange.closeAbruptly();
	}

}
