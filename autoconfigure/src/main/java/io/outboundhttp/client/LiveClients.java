package io.outboundhttp.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolListener;

/**
 * The newest {@link LiveClient} of each open pool. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class LiveClients implements PoolListener {

	private final Map<String, LiveClient> clients = new ConcurrentHashMap<>();

	/**
	 * Return the newest live client on a pool.
	 * @param pool name of the pool
	 * @return the client, or {@code null} if there is none
	 */
	public @Nullable LiveClient find(String pool) {
		return this.clients.get(pool);
	}

	void add(LiveClient client) {
		this.clients.put(client.pool().getName(), client);
	}

	@Override
	public void poolClosed(ConnectionPool pool) {
		this.clients.remove(pool.getName());
	}

}
