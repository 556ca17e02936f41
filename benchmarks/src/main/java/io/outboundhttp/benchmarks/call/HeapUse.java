package io.outboundhttp.benchmarks.call;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Arrays;

import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/**
 * Bytes of the heap per connection.
 *
 * @param idle of one that nobody uses
 * @param leased of one whose response is held unread, with all that the caller holds
 */
record HeapUse(double idle, double leased) {

	private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

	private static final int MAX_COLLECTIONS = 20;

	/** What two collections in a row may differ by. */
	private static final long SETTLED_BYTES = 2048;

	/**
	 * Open many connections, and measure.
	 * @param peer a client
	 * @param host the server
	 * @param connections how many
	 * @return what was measured
	 * @throws IOException if a request fails
	 */
	static HeapUse measure(MemoryPeer peer, HttpHost host, int connections) throws IOException {
		EntityUtils.consume(open(peer, host).getEntity());
		ClassicHttpResponse[] responses = new ClassicHttpResponse[connections];
		long before = used();
		for (int i = 0; i < connections; i++) {
			responses[i] = open(peer, host);
		}
		long leased = used();
		for (int i = 0; i < connections; i++) {
			EntityUtils.consume(responses[i].getEntity());
			responses[i].close();
		}
		verify(peer, connections);
		Arrays.fill(responses, null);
		long idle = used();
		verify(peer, connections);
		return new HeapUse((double) (idle - before) / (connections - 1),
				(double) (leased - before) / (connections - 1));
	}

	private static ClassicHttpResponse open(MemoryPeer peer, HttpHost host) throws IOException {
		return peer.client().executeOpen(host, new HttpGet("/"), null);
	}

	private static void verify(MemoryPeer peer, int connections) {
		int available = peer.available().getAsInt();
		if (available != connections) {
			throw new IllegalStateException("idle connections: %d (expected: %d)".formatted(available, connections));
		}
	}

	/**
	 * Return the bytes that are still in use after collections that find no more.
	 */
	private static long used() {
		long used = Long.MAX_VALUE;
		for (int i = 0; i < MAX_COLLECTIONS; i++) {
			System.gc();
			long now = MEMORY.getHeapMemoryUsage().getUsed();
			if (Math.abs(used - now) < SETTLED_BYTES) {
				return now;
			}
			used = now;
		}
		return used;
	}

}
