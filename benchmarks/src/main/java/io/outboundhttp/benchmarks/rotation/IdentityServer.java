package io.outboundhttp.benchmarks.rotation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;

/**
 * HTTPS server on the loopback address that asks clients who they are, and notes when it
 * saw each of them last.
 */
final class IdentityServer implements AutoCloseable {

	private final Map<String, Long> lastSeenNanos = new ConcurrentHashMap<>();

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "identity-server");
		thread.setDaemon(true);
		return thread;
	});

	private final HttpsServer server;

	IdentityServer(SSLContext context) throws IOException {
		// else each answer waits for the acknowledgement of the one before
		System.setProperty("sun.net.httpserver.nodelay", "true");
		this.server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setHttpsConfigurator(new HttpsConfigurator(context) {

			@Override
			public void configure(HttpsParameters parameters) {
				SSLParameters ssl = getSSLContext().getDefaultSSLParameters();
				ssl.setNeedClientAuth(true);
				parameters.setSSLParameters(ssl);
			}

		});
		this.server.setExecutor(this.threads);
		this.server.createContext("/", (exchange) -> {
			try (exchange) {
				String name = ((HttpsExchange) exchange).getSSLSession().getPeerPrincipal().getName();
				this.lastSeenNanos.put(name, System.nanoTime());
				exchange.sendResponseHeaders(204, -1);
			}
		});
		this.server.start();
	}

	String url() {
		return "https://127.0.0.1:" + this.server.getAddress().getPort() + "/";
	}

	/**
	 * Return whether a client was seen after a reading of the clock.
	 */
	boolean hasSeen(String client, long sinceNanos) {
		Long seen = this.lastSeenNanos.get("CN=" + client);
		return seen != null && seen - sinceNanos > 0;
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
