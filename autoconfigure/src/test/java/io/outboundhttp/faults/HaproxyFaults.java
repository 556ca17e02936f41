package io.outboundhttp.faults;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import io.outboundhttp.CallPhase;
import io.outboundhttp.ReadTimeoutException;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.HaproxyServer;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;

import static io.outboundhttp.faults.Fault.staged;

/**
 * Faults as HAProxy makes them, or makes of those behind it.
 */
final class HaproxyFaults {

	private final HaproxyServer haproxy;

	/** Who holds the one connection of the queue. */
	private final Semaphore queue = new Semaphore(1);

	HaproxyFaults(HaproxyServer haproxy) {
		this.haproxy = haproxy;
	}

	List<Fault> all() {
		return List.of(
		// @formatter:off
				path("no server", "/none").answers(503).sent(2, 1),
				path("503 and the wish for another try", "/later").answers(503, "later").sent(2, 1),
				path("429", "/denied").answers(429).sent(2, 1),
				path("a tarpit", "/tarpit").answers(500),
				path("a close without an answer", "/rejected").fails(NoHttpResponseException.class, SSLException.class).sent(2, 1),
				path("a connection that is dropped in silence", "/dropped").fails(ReadTimeoutException.class, CallPhase.HEAD).with(Profile.SHORT_READ).only(Scheme.HTTP).sent(2, 1),
				behind("a response that is denied", "/denying", Handler.respond(200, "healthy")).answers(502).sent(2, 1),
				behind("a connection for one request", "/closing", Handler.respond(200, "healthy")).answers(200, "healthy"),
				staged("a queue that is too long", this::enqueue).answers(503).sent(2, 1),
				path("a server that is down", Stage.PATH).answers(503).sent(2, 1),
				behind("a server that hangs up", Stage.PATH, Exchange::hangUp).answers(502).sent(2, 1),
				behind("a server that resets", Stage.PATH, Exchange::closeAbruptly).answers(502).sent(2, 1),
				behind("a server that speaks no HTTP", Stage.PATH, (exchange) -> exchange.write("220 ready\r\n\r\n")).answers(502).sent(2, 1),
				behind("a server that is silent", "/impatient", Handler.stall()).answers(504).sent(2, 1),
				behind("a server whose body is cut", Stage.PATH, HaproxyFaults::cut).fails(ConnectionClosedException.class),
				behind("a server that is silent within its body", "/impatient", HaproxyFaults::stop).fails(ConnectionClosedException.class),
				behind("a server with two lengths", Stage.PATH, (exchange) -> exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nhello")).answers(502).sent(2, 1),
				staged("a connection that is refused", (stage) -> at(stage, this.haproxy.refusingPort())).fails(NoHttpResponseException.class, SocketException.class).orFails(SSLException.class).sent(0, 0),
				staged("a certificate that nobody has signed", (stage) -> at(stage, this.haproxy.wrongPort())).fails(SSLHandshakeException.class).only(Scheme.HTTPS).sent(0, 0));
		// @formatter:on
	}

	private Fault path(String name, String path) {
		return staged(name, (stage) -> send(stage, path));
	}

	private Fault behind(String name, String path, Handler handler) {
		return staged(name, (stage) -> {
			stage.upstream(handler);
			send(stage, path);
		});
	}

	private void send(Stage stage, String path) {
		stage.neighbour(port(stage), path, this.haproxy::requests);
	}

	private int port(Stage stage) {
		return this.haproxy.port(stage.scheme() == Scheme.HTTPS);
	}

	private void at(Stage stage, int port) {
		stage.neighbour(port, "/healthy", this.haproxy::requests);
		stage.next(port(stage));
	}

	/**
	 * Let somebody else hold the one connection while the fault lasts.
	 */
	private void enqueue(Stage stage) throws Exception {
		this.queue.acquire();
		stage.atEnd(this.queue::release);
		TestHttpServer upstream = stage.upstream(Handler.stall());
		send(stage, "/queued");
		Socket holder = new Socket("127.0.0.1", this.haproxy.port(false));
		stage.atEnd(holder);
		// HAProxy waits for it although the holder has left
		stage.atEnd(upstream::close);
		holder.getOutputStream()
			.write(("GET /queued?port=" + upstream.port() + " HTTP/1.1\r\nHost: x\r\n\r\n")
				.getBytes(StandardCharsets.US_ASCII));
		upstream.awaitRequests(1);
	}

	private static void cut(Exchange exchange) throws IOException {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
		exchange.hangUp();
	}

	private static void stop(Exchange exchange) throws IOException {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
		exchange.stall();
	}

}
