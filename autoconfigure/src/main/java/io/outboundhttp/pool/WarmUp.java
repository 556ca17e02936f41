package io.outboundhttp.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.outboundhttp.pool.TrackedLease.TakeReason;
import io.outboundhttp.pool.admission.Slot;

/**
 * Keeps connections of one route of a pool ready: opens as many as the settings want at
 * the start, and replaces them one by one later. It never takes what a caller needs. Safe
 * for use by several threads.
 */
final class WarmUp {

	/*
	 * `lock` guards `busy`, `failing`, `pauseNanos` and `nextNanos`; nothing else is
	 * called while it is held. `busy` is true from the decision to do something until it
	 * is done, on a warm-up thread; only then is something else begun.
	 *
	 * A caller that has to wait is counted as waiting before it looks at `opening`; here,
	 * a lease is put there before the look whether anyone waits. So at least one of them
	 * sees the other, and the caller gets the place.
	 *
	 * The lease of a connection that is being opened belongs to no caller: the connection
	 * does not know it, so nobody counts it, and no listener hears of it.
	 */

	private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

	private static final Logger logger = LoggerFactory.getLogger(WarmUp.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Set<TrackedLease> opening = ConcurrentHashMap.newKeySet();

	private final AtomicInteger checking = new AtomicInteger();

	private final ConnectionPool pool;

	private final Executor threads;

	private volatile @Nullable Target target;

	private boolean busy;

	private boolean failing;

	private long pauseNanos = PAUSE_NANOS;

	private long nextNanos;

	WarmUp(ConnectionPool pool, Executor threads) {
		this.pool = pool;
		this.threads = threads;
	}

	private int wanted() {
		return this.pool.getSettings().getMinIdle();
	}

	// When

	/**
	 * Open the connections that are missing, and keep their number from then on.
	 * @param route route of the connections
	 * @param opener opens one
	 * @param limit the time that it may take
	 * @return completed when it is over, whatever came of it
	 */
	CompletableFuture<Void> start(HttpRoute route, ConnectionOpener opener, Duration limit) {
		Target target = new Target(route, opener);
		int missing = wanted() - this.pool.admission().read(route).available();
		this.lock.lock();
		try {
			this.target = target;
			this.nextNanos = this.pool.nanos() + PAUSE_NANOS;
			if (this.busy || missing <= 0) {
				return CompletableFuture.completedFuture(null);
			}
			this.busy = true;
		}
		finally {
			this.lock.unlock();
		}
		Start start = new Start(target, this.pool.nanos() + limit.toNanos());
		// one alone: where it fails, so would the others
		execute(() -> {
			if (open(start)) {
				start.left.addAndGet(missing - 1);
				for (int i = 1; i < missing; i++) {
					execute(() -> open(start), () -> end(start));
				}
			}
		}, () -> end(start));
		return start.done;
	}

	private boolean open(Start start) {
		if (!start.stopped && !openOne(start.target, start.remaining(this.pool.nanos()))) {
			start.stopped = true;
		}
		return !start.stopped;
	}

	private void end(Start start) {
		if (start.left.decrementAndGet() == 0) {
			over();
			start.done.complete(null);
		}
	}

	/**
	 * Begin what is due: one more connection where there are too few, else a look at one
	 * that may be dead.
	 * @param nowNanos the current reading of the clock
	 * @return nanoseconds until something may be due, the largest value for never
	 */
	long look(long nowNanos) {
		Target target = this.target;
		if (target == null || this.pool.admission().isClosed()) {
			return Long.MAX_VALUE;
		}
		this.lock.lock();
		try {
			if (this.busy || wanted() == 0) {
				return PAUSE_NANOS;
			}
			long remaining = this.nextNanos - nowNanos;
			if (remaining > 0) {
				return remaining;
			}
			this.busy = true;
			this.nextNanos = nowNanos + this.pauseNanos;
		}
		finally {
			this.lock.unlock();
		}
		execute(() -> topUp(target), this::over);
		return PAUSE_NANOS;
	}

	/**
	 * Where there are more than wanted, the oldest one is left alone: it comes back as
	 * the one to use next, and would outlive the idle timeout.
	 */
	private void topUp(Target target) {
		int idle = this.pool.admission().read(target.route()).available();
		if (idle < wanted()) {
			openOne(target, null);
		}
		else if (idle == wanted()) {
			checkOldest(target.route());
		}
	}

	private void execute(Runnable task, Runnable end) {
		try {
			this.threads.execute(() -> {
				try {
					task.run();
				}
				finally {
					end.run();
				}
			});
		}
		catch (RejectedExecutionException ex) {
			// closed for good
			end.run();
		}
	}

	/**
	 * Return whether something was begun and is not over yet.
	 */
	boolean isBusy() {
		this.lock.lock();
		try {
			return this.busy;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void over() {
		this.lock.lock();
		try {
			this.busy = false;
			this.nextNanos = this.pool.nanos() + this.pauseNanos;
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean openOne(Target target, @Nullable Duration limit) {
		try {
			boolean opened = target.opener().open(limit);
			if (opened && succeeded()) {
				logger.info("Client '{}': connections to {} can be opened again", this.pool.getName(),
						PoolMessages.route(target.route()));
			}
			return opened;
		}
		catch (IOException | RuntimeException ex) {
			if (this.pool.admission().isClosed()) {
				return false;
			}
			if (failed()) {
				logger.warn(this.pool.messages()
					.notWarm(target.route(), this.pool.admission().read(target.route()).available(), wanted(), ex));
			}
			logger.debug("Client '{}': no connection to {} could be opened in advance", this.pool.getName(),
					PoolMessages.route(target.route()), ex);
			return false;
		}
	}

	private boolean succeeded() {
		this.lock.lock();
		try {
			boolean before = this.failing;
			this.failing = false;
			this.pauseNanos = PAUSE_NANOS;
			return before;
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean failed() {
		this.lock.lock();
		try {
			boolean first = !this.failing;
			this.failing = true;
			this.pauseNanos = Math.min(this.pauseNanos * 2, LONGEST_PAUSE_NANOS);
			return first;
		}
		finally {
			this.lock.unlock();
		}
	}

	// How

	/**
	 * Open a connection and let it lie idle.
	 * @param route its route
	 * @param context context of the exchange that stands for it
	 * @param limit the time that it may take, {@code null} for the connect timeout
	 * @return whether it was opened; if not, there was no room, or a caller needed it
	 * @throws IOException if it could not be opened
	 */
	boolean open(HttpRoute route, HttpContext context, @Nullable TimeValue limit) throws IOException {
		Target target = this.target;
		if (target != null && !target.route().equals(route)) {
			// by way of another proxy
			this.target = new Target(route, target.opener());
		}
		Slot<PooledConnection> slot = this.pool.admission().tryOpen(route);
		if (slot == null) {
			return false;
		}
		TrackedLease lease = lease(slot, route);
		this.opening.add(lease);
		try {
			if (this.pool.admission().isClosed() || this.pool.admission().isWanted(route)) {
				return false;
			}
			lease.connect(limit, context);
			lease.release(null, TimeValue.NEG_ONE_MILLISECOND);
			return true;
		}
		catch (IOException ex) {
			if (lease.isTakenFor(TakeReason.NEEDED) || lease.isTakenFor(TakeReason.SHUTDOWN)) {
				return false;
			}
			throw ex;
		}
		finally {
			// nothing happens if it is released already
			lease.release(null, null);
			this.opening.remove(lease);
		}
	}

	private TrackedLease lease(Slot<PooledConnection> slot, HttpRoute route) throws IOException {
		boolean done = false;
		try {
			PooledConnection connection = this.pool.create("warm-up", route);
			slot.setItem(connection);
			TrackedLease lease = new LeasedEndpoint(null, this.pool, slot, connection, CallContext.WARM_UP,
					this.pool.calls().current(), null, this.pool.nanos())
				.lease();
			done = true;
			return lease;
		}
		catch (TimeoutException | ExecutionException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
		finally {
			if (!done) {
				this.pool.admission().release(slot, false);
			}
		}
	}

	/**
	 * A caller is about to wait: let it have the places of connections that nobody has
	 * asked for.
	 */
	void giveWay() {
		if (!this.opening.isEmpty()) {
			// after whoever decides right now whether there is room
			this.pool.admission().read();
			for (TrackedLease lease : this.opening) {
				if (this.pool.admission().isWanted(lease.getRoute())) {
					lease.take(TakeReason.NEEDED);
				}
			}
		}
	}

	/**
	 * Look whether the connection that is idle for longest was closed by the other side.
	 */
	private void checkOldest(HttpRoute route) {
		this.checking.incrementAndGet();
		Slot<PooledConnection> slot = this.pool.admission().tryTakeOldest(route);
		try {
			PooledConnection connection = (slot != null) ? slot.getItem() : null;
			if (slot != null && connection != null) {
				CloseReason reason = this.pool.connections().unusable(connection, this.pool.nanos());
				if (reason != null) {
					connection.closeReason(reason);
				}
				this.pool.admission().release(slot, reason == null);
			}
		}
		finally {
			this.checking.decrementAndGet();
		}
	}

	// What

	/**
	 * Return whether connections of a route are kept beyond the idle timeout.
	 * @param route the route
	 * @return whether they are, as long as no newer ones are idle
	 */
	boolean keeps(HttpRoute route) {
		Target target = this.target;
		return target != null && wanted() > 0 && target.route().equals(route);
	}

	/**
	 * Mark the connections that are kept beyond the idle timeout: as many of the newest
	 * idle ones as the settings want. Called by the upkeep thread.
	 */
	void mark() {
		Target target = this.target;
		if (target == null) {
			return;
		}
		long nowNanos = this.pool.nanos();
		List<Idle> idle = this.pool.connections()
			.all()
			.stream()
			.filter((connection) -> connection.isUsed() && connection.lease() == null
					&& connection.route().equals(target.route()))
			.map((connection) -> new Idle(connection, nowNanos - connection.idleSinceNanos()))
			.sorted(Comparator.comparingLong(Idle::ageNanos))
			.toList();
		int wanted = wanted();
		for (int i = 0; i < idle.size(); i++) {
			idle.get(i).connection().kept(i < wanted);
		}
	}

	/**
	 * Return how many places of a route are taken, and by no caller.
	 * @param route the route, {@code null} for all
	 * @return the number
	 */
	int held(@Nullable HttpRoute route) {
		Target target = this.target;
		if (target == null || (route != null && !target.route().equals(route))) {
			return 0;
		}
		return this.opening.size() + this.checking.get();
	}

	/**
	 * Give up what is being opened. Called once the admission is closed.
	 */
	void close() {
		this.opening.forEach((lease) -> lease.take(TakeReason.SHUTDOWN));
	}

	/**
	 * What is kept ready.
	 *
	 * @param route route of the connections
	 * @param opener opens one
	 */
	private record Target(HttpRoute route, ConnectionOpener opener) {

	}

	/**
	 * Connection that lies idle.
	 *
	 * @param connection the connection
	 * @param ageNanos for how long, in this instant
	 */
	private record Idle(PooledConnection connection, long ageNanos) {

	}

	/**
	 * The first connections.
	 */
	private static final class Start {

		private final CompletableFuture<Void> done = new CompletableFuture<>();

		private final AtomicInteger left = new AtomicInteger(1);

		private final Target target;

		private final long endNanos;

		private volatile boolean stopped;

		Start(Target target, long endNanos) {
			this.target = target;
			this.endNanos = endNanos;
		}

		Duration remaining(long nowNanos) {
			return Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), this.endNanos - nowNanos));
		}

	}

}
