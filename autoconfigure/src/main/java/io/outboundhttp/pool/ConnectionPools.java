package io.outboundhttp.pool;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.outboundhttp.pool.connect.HostLookup;
import io.outboundhttp.pool.connect.NameResolver;
import io.outboundhttp.pool.connect.PenaltyBox;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one owner of all pools: it opens them, sweeps them in the background and closes
 * them. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class ConnectionPools implements AutoCloseable {

	/*
	 * `lock` guards `entries` and `closed`, and is never held while a pool or a listener
	 * is called. The due time of an entry is touched by the upkeep thread alone.
	 *
	 * A transient pool ends when none of its connection managers can be reached any more.
	 * Both an HttpClient and an open response reach the connection manager, so a pool
	 * that ends this way has no user left; a lease that it still counts was dropped by
	 * its caller. The phantom references are kept in the entry, hence they are enqueued.
	 */

	static final String CLOCK = "outbound-http-clock";

	static final String UPKEEP = "outbound-http-upkeep";

	private static final Logger logger = LoggerFactory.getLogger(ConnectionPools.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<String, Entry> entries = new LinkedHashMap<>();

	private final Map<String, Integer> numbers = new HashMap<>();

	private final ReferenceQueue<ManagedConnectionManager> unreachable = new ReferenceQueue<>();

	private final ReferenceQueue<LeasedEndpoint> unreachableLeases = new ReferenceQueue<>();

	/** What listeners have to be told on the upkeep thread. */
	private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();

	private final Calls calls = new Calls();

	private final TimeSource timeSource;

	private final PoolSupport support;

	private final ConnectHooks connectHooks = new ConnectHooks(this.calls);

	/** Immediate ends of what is overdue. Never user code, DNS or I/O. */
	private final Worker clock;

	private final Clock tasks;

	private final NameResolver names;

	private final WarmUpThreads warmUps = new WarmUpThreads();

	/** All the rest: eviction, detection of leaks, events. */
	private final Worker upkeep;

	private boolean closed;

	/**
	 * Create an owner without any pool or thread.
	 * @param timeSource clock of the background work
	 * @param listeners what is told about the pools
	 */
	public ConnectionPools(TimeSource timeSource, List<? extends PoolListener> listeners) {
		this(timeSource, listeners, SystemDefaultDnsResolver.INSTANCE::resolve);
	}

	ConnectionPools(TimeSource timeSource, List<? extends PoolListener> listeners, HostLookup hosts) {
		this.timeSource = timeSource;
		this.clock = new Worker(CLOCK, timeSource, this::endOverdue);
		this.names = new NameResolver(hosts, timeSource::nanos);
		this.tasks = new Clock(this.clock::wakeWithin);
		this.upkeep = new Worker(UPKEEP, timeSource, this::sweep);
		this.support = new PoolSupport(timeSource, new GuardedPoolListener(List.copyOf(listeners)), this.calls,
				this.unreachableLeases, this::later, this.tasks, this.names, new PenaltyBox(timeSource::nanos),
				this.upkeep::wakeWithin, this.warmUps);
	}

	/**
	 * Open the pool of a client. It lives until {@link #close()}.
	 * @param name name of the client
	 * @param settings settings of the pool
	 * @param manager what holds the connections; owned by the pool from now on
	 * @return the pool
	 * @throws IllegalStateException if there is a pool of this name, or this owner is
	 * closed; the connection manager is closed then
	 */
	public ConnectionPool open(String name, PoolSettings settings, PoolingHttpClientConnectionManager manager) {
		return open(name, settings, manager, false);
	}

	/**
	 * Open a pool of a client that is kept apart from the client's first pool, under the
	 * client's name and a number. It lives until {@link #close()}, at most until all its
	 * connection managers have become unreachable.
	 * @param name name of the client
	 * @param settings settings of the pool
	 * @param manager what holds the connections; owned by the pool from now on
	 * @return the pool
	 * @throws IllegalStateException if this owner is closed; the connection manager is
	 * closed then
	 */
	public ConnectionPool openTransient(String name, PoolSettings settings,
			PoolingHttpClientConnectionManager manager) {
		return open(name, settings, manager, true);
	}

	private ConnectionPool open(String name, PoolSettings settings, PoolingHttpClientConnectionManager manager,
			boolean isTransient) {
		ConnectionPool pool;
		this.lock.lock();
		try {
			String uniqueName = isTransient ? numbered(name) : name;
			if (this.closed) {
				manager.close(CloseMode.IMMEDIATE);
				throw new PoolsClosedException(
						"Client '%s': cannot open a pool, the application context is closed".formatted(name),
						new PoolMessages(name).closed(null));
			}
			if (this.entries.containsKey(uniqueName)) {
				manager.close(CloseMode.IMMEDIATE);
				throw new IllegalStateException(
						"Client '%s': cannot open a pool, its pool is open already".formatted(name));
			}
			pool = new ConnectionPool(uniqueName, settings, manager, this.support);
			this.entries.put(uniqueName, new Entry(pool, isTransient));
		}
		finally {
			this.lock.unlock();
		}
		pool.announceOpened();
		this.upkeep.wake();
		return pool;
	}

	private String numbered(String name) {
		return name + "#" + this.numbers.merge(name, 2, (number, start) -> number + 1);
	}

	/**
	 * Return a new connection manager for one more HttpClient.
	 * @param pool opens or finds the pool when the HttpClient is used first; asked again
	 * if the pool that it found was closed meanwhile
	 * @return the connection manager
	 */
	public ManagedConnectionManager connectionManager(Supplier<ConnectionPool> pool) {
		return new ManagedConnectionManager((connectionManager) -> {
			ConnectionPool candidate = pool.get();
			while (!attach(connectionManager, candidate)) {
				candidate = pool.get();
			}
			return candidate;
		});
	}

	private boolean attach(ManagedConnectionManager connectionManager, ConnectionPool pool) {
		this.lock.lock();
		try {
			Entry entry = this.entries.get(pool.getName());
			if (entry == null || entry.pool != pool) {
				return false;
			}
			if (entry.isTransient) {
				entry.users.add(new User(connectionManager, this.unreachable, entry));
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return the calls of all threads.
	 * @return where a client notes on whose behalf it leases connections
	 */
	public Calls getCalls() {
		return this.calls;
	}

	/**
	 * Return what a connection manager needs so that each phase of a connect is bounded.
	 * @return the hooks
	 */
	public ConnectHooks getConnectHooks() {
		return this.connectHooks;
	}

	/**
	 * Return by how much the background work is late, because it hangs or a thread of it
	 * has ended.
	 * @return zero if it is in time or has nothing to do
	 */
	public Duration getMaintenanceDelay() {
		long nowNanos = this.timeSource.nanos();
		return Duration.ofNanos(Math.max(this.clock.lateNanos(nowNanos), this.upkeep.lateNanos(nowNanos)));
	}

	/**
	 * Return the open pools in the order in which they were opened.
	 * @return the pools
	 */
	public List<ConnectionPool> getPools() {
		this.lock.lock();
		try {
			return this.entries.values().stream().map((entry) -> entry.pool).toList();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return the open pool of the given name.
	 * @param name the name
	 * @return the pool or {@code null}
	 */
	public @Nullable ConnectionPool find(String name) {
		this.lock.lock();
		try {
			Entry entry = this.entries.get(name);
			return (entry != null) ? entry.pool : null;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Close all pools at once, those in use too, and end the background threads. Closing
	 * twice changes nothing.
	 */
	@Override
	public void close() {
		close(Duration.ZERO);
	}

	/**
	 * Close all pools and end the background threads. From now on nobody gets a
	 * connection, and callers that wait are told at once. Connections in use are waited
	 * for, except those that are leaked, and then closed too, which is warned of. Blocks;
	 * an interrupt ends the wait. Closing twice changes nothing, not even a wait that
	 * another thread is in.
	 * @param drainTimeout longest wait for connections in use, of all pools together;
	 * zero for none
	 */
	public void close(Duration drainTimeout) {
		List<ConnectionPool> pools;
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			this.closed = true;
			pools = this.entries.values().stream().map((entry) -> entry.pool).toList();
		}
		finally {
			this.lock.unlock();
		}
		pools.forEach(ConnectionPool::refuse);
		new ShutdownDrain(pools, this.timeSource).await(drainTimeout);
		this.lock.lock();
		try {
			this.entries.clear();
		}
		finally {
			this.lock.unlock();
		}
		this.clock.close();
		this.upkeep.close();
		pools.forEach(ConnectionPools::closeGuarded);
		this.warmUps.close();
		this.names.close();
		runEvents();
	}

	private void later(Runnable event) {
		this.events.add(event);
		this.upkeep.wake();
	}

	private void runEvents() {
		for (Runnable event = this.events.poll(); event != null; event = this.events.poll()) {
			event.run();
		}
	}

	/**
	 * End what takes too long.
	 * @param nowNanos the current reading of the clock
	 * @return nanoseconds to wait before the next look
	 */
	long endOverdue(long nowNanos) {
		return Math.min(this.tasks.tick(nowNanos), reclaimOverdue(nowNanos));
	}

	/**
	 * Take back the leases that are overdue.
	 * @param nowNanos the current reading of the clock
	 * @return nanoseconds to wait before the next one is due
	 */
	long reclaimOverdue(long nowNanos) {
		long delay = Long.MAX_VALUE;
		for (Entry entry : entries()) {
			delay = Math.min(delay, entry.pool.leaks().reclaimOverdue(nowNanos));
		}
		return delay;
	}

	/**
	 * Do the background work that is due.
	 * @param nowNanos the current reading of the clock
	 * @return nanoseconds to wait before the next sweep
	 */
	long sweep(long nowNanos) {
		runEvents();
		reportAbandoned();
		closeUnused();
		long delay = Long.MAX_VALUE;
		for (Entry entry : entries()) {
			delay = Math.min(delay, guarded(entry, nowNanos));
		}
		return delay;
	}

	private void reportAbandoned() {
		Reference<?> reference = this.unreachableLeases.poll();
		while (reference != null) {
			TrackedLease lease = (TrackedLease) reference;
			lease.getPool().leaks().abandoned(lease);
			reference = this.unreachableLeases.poll();
		}
	}

	private long guarded(Entry entry, long nowNanos) {
		try {
			long delay = Math.min(entry.pool.revertLimits(nowNanos), entry.pool.warmUp().look(nowNanos));
			delay = Math.min(delay, Math.min(evict(entry, nowNanos), detectLeaks(entry, nowNanos)));
			entry.pool.observeWaiting(nowNanos);
			return delay;
		}
		catch (RuntimeException ex) {
			logger.warn("Client '{}': background work failed; it is tried again in {} ms", entry.pool.getName(),
					entry.pool.getSettings().getEvictInterval().toMillis(), ex);
			return entry.pool.getSettings().getEvictInterval().toNanos();
		}
	}

	private long evict(Entry entry, long nowNanos) {
		if (entry.pool.connections().isEmpty() && !entry.isTransient) {
			entry.lastSweepNanos = null;
			return Long.MAX_VALUE;
		}
		long interval = entry.pool.getSettings().getEvictInterval().toNanos();
		Long last = entry.lastSweepNanos;
		if (last != null && nowNanos - last < interval) {
			return interval - (nowNanos - last);
		}
		entry.lastSweepNanos = nowNanos;
		entry.pool.evict(nowNanos);
		return interval;
	}

	private long detectLeaks(Entry entry, long nowNanos) {
		LeakDetector leaks = entry.pool.leaks();
		if (!leaks.isEnabled() || entry.pool.connections().isEmpty()) {
			return Long.MAX_VALUE;
		}
		Long next = entry.nextLeakSweepNanos;
		if (next == null || nowNanos - next >= 0) {
			leaks.sweep(nowNanos);
			next = nowNanos + leaks.sweepNanos();
			entry.nextLeakSweepNanos = next;
			if (leaks.isReclaimingOverdue()) {
				this.clock.wake();
			}
		}
		return entry.pool.reader().hasLeases() ? Math.min(LeakDetector.LATENCY.toNanos(), next - nowNanos)
				: next - nowNanos;
	}

	private void closeUnused() {
		Reference<?> reference = this.unreachable.poll();
		while (reference != null) {
			ConnectionPool unused = leave((User) reference);
			if (unused != null) {
				closeGuarded(unused);
			}
			reference = this.unreachable.poll();
		}
	}

	private @Nullable ConnectionPool leave(User user) {
		this.lock.lock();
		try {
			Entry entry = user.entry;
			entry.users.remove(user);
			if (!entry.users.isEmpty()) {
				return null;
			}
			this.entries.remove(entry.pool.getName(), entry);
			return entry.pool;
		}
		finally {
			this.lock.unlock();
		}
	}

	private List<Entry> entries() {
		this.lock.lock();
		try {
			return new ArrayList<>(this.entries.values());
		}
		finally {
			this.lock.unlock();
		}
	}

	private static void closeGuarded(ConnectionPool pool) {
		try {
			pool.close();
		}
		catch (RuntimeException ex) {
			logger.warn("Client '{}': closing its pool failed", pool.getName(), ex);
		}
	}

	/**
	 * A pool and what its owner keeps about it.
	 */
	private static final class Entry {

		private final ConnectionPool pool;

		private final boolean isTransient;

		private final Set<User> users = new HashSet<>();

		private @Nullable Long lastSweepNanos;

		private @Nullable Long nextLeakSweepNanos;

		Entry(ConnectionPool pool, boolean isTransient) {
			this.pool = pool;
			this.isTransient = isTransient;
		}

	}

	/**
	 * Phantom of a connection manager that an HttpClient holds.
	 */
	private static final class User extends PhantomReference<ManagedConnectionManager> {

		private final Entry entry;

		User(ManagedConnectionManager manager, ReferenceQueue<ManagedConnectionManager> queue, Entry entry) {
			super(manager, queue);
			this.entry = entry;
		}

	}

}
