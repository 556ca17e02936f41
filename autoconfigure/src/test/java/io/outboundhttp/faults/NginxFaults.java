package io.outboundhttp.faults;

import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.NginxServer;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;

import static io.outboundhttp.faults.Fault.staged;
import static org.awaitility.Awaitility.await;

/**
 * Faults as nginx makes them, or makes of those behind it.
 */
final class NginxFaults {

	private final NginxServer nginx;

	NginxFaults(NginxServer nginx) {
		this.nginx = nginx;
	}

	List<Fault> all() {
		return List.of(
		// @formatter:off
				path("a close without an answer (444)", "/444").fails(NoHttpResponseException.class, SSLException.class).sent(2, 1),
				path("a URI that is too long", "/healthy/" + "x".repeat(9000)).answers(414).sent(0, 0),
				path("a connection for one request", "/once").answers(200, "healthy"),
				path("the last request of a connection", "/last").answers(200, "healthy"),
				staged("a connection that is idle too long", this::idle).answers(200, "healthy").butPost(lost()),
				behind("too many requests", "/limited", Handler.respond(200, "healthy"), this::limit).answers(503).sent(3, 1),
				path("a body that drips", "/large").fails(CallTimeoutException.class, CallPhase.BODY).with(Profile.SHORT_CALL).only(Verb.GET),
				behind("a body that is too large", "/413", Handler.respond(200, "healthy"), (stage) -> stage.body("x".repeat(2_000_000))).answers(413).orFails(SocketException.class).only(Verb.POST),
				path("an upstream that is down", Stage.PATH).answers(502).sent(2, 1),
				behind("an upstream that hangs up", Stage.PATH, Exchange::hangUp).answers(502).sent(2, 1),
				behind("an upstream that resets", Stage.PATH, Exchange::closeAbruptly).answers(502).sent(2, 1),
				behind("an upstream that is silent", Stage.PATH, Handler.stall()).answers(504).sent(2, 1),
				behind("an upstream with a huge header", Stage.PATH, (exchange) -> exchange.write("HTTP/1.1 200 OK\r\nX: " + "y".repeat(20_000) + "\r\n\r\n")).answers(502).sent(2, 1),
				behind("an upstream whose body is cut", Stage.PATH, NginxFaults::cut).fails(ConnectionClosedException.class),
				behind("an upstream whose body is cut, zipped", "/zipped", NginxFaults::cut).fails(ConnectionClosedException.class),
				behind("an upstream with bad chunks", "/zipped", (exchange) -> exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfive\r\nhello")).fails(NoHttpResponseException.class, SSLException.class).sent(2, 1),
				staged("a request without TLS for TLS", (stage) -> at(stage, this.nginx.port(true), this.nginx.port(false))).answers(400).only(Scheme.HTTP),
				staged("a request with TLS for none", (stage) -> at(stage, this.nginx.port(false), this.nginx.port(true))).fails(SSLException.class).only(Scheme.HTTPS).sent(0, 0),
				staged("a certificate that has expired", (stage) -> at(stage, this.nginx.expiredPort(), this.nginx.port(true))).fails(SSLHandshakeException.class).only(Scheme.HTTPS).sent(0, 0),
				staged("a certificate that is wanted", (stage) -> at(stage, this.nginx.mutualPort(), this.nginx.port(true))).answers(400).only(Scheme.HTTPS));
		// @formatter:on
	}

	private static Fault lost() {
		return Fault.fault("", Exchange::hangUp)
			.answers(200, "healthy")
			.orFails(NoHttpResponseException.class)
			.orFails(SocketException.class)
			.orFails(ConnectionClosedException.class);
	}

	private Fault path(String name, String path) {
		return staged(name, (stage) -> send(stage, path));
	}

	private Fault behind(String name, String path, Handler handler) {
		return behind(name, path, handler, (stage) -> {
		});
	}

	private Fault behind(String name, String path, Handler handler, Fault.Setup setup) {
		return staged(name, (stage) -> {
			stage.upstream(handler);
			send(stage, path);
			setup.prepare(stage);
		});
	}

	private void send(Stage stage, String path) {
		stage.neighbour(this.nginx.port(stage.scheme() == Scheme.HTTPS), path, this.nginx::requests);
	}

	private void at(Stage stage, int port, int next) {
		stage.neighbour(port, "/healthy", this.nginx::requests);
		stage.next(next);
	}

	private void limit(Stage stage) {
		stage.prime(stage.target());
	}

	/**
	 * Leave a connection to nginx alone until it has closed it.
	 */
	private void idle(Stage stage) {
		send(stage, "/idle");
		stage.prime(URI.create(stage.target().toString().replaceFirst("&cell=.*", "")));
		await().pollDelay(Duration.ofMillis(250)).until(() -> true);
	}

	private static void cut(Exchange exchange) throws java.io.IOException {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
		exchange.hangUp();
	}

}
