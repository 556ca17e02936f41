package io.outboundhttp.faults;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntSupplier;
import java.util.function.ToIntBiFunction;

import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.RawServer;
import io.outboundhttp.testsupport.Sockets;
import io.outboundhttp.testsupport.TestHttpServer;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where one cell of the matrix takes place: the servers it needs, and the request that
 * meets the fault. For one thread.
 */
final class Stage implements AutoCloseable {

	/** Path of the request that meets the fault. */
	static final String PATH = "/fault";

	private static final String HEALTHY = "/healthy";

	private static final String HERE = "127.0.0.1";

	private final Surroundings surroundings;

	private final Scheme scheme;

	private final Verb verb;

	private final Client client;

	private final @Nullable SwitchedProxy proxy;

	private final List<Closeable> ends = new ArrayList<>();

	private final List<RawServer> rawServers = new ArrayList<>();

	private IntSupplier counter = () -> 0;

	private @Nullable TestHttpServer server;

	private @Nullable TestHttpServer upstream;

	private URI target = URI.create("http://nowhere.invalid/");

	private @Nullable URI next;

	private String body = "{\"amount\":1}";

	Stage(Surroundings surroundings, Scheme scheme, Verb verb, Client client, @Nullable SwitchedProxy proxy) {
		this.surroundings = surroundings;
		this.scheme = scheme;
		this.verb = verb;
		this.client = client;
		this.proxy = proxy;
	}

	Surroundings surroundings() {
		return this.surroundings;
	}

	Scheme scheme() {
		return this.scheme;
	}

	/**
	 * Return the client that meets the fault.
	 */
	Client client() {
		return this.client;
	}

	/**
	 * Return what the request is sent to.
	 */
	URI target() {
		return this.target;
	}

	/**
	 * Return what the next request is sent to: the same server if it can be well again.
	 */
	URI next() {
		if (this.next != null) {
			return this.next;
		}
		TestHttpServer healthy = (this.server != null) ? this.server : this.surroundings.healthy(this.scheme);
		return URI.create(healthy.url(HEALTHY));
	}

	/**
	 * Let a server of its own answer the request.
	 */
	TestHttpServer handle(Handler handler) {
		TestHttpServer server = start();
		server.handle(PATH, handler);
		this.target = URI.create(server.url(PATH));
		return server;
	}

	private TestHttpServer start() {
		TestHttpServer server = (this.scheme == Scheme.HTTPS)
				? TestHttpServer.startTls(this.surroundings.serverContext(), false) : TestHttpServer.start();
		server.handleAll(Handler.respond(200, "healthy"));
		this.server = server;
		return server;
	}

	/**
	 * Let a script be what the client connects to.
	 */
	RawServer connected(RawServer.Script script) {
		return connected(HERE, script);
	}

	/**
	 * Let a script be what the client connects to at another address of this machine.
	 */
	RawServer connected(String address, RawServer.Script script) {
		RawServer server = connected(RawServer.start(address, 0, script));
		target(address, server.port());
		return server;
	}

	/**
	 * Let a server be what the client connects to. It is closed in the end.
	 */
	RawServer connected(RawServer server) {
		this.rawServers.add(server);
		target(HERE, server.port());
		return server;
	}

	/**
	 * Let a script be the proxy while the fault lasts. The target is well.
	 */
	void proxied(RawServer.Script script) {
		SwitchedProxy proxy = proxy();
		handle(Handler.respond(200, "healthy"));
		proxy.fail(script);
		atEnd(proxy::heal);
	}

	/**
	 * Let nobody be the proxy while the fault lasts.
	 */
	void withoutProxy() {
		SwitchedProxy proxy = proxy();
		handle(Handler.respond(200, "healthy"));
		proxy.stop();
		atEnd(proxy::start);
	}

	private SwitchedProxy proxy() {
		return Objects.requireNonNull(this.proxy, "the client has no proxy");
	}

	/**
	 * Let a plain server of its own answer the request, behind a neighbour.
	 */
	TestHttpServer upstream(Handler handler) {
		TestHttpServer upstream = TestHttpServer.start().handle(PATH, handler);
		this.upstream = upstream;
		return upstream;
	}

	/**
	 * Send the request to a neighbour, which forwards it to the upstream if it does.
	 * @param port port of the neighbour
	 * @param path path of the request
	 * @param requests counts the requests of a method and a cell
	 */
	void neighbour(int port, String path, ToIntBiFunction<String, Integer> requests) {
		int cell = this.surroundings.number();
		int upstreamPort = (this.upstream != null) ? this.upstream.port() : this.surroundings.closedPort();
		String query = "?port=" + upstreamPort + "&cell=" + cell;
		this.target = URI.create(this.scheme.url(HERE, port, path + query));
		this.next = URI.create(this.scheme.url(HERE, port, HEALTHY));
		this.counter = () -> requests.applyAsInt(this.verb.name(), cell);
	}

	void target(String host, int port) {
		this.target = URI.create(this.scheme.url(host, port, PATH));
	}

	void target(URI target) {
		this.target = target;
	}

	/**
	 * Send the next request elsewhere.
	 */
	void next(int port) {
		this.next = URI.create(this.scheme.url(HERE, port, HEALTHY));
	}

	/**
	 * Let the client have an idle connection to the server, if that speaks HTTP.
	 */
	void prime() {
		if (this.server != null || this.next != null) {
			prime(next());
		}
	}

	/**
	 * Let the client get something before.
	 */
	void prime(URI uri) {
		Waits.untilAsserted(() -> assertThat(this.client.get(uri)).isEqualTo("healthy"));
		this.client.awaitNothingLeased();
	}

	/**
	 * Return the body that a POST sends.
	 */
	String body() {
		return this.body;
	}

	void body(String body) {
		this.body = body;
	}

	/**
	 * Do something once the request has met the fault.
	 */
	void atEnd(Closeable end) {
		this.ends.add(0, end);
	}

	/**
	 * End the fault.
	 */
	void end() throws IOException {
		while (!this.ends.isEmpty()) {
			this.ends.remove(0).close();
		}
	}

	/**
	 * Return how often the request was received.
	 */
	int sent() {
		return this.counter.getAsInt() + ((this.server != null) ? (int) this.server.requests(PATH)
			.stream()
			.filter((request) -> request.method().equals(this.verb.name()))
			.count() : 0);
	}

	/**
	 * Wait until no server has a connection any more.
	 */
	void awaitNoConnections() {
		if (this.server != null) {
			this.server.awaitNoOpenConnections();
		}
		for (RawServer rawServer : this.rawServers) {
			Waits.untilAsserted(() -> assertThat(Sockets.connectedTo(rawServer.port())).as("sockets").isEmpty());
		}
	}

	@Override
	public void close() throws IOException {
		try {
			end();
		}
		finally {
			this.rawServers.forEach(RawServer::close);
			if (this.server != null) {
				this.server.close();
			}
			if (this.upstream != null) {
				this.upstream.close();
			}
		}
	}

}
