package io.outboundhttp.pool;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.hc.client5.http.HttpRoute;

import io.outboundhttp.pool.admission.Occupancy;

/**
 * Records what the callers of a pool do. Safe for use by several threads.
 */
final class UsageRecorder {

	/*
	 * Callers only count, in adders that none of them waits for. `lock` guards `window`;
	 * the upkeep thread takes it about once a second, whoever reads the usage takes it
	 * too, a caller never does. `wantedOfRoute` is raised by callers that had to wait,
	 * and taken by the next observation, so that it sees what has passed meanwhile.
	 */

	private static final Duration PAUSE = Duration.ofSeconds(1);

	private static final Duration REAL_WAIT = Duration.ofMillis(1);

	/** More routes than this are not looked at one by one. */
	private static final int MAX_ROUTES = 16;

	private final ReentrantLock lock = new ReentrantLock();

	private final TimeHistogram waits = new TimeHistogram();

	private final TimeHistogram holds = new TimeHistogram();

	private final LongAdder waited = new LongAdder();

	private final LongAdder rejected = new LongAdder();

	/** Callers that waited, and left without a connection. */
	private final LongAdder unserved = new LongAdder();

	private final AtomicInteger wantedOfRoute = new AtomicInteger();

	private final ConnectionPool pool;

	private final long openedNanos;

	private final DemandWindow window = new DemandWindow();

	UsageRecorder(ConnectionPool pool) {
		this.pool = pool;
		this.openedNanos = pool.nanos();
	}

	/**
	 * Note that a caller got a connection.
	 * @param waitedNanos how long it waited
	 */
	void acquired(long waitedNanos) {
		this.waits.record(waitedNanos);
	}

	/**
	 * Note that a connection came back.
	 * @param heldNanos how long it was held
	 */
	void released(long heldNanos) {
		this.holds.record(heldNanos);
	}

	/**
	 * Return how many connections of a route would be in use if nobody had to wait.
	 * @param route the route, for which someone has begun to wait
	 */
	int wanted(HttpRoute route) {
		return Math.min(this.pool.admission().getMaxPerRoute(route), this.pool.admission().getMaxTotal())
				+ this.pool.admission().getPending(route);
	}

	/**
	 * Note that a caller had to wait. Whom another thread is just about to serve waits
	 * for less than counts.
	 * @param wanted how many connections were wanted when it began to wait
	 * @param waitedNanos how long it waited
	 */
	void waited(int wanted, long waitedNanos) {
		if (waitedNanos < REAL_WAIT.toNanos()) {
			return;
		}
		this.waited.increment();
		if (wanted > this.wantedOfRoute.get()) {
			this.wantedOfRoute.accumulateAndGet(wanted, Math::max);
		}
	}

	/**
	 * Note that a caller waited for nothing.
	 * @param waitedNanos how long
	 */
	void leftWithout(long waitedNanos) {
		this.waits.record(waitedNanos);
		this.unserved.increment();
	}

	/**
	 * Note that a caller was turned away.
	 */
	void rejected() {
		this.rejected.increment();
	}

	/**
	 * Look at the pool, unless that was done just now.
	 * @param nowNanos the current reading of the clock
	 */
	void observe(long nowNanos) {
		this.lock.lock();
		try {
			if (nowNanos - this.openedNanos - this.window.lastNanos() >= PAUSE.toNanos()) {
				look(nowNanos);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return what callers do.
	 */
	PoolUsage read() {
		this.lock.lock();
		try {
			look(this.pool.nanos());
			return new PoolUsage(this.waits.read(), this.holds.read(),
					this.window.read(this.pool.admission().getRoutes().size()));
		}
		finally {
			this.lock.unlock();
		}
	}

	private void look(long nowNanos) {
		long openNanos = 0;
		for (PooledConnection connection : this.pool.connections().all()) {
			TrackedLease lease = connection.lease();
			if (lease != null && !lease.isEnded() && !lease.isWarmUp()) {
				openNanos += Math.max(0, nowNanos - lease.sinceNanos());
			}
		}
		int waitedFor = this.wantedOfRoute.getAndSet(0);
		int wanted = wanted(this.pool.reader().read());
		int ofRoute = Math.max(waitedFor, ofRoute(wanted));
		long notServed = this.unserved.sum() + this.rejected.sum();
		this.window.add(new DemandWindow.Observation(nowNanos - this.openedNanos,
				this.waits.count() + this.rejected.sum(), this.waited.sum(), notServed, this.holds.count(),
				this.holds.sumNanos(), openNanos, Math.max(wanted, waitedFor), ofRoute));
	}

	private int ofRoute(int wanted) {
		Collection<HttpRoute> routes = this.pool.admission().getRoutes();
		if (wanted == 0 || routes.size() == 1) {
			return wanted;
		}
		return (routes.size() > MAX_ROUTES) ? 0
				: routes.stream().mapToInt((route) -> wanted(this.pool.reader().read(route))).max().orElse(0);
	}

	private static int wanted(Occupancy occupancy) {
		return occupancy.leased() + occupancy.pending();
	}

}
