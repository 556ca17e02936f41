package io.outboundhttp.metrics;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.hc.client5.http.HttpRoute;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.client.TlsStatus;
import io.outboundhttp.pool.CloseReason;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.Lease;
import io.outboundhttp.pool.PoolListener;

/**
 * {@link MeterBinder} for the meters of all pools that are open, from the opening of each
 * to its end. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class PoolMetrics implements MeterBinder, PoolListener {

	/*
	 * `open` has every open pool. `lock` makes changes one after the other: a pool that
	 * opens or closes while a registry is bound has its meters there once, or not at all.
	 * Events of pools do not take it.
	 */

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<ConnectionPool, MeteredPool> open = new ConcurrentHashMap<>();

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	private final Function<ConnectionPool, @Nullable TlsStatus> tls;

	private final RouteTag routeTag;

	/**
	 * Create a binder.
	 * @param tls gives what is known about the SSL bundle of a pool
	 * @param routeTag whether meters carry the route
	 */
	public PoolMetrics(Function<ConnectionPool, @Nullable TlsStatus> tls, RouteTag routeTag) {
		this.tls = tls;
		this.routeTag = routeTag;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.lock.lock();
		try {
			List<MeteredPool> before = List.copyOf(this.open.values());
			this.registries.add(registry);
			before.forEach((pool) -> pool.register(registry));
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void poolOpened(ConnectionPool pool) {
		this.lock.lock();
		try {
			MeteredPool opened = new MeteredPool(pool, this.routeTag, this.tls);
			this.registries.forEach(opened::register);
			this.open.put(pool, opened);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void poolClosed(ConnectionPool pool) {
		this.lock.lock();
		try {
			MeteredPool closed = this.open.remove(pool);
			if (closed != null) {
				closed.remove();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void leaseAcquired(Lease lease, long waitedNanos) {
		acquired(lease.getPool(), lease.getRoute(), Outcome.LEASED, waitedNanos);
	}

	@Override
	public void leaseReleased(Lease lease, long heldNanos) {
		MeteredPool metered = this.open.get(lease.getPool());
		if (metered != null) {
			metered.used(lease.getRoute(), heldNanos);
		}
	}

	@Override
	public void leaseTimedOut(ConnectionPool pool, HttpRoute route, long waitedNanos) {
		acquired(pool, route, Outcome.TIMEOUT, waitedNanos);
	}

	@Override
	public void leaseRejected(ConnectionPool pool, HttpRoute route) {
		acquired(pool, route, Outcome.REJECTED, 0);
	}

	@Override
	public void leaseCancelled(ConnectionPool pool, HttpRoute route, long waitedNanos) {
		acquired(pool, route, Outcome.CANCELLED, waitedNanos);
	}

	private void acquired(ConnectionPool pool, HttpRoute route, Outcome outcome, long waitedNanos) {
		MeteredPool metered = this.open.get(pool);
		if (metered != null) {
			metered.acquired(route, outcome, waitedNanos);
		}
	}

	@Override
	public void connectStepEnded(ConnectionPool pool, HttpRoute route, CallPhase step, long nanos, boolean success) {
		MeteredPool metered = this.open.get(pool);
		if (metered != null) {
			metered.stepEnded(route, step, nanos, success);
		}
	}

	@Override
	public void connectionClosed(ConnectionPool pool, HttpRoute route, CloseReason reason) {
		MeteredPool metered = this.open.get(pool);
		if (metered != null) {
			metered.closed(route, reason);
		}
	}

}
