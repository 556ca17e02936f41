package io.outboundhttp.benchmarks.load;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * One thread's requests, one after the other, and what it measures. The results may be
 * read while the thread is between two windows.
 */
final class Caller {

	private final long periodNanos;

	private final Latencies latencies = new Latencies();

	private final byte[] buffer = new byte[2 * ServerProcess.BODY_LENGTH];

	private long errors;

	private @Nullable Exception firstError;

	/**
	 * Create a caller.
	 * @param periodNanos time between the starts of two requests, zero for none
	 */
	Caller(long periodNanos) {
		this.periodNanos = periodNanos;
	}

	/**
	 * Send requests until the window is over. Those that begin before it opens are not
	 * measured; one that fails is counted in any case.
	 */
	void call(Exchange exchange, Phase phase) {
		this.latencies.clear();
		this.errors = 0;
		this.firstError = null;
		long dueNanos = System.nanoTime();
		while (phase.isAhead()) {
			dueNanos = awaitTurn(dueNanos);
			send(exchange);
		}
		while (phase.isOpen()) {
			dueNanos = awaitTurn(dueNanos);
			long before = System.nanoTime();
			if (send(exchange)) {
				this.latencies.add(System.nanoTime() - before);
			}
		}
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

	private boolean send(Exchange exchange) {
		try {
			int length = exchange.send(this.buffer);
			if (length != ServerProcess.BODY_LENGTH) {
				throw new IOException("body of %d bytes (expected: %d)".formatted(length, ServerProcess.BODY_LENGTH));
			}
			return true;
		}
		catch (IOException | RuntimeException ex) {
			this.errors++;
			if (this.firstError == null) {
				this.firstError = ex;
			}
			return false;
		}
	}

	Latencies latencies() {
		return this.latencies;
	}

	long errors() {
		return this.errors;
	}

	@Nullable Exception firstError() {
		return this.firstError;
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
