package io.outboundhttp.metrics;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.hc.client5.http.HttpRoute;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.outboundhttp.CallPhase;
import io.outboundhttp.client.TlsStatus;
import io.outboundhttp.pool.CloseReason;
import io.outboundhttp.pool.ConnectionPool;

/**
 * A pool and its meters in all registries, from its opening to its end. Safe for use by
 * several threads.
 */
final class MeteredPool {

	/*
	 * `lock` makes changes one after the other: each route has its meters in each
	 * registry once, and none has any after `remove`. An event takes it for a route that
	 * it is the first to see. A scrape never waits for it: whoever holds it registers
	 * meters, and may wait for the registry.
	 */

	private static final Logger logger = LoggerFactory.getLogger(MeteredPool.class);

	private final ReentrantLock lock = new ReentrantLock();

	/** One for each registry. */
	private final List<PoolMeters> meters = new CopyOnWriteArrayList<>();

	private final ConnectionPool pool;

	private final RouteTable routes;

	private final PoolReading reading;

	private final Function<ConnectionPool, @Nullable TlsStatus> tls;

	/** Guarded by the lock. */
	private boolean removed;

	MeteredPool(ConnectionPool pool, RouteTag tag, Function<ConnectionPool, @Nullable TlsStatus> tls) {
		this.pool = pool;
		this.tls = tls;
		this.routes = new RouteTable(pool.getName(), tag);
		this.reading = new PoolReading(pool, tag.enabled() ? this::routeOfReading : null);
	}

	/**
	 * Add the meters of one more registry. Not to be called after {@link #remove()}.
	 * @param registry the registry
	 */
	void register(MeterRegistry registry) {
		String name = this.pool.getName();
		if (registry.find(PoolMeter.LEAKS.getMeterName()).tag("client", name).meter() != null) {
			logger.warn("Client '{}': no meters, since the registry has those of another pool of this name; give each "
					+ "application context a MeterRegistry of its own", name);
			return;
		}
		this.lock.lock();
		try {
			PoolMeters added = new PoolMeters(registry, this.pool, this.reading, this.tls);
			this.meters.add(added);
			this.routes.all().forEach(added::register);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Take the meters out of all registries.
	 */
	void remove() {
		this.lock.lock();
		try {
			this.removed = true;
			this.meters.forEach(PoolMeters::remove);
		}
		finally {
			this.lock.unlock();
		}
	}

	private MeteredRoute route(HttpRoute route) {
		MeteredRoute known = this.routes.find(route);
		return (known != null) ? known : add(route);
	}

	/**
	 * Return what a route belongs to, {@code null} if another thread adds something, or
	 * this one does: a registry may read a meter while it is registered.
	 */
	private @Nullable MeteredRoute routeOfReading(HttpRoute route) {
		MeteredRoute known = this.routes.find(route);
		if (known != null || this.lock.isHeldByCurrentThread() || !this.lock.tryLock()) {
			return known;
		}
		try {
			return add(route);
		}
		finally {
			this.lock.unlock();
		}
	}

	private MeteredRoute add(HttpRoute route) {
		this.lock.lock();
		try {
			return this.routes.findOrAdd(route, (added) -> {
				if (!this.removed) {
					this.meters.forEach((registered) -> registered.register(added));
				}
			});
		}
		finally {
			this.lock.unlock();
		}
	}

	// Recording

	void acquired(HttpRoute route, Outcome outcome, long nanos) {
		route(route).acquired(outcome, nanos);
	}

	void used(HttpRoute route, long nanos) {
		route(route).used(nanos);
	}

	void stepEnded(HttpRoute route, CallPhase step, long nanos, boolean success) {
		route(route).stepEnded(step, nanos, success);
		if (step == CallPhase.TLS && success) {
			this.meters.forEach(PoolMeters::certificates);
		}
	}

	void closed(HttpRoute route, CloseReason reason) {
		route(route).closed(reason);
	}

}
