package io.outboundhttp.pool;

import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

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

import io.outboundhttp.pool.admission.Occupancy;

/**
 * {@link HttpClientConnectionManager} that one HttpClient sees of a
 * {@link ConnectionPool}. Several HttpClients may share a pool, each through a connection
 * manager of its own, so nothing that an HttpClient does can close the pool for the
 * others; only the owner of the pool closes it. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class ManagedConnectionManager implements HttpClientConnectionManager, ConnPoolControl<HttpRoute> {

	/*
	 * `lock` guards the one transition of `pool` from null to the pool, together with
	 * `opener`. Afterwards `pool` is read without it.
	 */

	private static final PoolStats UNUSED = new PoolStats(0, 0, 0, 0);

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Function<ManagedConnectionManager, ConnectionPool> opener;

	private volatile @Nullable ConnectionPool pool;

	ManagedConnectionManager(Function<ManagedConnectionManager, ConnectionPool> opener) {
		this.opener = opener;
	}

	/**
	 * Return the pool behind this connection manager. It is opened if need be; an
	 * HttpClient that is never used never opens one.
	 * @return the pool
	 * @throws IllegalStateException if the owner of the pools is closed
	 */
	public ConnectionPool getPool() {
		ConnectionPool pool = this.pool;
		return (pool != null) ? pool : openPool();
	}

	private ConnectionPool openPool() {
		this.lock.lock();
		try {
			ConnectionPool pool = this.pool;
			if (pool == null) {
				pool = Objects.requireNonNull(this.opener, "no opener").apply(this);
				this.pool = pool;
				this.opener = null;
			}
			return pool;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public LeaseRequest lease(String id, HttpRoute route, Timeout requestTimeout, @Nullable Object state) {
		return new PooledLeaseRequest(this, id, route, state);
	}

	@Override
	public void release(ConnectionEndpoint endpoint, @Nullable Object newState, @Nullable TimeValue validDuration) {
		leased(endpoint).lease().release(newState, validDuration);
	}

	@Override
	public void connect(ConnectionEndpoint endpoint, @Nullable TimeValue connectTimeout, HttpContext context)
			throws IOException {
		leased(endpoint).connect(connectTimeout, context);
	}

	@Override
	public void upgrade(ConnectionEndpoint endpoint, HttpContext context) throws IOException {
		leased(endpoint).upgrade(context);
	}

	private static LeasedEndpoint leased(ConnectionEndpoint endpoint) {
		if (endpoint instanceof LeasedEndpoint leased) {
			return leased;
		}
		throw new IllegalArgumentException(
				"endpoint: " + endpoint.getClass().getName() + " (expected: one of this pool)");
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
		ConnectionPool pool = this.pool;
		return (pool != null) ? stats(pool.reader().read()) : UNUSED;
	}

	@Override
	public PoolStats getStats(HttpRoute route) {
		ConnectionPool pool = this.pool;
		return (pool != null) ? stats(pool.reader().read(route)) : UNUSED;
	}

	private static PoolStats stats(Occupancy occupancy) {
		return new PoolStats(occupancy.leased(), occupancy.pending(), occupancy.available(), occupancy.max());
	}

	@Override
	public void setMaxTotal(int max) {
		getPool().setMaxTotal(max);
	}

	@Override
	public int getMaxTotal() {
		return getPool().admission().getMaxTotal();
	}

	@Override
	public void setDefaultMaxPerRoute(int max) {
		getPool().setMaxPerRoute(max);
	}

	@Override
	public int getDefaultMaxPerRoute() {
		return getPool().admission().getMaxPerRoute();
	}

	@Override
	public void setMaxPerRoute(HttpRoute route, int max) {
		getPool().admission().setMaxPerRoute(route, max);
	}

	@Override
	public int getMaxPerRoute(HttpRoute route) {
		return getPool().admission().getMaxPerRoute(route);
	}

	@Override
	public void closeIdle(TimeValue idleTime) {
		getPool().closeIdle(idleTime.toDuration());
	}

	@Override
	public void closeExpired() {
		getPool().closeExpired();
	}

	@Override
	public Set<HttpRoute> getRoutes() {
		ConnectionPool pool = this.pool;
		return (pool != null) ? pool.admission().getRoutes() : Set.of();
	}

}
