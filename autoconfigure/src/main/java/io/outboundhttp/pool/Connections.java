package io.outboundhttp.pool;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.outboundhttp.pool.admission.Disposer;
import io.outboundhttp.pool.admission.DisposeReason;

/**
 * The connections of a pool: how they come, when they must not be used any more, and how
 * they go. Safe for use by several threads.
 */
final class Connections implements Disposer<PooledConnection> {

	private static final Logger logger = LoggerFactory.getLogger(Connections.class);

	/** Before, a look at the socket costs more than it is likely to see. */
	private static final long UNSOLICITED_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private final Set<PooledConnection> all = ConcurrentHashMap.newKeySet();

	private final AtomicLong opened = new AtomicLong();

	private final Map<CloseReason, AtomicLong> closed = new EnumMap<>(CloseReason.class);

	private final AtomicLong refused = new AtomicLong();

	private final ReuseAges reuseAges = new ReuseAges();

	private final ConnectionPool pool;

	private final PoolListener listener;

	private volatile Times times;

	/** Written under the lock. */
	private volatile Generation current;

	private final ReentrantLock lock = new ReentrantLock();

	Connections(ConnectionPool pool, PoolingHttpClientConnectionManager manager, PoolListener listener) {
		this.pool = pool;
		this.listener = listener;
		this.current = new Generation(manager);
		this.times = Times.of(pool.getSettings());
		for (CloseReason reason : CloseReason.values()) {
			this.closed.put(reason, new AtomicLong());
		}
	}

	/**
	 * Go on with other settings. Connections that are open keep their end of life.
	 * @param settings the settings
	 */
	void apply(PoolSettings settings) {
		this.times = Times.of(settings);
	}

	// Coming

	/**
	 * Make a connection, to be opened by its lessee.
	 * @param id identifier of the exchange
	 * @param route the route
	 * @param max limit of the route
	 * @param maxTotal limit in total
	 * @return the connection
	 * @throws TimeoutException if HttpClient's pool has no place for it
	 * @throws ExecutionException if HttpClient's pool has failed
	 */
	PooledConnection create(String id, HttpRoute route, int max, int maxTotal)
			throws TimeoutException, ExecutionException {
		Generation generation = this.current;
		while (!generation.enter()) {
			if (generation == this.current) {
				throw new ExecutionException(this.pool.messages().closed(null));
			}
			generation = this.current;
		}
		boolean created = false;
		try {
			ConnectionEndpoint endpoint = generation.lease(id, route, max, maxTotal);
			PooledConnection connection = new PooledConnection(generation, route, endpoint, this.reuseAges.of(route));
			this.all.add(connection);
			created = true;
			return connection;
		}
		catch (TimeoutException ex) {
			this.refused.incrementAndGet();
			logger.error("Client '{}': HttpClient's own pool has no place for a connection to {} that was admitted. "
					+ "This is a defect; please report it", this.pool.getName(), Routes.target(route));
			throw ex;
		}
		finally {
			if (!created) {
				generation.leave();
			}
		}
	}

	/**
	 * Note that a connection is open.
	 * @param connection the connection
	 */
	void opened(PooledConnection connection) {
		if (connection.opened(lifeNanos(), this.pool.nanos())) {
			this.opened.incrementAndGet();
			this.listener.connectionOpened(this.pool, connection.route());
		}
	}

	/**
	 * Note that a connection, closed by its holder, is about to be opened again.
	 * @param connection the connection
	 */
	void reopening(PooledConnection connection) {
		if (connection.wasOpened()) {
			connection.notOpened();
			closed(connection, CloseReason.EXPIRED);
		}
	}

	private @Nullable Long lifeNanos() {
		Times times = this.times;
		Long timeToLive = times.timeToLiveNanos();
		return (timeToLive != null)
				? (Long) (long) (timeToLive * (1 - times.jitter() * ThreadLocalRandom.current().nextDouble())) : null;
	}

	// Use

	/**
	 * Return why an idle connection must not be used any more.
	 * @param connection the connection, owned by the caller
	 * @param nowNanos the current reading of the clock
	 * @return the reason, {@code null} if it may be used
	 */
	@Nullable CloseReason unusable(PooledConnection connection, long nowNanos) {
		CloseReason worn = worn(connection, nowNanos, false);
		// who is handed an idle connection gets the newest one
		if (worn != null && (worn != CloseReason.IDLE || !this.pool.warmUp().keeps(connection.route()))) {
			return worn;
		}
		if (!connection.isOpen()) {
			return CloseReason.STALE;
		}
		// a caller may have read the clock before the connection came back
		long idleNanos = Math.max(0, nowNanos - connection.idleSinceNanos());
		Long validateNanos = this.times.validateNanos();
		if (validateNanos != null && idleNanos >= validateNanos) {
			return connection.validate();
		}
		boolean unsolicited = idleNanos >= UNSOLICITED_AFTER_NANOS && connection.hasUnsolicitedBytes();
		return unsolicited ? CloseReason.ERROR : null;
	}

