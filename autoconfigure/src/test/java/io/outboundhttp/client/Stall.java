package io.outboundhttp.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.outboundhttp.CallPhase;
import io.outboundhttp.OutboundHttpAttributes;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.BoundedClients.Limits;
import io.outboundhttp.testsupport.BlackHole;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RawServer;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/**
 * The places in which a call can be held up, each for far longer than a test lasts.
 */
enum Stall {

	/** Somebody else holds the only connection. */
	DRY_POOL(CallPhase.ACQUIRE) {
		@Override
		void prepare(Scene scene) {
			TestHttpServer server = scene.server(Handler.stall());
			scene.url(server.url("/next"));
			CompletableFuture<Void> holder = CompletableFuture
				.runAsync(() -> hold(scene.clients(), server.url("/held")));
			server.awaitRequests(1);
			scene.closeFirst(() -> {
				server.releaseStalled();
				holder.join();
			});
		}
	},

	/** The name server does not answer. */
	HUNG_DNS(CallPhase.DNS) {
		@Override
		void prepare(Scene scene) {
			scene.url("http://hung.test/");
		}
	},

	/** The address does not answer. */
	UNCONNECTABLE(CallPhase.CONNECT) {
		@Override
		void prepare(Scene scene) {
			scene.url(scene.close(BlackHole.unconnectable(), BlackHole::close).url("/"));
		}
	},

	/** The proxy does not answer a request for a tunnel. */
	SILENT_PROXY(CallPhase.CONNECT) {
		@Override
		void prepare(Scene scene) {
			BlackHole proxy = scene.close(BlackHole.silent(), BlackHole::close);
			scene.proxied(new HttpHost("http", "127.0.0.1", proxy.port()));
			scene.url("https://behind.test/");
		}
	},

	/** The server does not answer the first message of TLS. */
	SILENT_TLS(CallPhase.TLS) {
		@Override
		void prepare(Scene scene) {
			scene.url("https://127.0.0.1:" + scene.close(BlackHole.silent(), BlackHole::close).port() + "/");
		}
	},

	/** The server negotiates TLS byte by byte. */
	DRIPPING_TLS(CallPhase.TLS) {
		@Override
		void prepare(Scene scene) {
			scene.url("https://127.0.0.1:" + scene.close(RawServer.drippingTls(DRIP), RawServer::close).port() + "/");
		}
	},

	/** The server does not read the request. */
	DEAF_SERVER(CallPhase.WRITE) {
		@Override
		void prepare(Scene scene) {
			scene.url("http://127.0.0.1:" + scene.close(RawServer.deaf(), RawServer::close).port() + "/");
			scene.body(new byte[16 * 1024 * 1024]);
		}
	},

	/** The server reads the request byte by byte. */
	SLOW_READER(CallPhase.WRITE) {
		@Override
		void prepare(Scene scene) {
			scene
				.url("http://127.0.0.1:" + scene.close(RawServer.slow(64 * 1024, DRIP), RawServer::close).port() + "/");
			scene.body(new byte[16 * 1024 * 1024]);
		}
	},

	/** The server does not answer the request. */
	SILENT_SERVER(CallPhase.HEAD) {
		@Override
		void prepare(Scene scene) {
			scene.url(scene.server(Handler.stall()).url("/"));
		}
	},

	/** The server sends one header after the other. */
	DRIPPING_HEAD(CallPhase.HEAD) {
		@Override
		void prepare(Scene scene) {
			scene.url(scene.server((exchange) -> {
				exchange.write("HTTP/1.1 200 OK\r\n");
				while (true) {
					exchange.write("X-Drip: 1\r\n");
					exchange.pause(DRIP);
				}
			}).url("/"));
		}
	},

	/** The server stops in the middle of the body. */
	SILENT_BODY(CallPhase.BODY) {
		@Override
		void prepare(Scene scene) {
			scene.url(scene.server((exchange) -> {
				exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx");
				exchange.stall();
			}).url("/"));
		}
	},

	/** The server sends the body byte by byte. */
	DRIPPING_BODY(CallPhase.BODY) {
		@Override
		void prepare(Scene scene) {
			scene.url(scene.server(Stall::dripBody).url("/"));
		}
	},

