package io.outboundhttp.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * One client's pool of connections. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class ConnectionPool {

	/*
	 * The connection manager guards its own state. Ours is: `closed`, which goes from
	 * false to true once, and `overridden`, a grow-only set of the routes whose own limit
	 * was handed to the manager (at most the routes to the hosts of the settings). Two
	 * threads that lease the first connection of such a route both set the same limit: a
	 * harmless race. No callback runs while the manager holds its lock.
	 */

	private final String name;

	private final PoolSettings settings;

	private final PoolingHttpClientConnectionManager manager;

	private final PoolListener listener;

	private final Set<HttpRoute> overridden = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean closed = new AtomicBoolean();

	ConnectionPool(String name, PoolSettings settings, PoolingHttpClientConnectionManager manager,
			PoolListener listener) {
		this.name = name;
		this.settings = settings;
		this.manager = manager;
		this.listener = listener;
	}

	/**
	 * Return the name of the pool: the client's name, or that name and a number for a
	 * pool that is kept apart.
	 * @return the name
	 */
	public String getName() {
		return this.name;
	}

	/**
	 * Return the settings of the pool.
	 * @return the settings
	 */
	public PoolSettings getSettings() {
		return this.settings;
	}

	/**
	 * Read the pool. Takes the pool's lock for a moment, once for the totals and once for
	 * each route.
	 * @return the reading
	 */
	public PoolSnapshot snapshot() {
		PoolStats total = this.manager.getTotalStats();
		List<PoolSnapshot.Route> routes = new ArrayList<>();
		for (HttpRoute route : this.manager.getRoutes()) {
			PoolStats stats = this.manager.getStats(route);
			HttpHost proxy = route.getProxyHost();
			routes.add(new PoolSnapshot.Route(route.getTargetHost().toURI(), (proxy != null) ? proxy.toURI() : "",
					stats.getLeased(), stats.getAvailable(), stats.getPending(), stats.getMax()));
		}
		return new PoolSnapshot(this.name, total.getLeased(), total.getAvailable(), total.getPending(),
				this.manager.getMaxTotal(), this.manager.getDefaultMaxPerRoute(), routes);
	}

	/**
	 * Close the connections that are idle for at least the given time.
	 * @param idleTime the idle time, zero for all idle connections
	 */
	public void closeIdle(Duration idleTime) {
		this.manager.closeIdle(TimeValue.of(idleTime));
	}

	/**
	 * Close the idle connections whose life time or keep-alive time has ended.
	 */
	public void closeExpired() {
		this.manager.closeExpired();
	}

	/**
	 * Return whether the pool is closed. A closed pool gives no connection any more.
	 * @return whether the pool is closed
	 */
	public boolean isClosed() {
		return this.closed.get();
	}

	/**
	 * Close what is idle too long or expired.
	 */
	void evict() {
		closeExpired();
		@Nullable Duration idleTimeout = this.settings.getIdleTimeout();
		if (idleTimeout != null) {
			closeIdle(idleTimeout);
		}
	}

	PoolingHttpClientConnectionManager manager() {
		return this.manager;
	}

	void prepare(HttpRoute route) {
		if (this.settings.getMaxPerRouteOverrides().isEmpty() || this.overridden.contains(route)) {
			return;
		}
		Integer max = this.settings.getMaxPerRouteOverrides().get(target(route));
		if (max != null) {
			this.manager.setMaxPerRoute(route, max);
			this.overridden.add(route);
		}
	}

	private static HttpHost target(HttpRoute route) {
		HttpHost host = route.getTargetHost();
		return new HttpHost(host.getSchemeName(), host.getHostName(), host.getPort());
	}

	void announceOpened() {
		this.listener.poolOpened(this);
	}

	void close() {
		if (this.closed.compareAndSet(false, true)) {
			// A graceful close waits for ever where another thread is stuck in a TLS
			// write.
			this.manager.closeIdle(TimeValue.ZERO_MILLISECONDS);
			this.manager.close(CloseMode.IMMEDIATE);
			this.listener.poolClosed(this);
		}
	}

}