	/**
	 * Return why an idle connection should be closed, as far as can be told without
	 * looking at its socket.
	 * @param connection the connection, possibly in use
	 * @param nowNanos the current reading of the clock
	 * @return the reason or {@code null}
	 */
	@Nullable CloseReason worn(PooledConnection connection, long nowNanos) {
		return worn(connection, nowNanos, connection.isKept());
	}

	private @Nullable CloseReason worn(PooledConnection connection, long nowNanos, boolean kept) {
		if (!isCurrent(connection)) {
			return CloseReason.SHUTDOWN;
		}
		if (connection.isExpired(nowNanos)) {
			return CloseReason.EXPIRED;
		}
		Long idleNanos = this.times.idleNanos();
		boolean idle = !kept && idleNanos != null && nowNanos - connection.idleSinceNanos() >= idleNanos;
		return idle ? CloseReason.IDLE : null;
	}

	boolean isCurrent(PooledConnection connection) {
		return connection.generation() == this.current;
	}

	// Going

	@Override
	public void dispose(PooledConnection connection, DisposeReason reason) {
		CloseReason set = connection.closeReason();
		CloseReason why = (set != null) ? set : closeReason(connection, reason);
		this.all.remove(connection);
		try {
			connection.dispose(connection.isClosedInBackground() ? CloseMode.IMMEDIATE : CloseMode.GRACEFUL);
		}
		finally {
			if (connection.wasOpened()) {
				closed(connection, why);
			}
		}
	}

	private void closed(PooledConnection connection, CloseReason reason) {
		AtomicLong count = this.closed.get(reason);
		if (count != null) {
			count.incrementAndGet();
		}
		HttpRoute route = connection.route();
		if (connection.isClosedInBackground()) {
			this.pool.later(() -> this.listener.connectionClosed(this.pool, route, reason));
		}
		else {
			this.listener.connectionClosed(this.pool, route, reason);
		}
	}

	private CloseReason closeReason(PooledConnection connection, DisposeReason reason) {
		return switch (reason) {
			case SWEPT -> {
				CloseReason worn = worn(connection, this.pool.nanos());
				yield (worn != null) ? worn : CloseReason.IDLE;
			}
			case EVICTED, EXCESS -> CloseReason.IDLE;
			case NOT_REUSABLE -> CloseReason.ERROR;
			case CLOSED -> CloseReason.SHUTDOWN;
		};
	}

	@Override
	public long idleSinceNanos(PooledConnection connection) {
		return connection.idleSinceNanos();
	}

	/**
	 * Put another connection manager behind the pool. Connections of the one before are
	 * not used again; it is closed when the last of them is.
	 * @param manager the connection manager
	 */
	void replace(PoolingHttpClientConnectionManager manager) {
		Generation next = new Generation(manager);
		exchange(next).retire();
		if (this.pool.isClosed()) {
			next.retire();
		}
	}

	private Generation exchange(Generation next) {
		this.lock.lock();
		try {
			Generation before = this.current;
			this.current = next;
			return before;
		}
		finally {
			this.lock.unlock();
		}
	}

	void close() {
		this.current.retire();
	}

	// Reading

	Collection<PooledConnection> all() {
		return Collections.unmodifiableSet(this.all);
	}

	boolean isEmpty() {
		return this.all.isEmpty();
	}

	long openedCount() {
		return this.opened.get();
	}

	Map<CloseReason, Long> closedCounts() {
		Map<CloseReason, Long> counts = new EnumMap<>(CloseReason.class);
		this.closed.forEach((reason, count) -> counts.put(reason, count.get()));
		return counts;
	}

	/**
	 * Return the idle time up to which connections of a route are used again, if it was
	 * learned from the server.
	 * @param route the route
	 * @param nowNanos the current reading of the clock
	 * @return milliseconds, {@code null} if nothing shorter than the idle timeout was
	 * learned
	 */
	@Nullable Long learnedReuseAgeMillis(HttpRoute route, long nowNanos) {
		long limitNanos = this.reuseAges.limitNanos(route, nowNanos);
		Long idleNanos = this.times.idleNanos();
		boolean shorter = limitNanos < ((idleNanos != null) ? idleNanos : ReuseAge.NONE);
		return shorter ? TimeUnit.NANOSECONDS.toMillis(limitNanos) : null;
	}

	long refusedCount() {
		return this.refused.get();
	}

	/**
	 * How long connections live, in the unit of the clock.
	 */
	private record Times(@Nullable Long timeToLiveNanos, double jitter, @Nullable Long idleNanos,
			@Nullable Long validateNanos) {

		static Times of(PoolSettings settings) {
			return new Times(nanos(settings.getTimeToLive()), settings.getTimeToLiveJitter(),
					nanos(settings.getIdleTimeout()), nanos(settings.getValidateAfterInactivity()));
		}

		private static @Nullable Long nanos(@Nullable Duration duration) {
			return (duration != null) ? duration.toNanos() : null;
		}

	}

}
