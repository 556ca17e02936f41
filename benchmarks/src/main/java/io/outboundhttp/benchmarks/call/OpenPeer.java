package io.outboundhttp.benchmarks.call;

import io.outboundhttp.benchmarks.load.Exchange;

/**
 * A {@link Peer} that is ready.
 *
 * @param exchange a GET
 * @param inUse tells how many connections are in use or waited for
 * @param owner closes it
 */
record OpenPeer(Exchange exchange, InUse inUse, Runnable owner) implements AutoCloseable {

	static OpenPeer of(Exchange exchange, Runnable owner) {
		return new OpenPeer(exchange, () -> 0, owner);
	}

	/**
	 * Check that nobody holds a connection or waits for one.
	 * @throws IllegalStateException if someone does
	 */
	void verifyUnused() {
		int count = this.inUse.count();
		if (count != 0) {
			throw new IllegalStateException("after use: %d leased or pending (expected: 0)".formatted(count));
		}
	}

	@Override
	public void close() {
		this.owner.run();
	}

	/**
	 * Counts connections in use and callers that wait for one.
	 */
	@FunctionalInterface
	interface InUse {

		int count();

	}

}
