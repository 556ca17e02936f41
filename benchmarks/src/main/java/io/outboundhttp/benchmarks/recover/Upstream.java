package io.outboundhttp.benchmarks.recover;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpServer;

/**
 * HTTP server on the loopback address that answers every request with one kilobyte.
 */
final class Upstream implements AutoCloseable {

	private static final byte[] BODY = "x".repeat(1024).getBytes(StandardCharsets.US_ASCII);

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "upstream");
		thread.setDaemon(true);
		return thread;
	});

	private final HttpServer server;

	Upstream() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(this.threads);
		this.server.createContext("/", (exchange) -> {
			try (exchange) {
				exchange.sendResponseHeaders(200, BODY.length);
				exchange.getResponseBody().write(BODY);
			}
		});
		this.server.start();
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort() + "/";
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
