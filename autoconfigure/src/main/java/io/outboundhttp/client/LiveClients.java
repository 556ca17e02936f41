package io.outboundhttp.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolListener;

/**
 * The {@link LiveClient} that stands for each open pool. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class LiveClients implements PoolListener {

	private final Map<String, LiveClient> clients = new ConcurrentHashMap<>();

	/**
	 * Return the live client that stands for a pool.
	 * @param pool name of the pool
	 * @return the client, or {@code null} if there is none
	 */
	public @Nullable LiveClient find(String pool) {
		return this.clients.get(pool);
	}

	/**
	 * Remember a live client: the one that opened its pool, until the client itself
	 * comes.
	 * @param client the live client
	 * @param ofClient whether it is the client itself, as opposed to one of many behind
	 * Boot's builders
	 */
	void add(LiveClient client, boolean ofClient) {
		if (ofClient) {
			this.clients.put(client.pool().getName(), client);
		}
		else {
			this.clients.putIfAbsent(client.pool().getName(), client);
		}
	}

	/**
	 * Replace the live client that stands for a pool.
	 * @param client the live client
	 */
	void replace(LiveClient client) {
		this.clients.replace(client.pool().getName(), client);
	}

	@Override
	public void poolClosed(ConnectionPool pool) {
		this.clients.remove(pool.getName());
	}

}
