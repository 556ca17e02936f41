package io.outboundhttp.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Forward proxy on 127.0.0.1: plain HTTP in absolute form and CONNECT tunnels, with Basic
 * authentication on demand. Never leaves this machine: it connects to loopback names and
 * to hosts that {@link #route(String, int)} names, and answers 502 for all others.
 * Thread-safe.
 */
public final class TestProxyServer implements AutoCloseable {

	private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1");

	private static final Set<String> HOP_BY_HOP = Set.of("connection", "content-length", "keep-alive",
			"proxy-authenticate", "proxy-authorization", "proxy-connection", "transfer-encoding");

	private static final Duration TARGET_TIMEOUT = Duration.ofSeconds(30);

	private final TestHttpServer server = TestHttpServer.start("proxy-").handleAll(this::handle);

	private final Map<String, Integer> routes = new ConcurrentHashMap<>();

	private volatile @Nullable String expectedAuthorization;

	private TestProxyServer() {
	}

	/**
	 * Start a proxy that lets everybody in.
	 * @return the running proxy
	 */
	public static TestProxyServer start() {
		return new TestProxyServer();
	}

	/**
	 * Answer 407 to requests without these Basic credentials.
	 * @param user the user
	 * @param password the password
	 * @return this proxy
	 */
	public TestProxyServer requireBasicAuth(String user, String password) {
		byte[] credentials = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
		this.expectedAuthorization = "Basic " + Base64.getEncoder().encodeToString(credentials);
		return this;
	}

	/**
	 * Connect to a port on 127.0.0.1 for a host, whatever its port; the host needs no
	 * entry in any name service.
	 * @param host the host
	 * @param port the port on 127.0.0.1
	 * @return this proxy
	 */
	public TestProxyServer route(String host, int port) {
		this.routes.put(host.toLowerCase(Locale.ROOT), port);
		return this;
	}

	/**
	 * Return the host to connect to.
	 * @return 127.0.0.1
	 */
	public String host() {
		return "127.0.0.1";
	}

	/**
	 * Return the port to connect to.
	 * @return the port
	 */
	public int port() {
		return this.server.port();
	}

	/**
	 * Return all requests so far, refused ones included, without those inside of tunnels.
	 * @return an immutable copy in the order of arrival
	 */
	public List<ProxyRequest> requests() {
		return this.server.requests().stream().map(this::toProxyRequest).toList();
	}

	/**
	 * Return the targets of all requests so far: {@code host:port} of CONNECT, else the
	 * absolute URL.
	 * @return an immutable copy in the order of arrival
	 */
	public List<String> targets() {
		return this.server.requests().stream().map(RecordedRequest::target).toList();
	}

	/**
	 * Wait until that many requests have arrived in total.
	 * @param count the number
	 * @return the requests so far, at least that many
	 */
	public List<ProxyRequest> awaitRequests(int count) {
		this.server.awaitRequests(count);
		return requests();
	}

	/**
	 * Return how many connections were accepted so far.
	 * @return the number
	 */
	public int connectionsAccepted() {
		return this.server.connectionsAccepted();
	}

	/**
	 * Return how many connections of clients are open now, tunnels included.
	 * @return the number
	 */
	public int openConnections() {
		return this.server.openConnections();
	}

	/**
	 * Wait until no connection of a client is open.
	 */
	public void awaitNoOpenConnections() {
		this.server.awaitNoOpenConnections();
	}

	/**
	 * Return what went wrong in the proxy itself.
	 * @return an immutable copy
	 */
	public List<Throwable> failures() {
		return this.server.failures();
	}

	@Override
	public void close() {
		this.server.close();
	}

	private ProxyRequest toProxyRequest(RecordedRequest request) {
		return new ProxyRequest(request.method(), request.target(), request.headers().contains("Proxy-Authorization"),
				isAuthorized(request), request.connection());
	}

	private boolean isAuthorized(RecordedRequest request) {
		String expected = this.expectedAuthorization;
		return expected == null || expected.equals(request.header("Proxy-Authorization"));
	}

	private void handle(Exchange exchange) throws IOException {
		if (!isAuthorized(exchange.request())) {
			exchange.respond(407, Headers.of("Proxy-Authenticate", "Basic realm=\"test\""), "");
			return;
		}
		boolean tunnel = exchange.method().equals("CONNECT");
		if (!tunnel && !exchange.target().startsWith("http://")) {
			exchange.respond(400, "Proxy needs an absolute target, not '" + exchange.target() + "'");
			return;
		}
		URI target = URI.create(tunnel ? "http://" + exchange.target() : exchange.target());
		try (Socket socket = connect(target)) {
			exchange.connection().attach(socket);
			if (tunnel) {
				tunnel(exchange, socket);
			}
			else {
				forward(exchange, socket);
			}
		}
		catch (ConnectException ex) {
			exchange.respond(502, String.valueOf(ex.getMessage()));
		}
	}

	private Socket connect(URI target) throws IOException {
		String host = String.valueOf(target.getHost()).toLowerCase(Locale.ROOT);
		int port = (target.getPort() >= 0) ? target.getPort() : 80;
		Integer routed = this.routes.get(host);
		if (routed == null && !LOOPBACK_NAMES.contains(host)) {
			throw new ConnectException("Host '" + host + "' is neither loopback nor routed");
		}
		return new Socket(InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }), (routed != null) ? routed : port);
	}

	/**
	 * Forward one request over a connection of its own and pass on the whole answer.
	 */
	private void forward(Exchange exchange, Socket target) throws IOException {
		target.setSoTimeout(Math.toIntExact(TARGET_TIMEOUT.toMillis()));
		RecordedRequest request = exchange.request();
		String path = request.path() + ((request.query() != null) ? "?" + request.query() : "");
		byte[] body = request.body();
		Headers headers = endToEnd(request.headers()).with("Connection", "close");
		if (body.length > 0) {
			headers = headers.with("Content-Length", String.valueOf(body.length));
		}
		byte[] head = HttpWire.head(request.method() + " " + path + " HTTP/1.1", headers);
		target.getOutputStream().write(HttpWire.concat(head, body));
		target.getOutputStream().flush();
		HttpWire.Response response = HttpWire.readResponse(target.getInputStream(), request.method());
		exchange.respond(response.status(), endToEnd(response.headers()).with("Via", "1.1 test-proxy"),
				response.body());
	}

	private Headers endToEnd(Headers headers) {
		Headers remaining = headers;
		for (String name : headers.names()) {
			remaining = HOP_BY_HOP.contains(name) ? remaining.without(name) : remaining;
		}
		return remaining;
	}

	/**
	 * Pass bytes both ways until both sides are done: the end of the target is passed on
	 * to the client, the end of the client ends the tunnel.
	 */
	private void tunnel(Exchange exchange, Socket target) throws IOException {
		exchange.hangUp();
		exchange.write("HTTP/1.1 200 Connection established\r\n\r\n");
		Socket client = exchange.connection().socket();
		this.server.startThread("tunnel-" + exchange.connection().number(), () -> {
			try {
				pass(target.getInputStream(), client.getOutputStream());
				client.shutdownOutput();
			}
			catch (IOException ex) {
				ServerConnection.closeQuietly(client);
			}
		});
		pass(exchange.connection().input(), target.getOutputStream());
	}

	private void pass(InputStream in, OutputStream out) throws IOException {
		byte[] buffer = new byte[8192];
		for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
			out.write(buffer, 0, read);
			out.flush();
		}
	}

	/**
	 * One request as the proxy received it.
	 *
	 * @param method the method, {@code CONNECT} for a tunnel
	 * @param target {@code host:port} of CONNECT, else the absolute URL
	 * @param credentialsPresent whether there was a {@code Proxy-Authorization}
	 * @param authorized whether it was let in
	 * @param connection the number of the client's connection, counted from 1
	 */
	public record ProxyRequest(String method, String target, boolean credentialsPresent, boolean authorized,
			int connection) {
	}

}
