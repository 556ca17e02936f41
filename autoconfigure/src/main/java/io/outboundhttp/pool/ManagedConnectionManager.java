package io.outboundhttp.pool;

import java.io.IOException;
import java.util.Set;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * {@link HttpClientConnectionManager} that one HttpClient sees of a
 * {@link ConnectionPool}. Several HttpClients may share a pool, each through a connection
 * manager of its own, so nothing that an HttpClient does can close the pool for the
 * others; only the owner of the pool closes it. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class ManagedConnectionManager implements HttpClientConnectionManager, ConnPoolControl<HttpRoute> {

	private final ConnectionPool pool;

	ManagedConnectionManager(ConnectionPool pool) {
		this.pool = pool;
	}

	/**
	 * Return the pool behind this connection manager.
	 * @return the pool
	 */
	public ConnectionPool getPool() {
		return this.pool;
	}

	@Override
	public LeaseRequest lease(String id, HttpRoute route, Timeout requestTimeout, @Nullable Object state) {
		this.pool.prepare(route);
		return this.pool.manager().lease(id, route, requestTimeout, state);
	}

	@Override
	public void release(ConnectionEndpoint endpoint, @Nullable Object newState, @Nullable TimeValue validDuration) {
		this.pool.manager().release(endpoint, newState, validDuration);
	}

	@Override
	public void connect(ConnectionEndpoint endpoint, @Nullable TimeValue connectTimeout, HttpContext context)
			throws IOException {
		this.pool.manager().connect(endpoint, connectTimeout, context);
	}

	@Override
	public void upgrade(ConnectionEndpoint endpoint, HttpContext context) throws IOException {
		this.pool.manager().upgrade(endpoint, context);
	}

	/**
	 * Leave the pool open. HttpClient closes its connection manager when the client is
	 * closed and on any {@link Error} inside a call; neither may end the pool for others.
	 */
	@Override
	public void close() {
	}

	/**
	 * Leave the pool open, as {@link #close()} does.
	 */
	@Override
	public void close(CloseMode closeMode) {
	}

	@Override
	public PoolStats getTotalStats() {
		return this.pool.manager().getTotalStats();
	}

	@Override
	public PoolStats getStats(HttpRoute route) {
		return this.pool.manager().getStats(route);
	}

	@Override
	public void setMaxTotal(int max) {
		this.pool.manager().setMaxTotal(max);
	}

	@Override
	public int getMaxTotal() {
		return this.pool.manager().getMaxTotal();
	}

	@Override
	public void setDefaultMaxPerRoute(int max) {
		this.pool.manager().setDefaultMaxPerRoute(max);
	}

	@Override
	public int getDefaultMaxPerRoute() {
		return this.pool.manager().getDefaultMaxPerRoute();
	}

	@Override
	public void setMaxPerRoute(HttpRoute route, int max) {
		this.pool.manager().setMaxPerRoute(route, max);
	}

	@Override
	public int getMaxPerRoute(HttpRoute route) {
		return this.pool.manager().getMaxPerRoute(route);
	}

	@Override
	public void closeIdle(TimeValue idleTime) {
		this.pool.manager().closeIdle(idleTime);
	}

	@Override
	public void closeExpired() {
		this.pool.manager().closeExpired();
	}

	@Override
	public Set<HttpRoute> getRoutes() {
		return this.pool.manager().getRoutes();
	}

}