	/** The server sends the body byte by byte, over TLS. */
	DRIPPING_TLS_BODY(CallPhase.BODY) {
		@Override
		void prepare(Scene scene) {
			scene.url(scene
				.close(TestHttpServer.startTls(TestCertificates.get().serverContext(), false), TestHttpServer::close)
				.handleAll(Stall::dripBody)
				.url("/"));
		}
	},

	/** Each server sends the call on to the next one, after a while. */
	SLOW_REDIRECTS(CallPhase.HEAD, CallPhase.ACQUIRE, CallPhase.CONNECT, CallPhase.WRITE, CallPhase.BODY) {
		@Override
		void prepare(Scene scene) {
			AtomicInteger hops = new AtomicInteger();
			scene.url(scene.server((exchange) -> {
				exchange.pause(DRIP);
				exchange.respond(302, Headers.of("Location", "/hop-" + hops.incrementAndGet()), "");
			}).url("/"));
		}
	};

	static final Duration LIMIT = Duration.ofMillis(300);

	private static final Duration DRIP = Duration.ofMillis(50);

	private final Set<CallPhase> phases;

	Stall(CallPhase... phases) {
		this.phases = Set.of(phases);
	}

	/**
	 * Return the phases in which such a call may end.
	 */
	Set<CallPhase> phases() {
		return this.phases;
	}

	/**
	 * Set up what holds the call up.
	 */
	abstract void prepare(Scene scene);

	private static void dripBody(Exchange exchange) throws IOException {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
		while (true) {
			exchange.write("x");
			exchange.pause(DRIP);
		}
	}

	private static void hold(BoundedClients clients, String url) {
		HttpClientContext context = HttpClientContext.create();
		context.setAttribute(OutboundHttpAttributes.CALL_TIMEOUT, Duration.ZERO);
		try {
			clients.httpClient()
				.execute(new HttpGet(url), context, (response) -> EntityUtils.toString(response.getEntity()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A client that is held up.
	 */
	static final class Scene implements AutoCloseable {

		private final PoolLeakExtension extension;

		private final Limits limits;

		private final Gate dns = new Gate();

		private final List<Runnable> ends = new ArrayList<>();

		private final List<TestHttpServer> servers = new ArrayList<>();

		private BoundedClients clients;

		private String url = "";

		private byte[] body = new byte[0];

		Scene(PoolLeakExtension extension, Limits limits) {
			this.extension = extension;
			this.limits = limits;
			this.clients = BoundedClients.direct(extension, limits, this::lookUp);
		}

		private InetAddress[] lookUp(String host) throws UnknownHostException {
			this.dns.pass();
			throw new UnknownHostException(host);
		}

		BoundedClients clients() {
			return this.clients;
		}

		/**
		 * Call with a way to call.
		 */
		String call(CallApi api) throws IOException {
			return String.valueOf((this.body.length > 0) ? api.post(this.clients, this.url, this.body)
					: api.get(this.clients, this.url));
		}

		/**
		 * Return how many requests were received in full.
		 */
		int requests() {
			return this.servers.stream().mapToInt((server) -> server.requests().size()).sum();
		}

		void awaitNoOpenConnections() {
			this.servers.forEach(TestHttpServer::awaitNoOpenConnections);
		}

		void proxied(HttpHost proxy) {
			this.clients = BoundedClients.proxied(this.extension, this.limits, proxy);
		}

		void url(String url) {
			this.url = url;
		}

		void body(byte[] body) {
			this.body = body;
		}

		TestHttpServer server(Handler handler) {
			TestHttpServer server = close(TestHttpServer.start().handleAll(handler), TestHttpServer::close);
			this.servers.add(server);
			return server;
		}

		<T> T close(T resource, Consumer<? super T> close) {
			this.ends.add(() -> close.accept(resource));
			return resource;
		}

		void closeFirst(Runnable end) {
			this.ends.add(0, end);
		}

		@Override
		public void close() {
			this.dns.open();
			this.ends.forEach(Runnable::run);
		}

	}

}
