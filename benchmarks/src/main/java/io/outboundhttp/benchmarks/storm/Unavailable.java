package io.outboundhttp.benchmarks.storm;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

import com.sun.net.httpserver.HttpServer;

/**
 * HTTP server on the loopback address that answers every request with 503 and counts
 * them.
 */
final class Unavailable implements AutoCloseable {

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "upstream");
		thread.setDaemon(true);
		return thread;
	});

	private final LongAdder requests = new LongAdder();

	private final HttpServer server;

	Unavailable() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(this.threads);
		this.server.createContext("/", (exchange) -> {
			try (exchange) {
				this.requests.increment();
				exchange.sendResponseHeaders(503, -1);
			}
		});
		this.server.start();
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort() + "/";
	}

	/**
	 * Return how many requests have come.
	 */
	long requests() {
		return this.requests.sum();
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
