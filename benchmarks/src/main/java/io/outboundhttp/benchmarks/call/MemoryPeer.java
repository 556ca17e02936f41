package io.outboundhttp.benchmarks.call;

import java.util.function.IntSupplier;

import org.apache.hc.client5.http.classic.HttpClient;

import io.outboundhttp.benchmarks.load.ThreadKind;

/**
 * A client that is asked for many responses at once.
 *
 * @param client the HttpClient
 * @param available tells how many connections are idle
 * @param owner closes it
 */
record MemoryPeer(HttpClient client, IntSupplier available, Runnable owner) implements AutoCloseable {

	static MemoryPeer managed(String url, int connections) {
		ManagedClient client = ManagedClient.start(url, ThreadKind.PLATFORM, ManagedClient.limits(connections));
		return new MemoryPeer(client.httpClient(), client::available, client::close);
	}

	static MemoryPeer tuned(String url, int connections) {
		TunedHttpClient client = TunedHttpClient.pooled(connections, TunedHttpClient.ACQUIRE_TIMEOUT);
		return new MemoryPeer(client.httpClient(), client::available, client::close);
	}

	@Override
	public void close() {
		this.owner.run();
	}

}
