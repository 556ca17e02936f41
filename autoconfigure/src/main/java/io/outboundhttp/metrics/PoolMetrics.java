package io.outboundhttp.metrics;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.hc.client5.http.HttpRoute;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.client.TlsStatus;
import io.outboundhttp.metrics.PoolMeters.Outcome;
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
	 * `open` has every open pool, with its meters in each registry. `lock` makes changes
	 * one after the other: a pool that opens or closes while a registry is bound has its
	 * meters there once, or not at all. Events of pools take no lock.
	 */

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<ConnectionPool, List<PoolMeters>> open = new ConcurrentHashMap<>();

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	private final Function<ConnectionPool, @Nullable TlsStatus> tls;

	/**
	 * Create a binder.
	 * @param tls gives what is known about the SSL bundle of a pool
	 */
	public PoolMetrics(Function<ConnectionPool, @Nullable TlsStatus> tls) {
		this.tls = tls;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.lock.lock();
		try {
			Map<ConnectionPool, List<PoolMeters>> before = Map.copyOf(this.open);
			this.registries.add(registry);
			before.forEach((pool, meters) -> meters.add(new PoolMeters(registry, pool, this.tls)));
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void poolOpened(ConnectionPool pool) {
		this.lock.lock();
		try {
			List<PoolMeters> meters = new CopyOnWriteArrayList<>();
			this.registries.forEach((registry) -> meters.add(new PoolMeters(registry, pool, this.tls)));
			this.open.put(pool, meters);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void poolClosed(ConnectionPool pool) {
		this.lock.lock();
		try {
			List<PoolMeters> meters = this.open.remove(pool);
			if (meters != null) {
				meters.forEach(PoolMeters::remove);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void leaseAcquired(Lease lease, long waitedNanos) {
		each(lease.getPool(), (meters) -> meters.acquired(Outcome.LEASED, waitedNanos));
	}

	@Override
	public void leaseReleased(Lease lease, long heldNanos) {
		each(lease.getPool(), (meters) -> meters.used(heldNanos));
	}

	@Override
	public void leaseTimedOut(ConnectionPool pool, HttpRoute route, long waitedNanos) {
		each(pool, (meters) -> meters.acquired(Outcome.TIMEOUT, waitedNanos));
	}

	@Override
	public void leaseRejected(ConnectionPool pool, HttpRoute route) {
		each(pool, (meters) -> meters.acquired(Outcome.REJECTED, 0));
	}

	@Override
	public void leaseCancelled(ConnectionPool pool, HttpRoute route, long waitedNanos) {
		each(pool, (meters) -> meters.acquired(Outcome.CANCELLED, waitedNanos));
	}

	@Override
	public void connectStepEnded(ConnectionPool pool, HttpRoute route, CallPhase step, long nanos, boolean success) {
		each(pool, (meters) -> meters.stepEnded(step, nanos, success));
	}

	private void each(ConnectionPool pool, Consumer<PoolMeters> action) {
		List<PoolMeters> meters = this.open.get(pool);
		if (meters != null) {
			meters.forEach(action);
		}
	}

}
