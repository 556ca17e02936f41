package io.outboundhttp.benchmarks.lease;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.LockSupport;

import com.sun.management.ThreadMXBean;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;

/**
 * One thread's requests, one after the other, and what it measures. The results may be
 * read while the thread is between two windows.
 */
final class Caller {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final HttpHost host;

	private final long periodNanos;

	private final Latencies latencies = new Latencies();

	private final byte[] buffer = new byte[2 * ServerProcess.BODY_LENGTH];

	private long allocatedBytes;

	/**
	 * Create a caller.
	 * @param host the server
	 * @param periodNanos time between the starts of two requests, zero for none
	 */
	Caller(HttpHost host, long periodNanos) {
		this.host = host;
		this.periodNanos = periodNanos;
	}

	/**
	 * Send requests until the window is over. Those that begin before it opens are not
	 * counted.
	 */
	void call(HttpClient client, Phase phase) throws IOException {
		this.latencies.clear();
		long dueNanos = System.nanoTime();
		while (phase.isAhead()) {
			dueNanos = awaitTurn(dueNanos);
			send(client);
		}
		long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
		while (phase.isOpen()) {
			dueNanos = awaitTurn(dueNanos);
			long before = System.nanoTime();
			send(client);
			this.latencies.add(System.nanoTime() - before);
		}
		this.allocatedBytes = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
	}

	/**
	 * Wait until the next request is due. Who is late begins at once, and catches up.
	 */
	private long awaitTurn(long dueNanos) {
		for (long nanos = dueNanos - System.nanoTime(); nanos > 0; nanos = dueNanos - System.nanoTime()) {
			LockSupport.parkNanos(nanos);
		}
		return dueNanos + this.periodNanos;
	}

	private void send(HttpClient client) throws IOException {
		int length = client.execute(this.host, new HttpGet("/"), this::read);
		if (length != ServerProcess.BODY_LENGTH) {
			throw new IOException("body of %d bytes (expected: %d)".formatted(length, ServerProcess.BODY_LENGTH));
		}
	}

	private Integer read(ClassicHttpResponse response) throws IOException {
		int length = 0;
		try (InputStream body = response.getEntity().getContent()) {
			int read = body.read(this.buffer);
			while (read >= 0) {
				length += read;
				read = body.read(this.buffer);
			}
		}
		return length;
	}

	Latencies latencies() {
		return this.latencies;
	}

	long allocatedBytes() {
		return this.allocatedBytes;
	}

	/**
	 * Whether a window is still ahead, open or over. The coordinator moves it on.
	 */
	static final class Phase {

		private volatile int step;

		boolean isAhead() {
			return this.step == 0;
		}

		boolean isOpen() {
			return this.step == 1;
		}

		void open() {
			this.step = 1;
		}

		void end() {
			this.step = 2;
		}

	}

}
