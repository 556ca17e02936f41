package io.outboundhttp.pool;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

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

	private static final Logger logger = LoggerFactory.getLogger(ConnectionPools.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<String, Entry> entries = new LinkedHashMap<>();

	private final Map<String, Integer> numbers = new HashMap<>();

	private final ReferenceQueue<ManagedConnectionManager> unreachable = new ReferenceQueue<>();

	private final PoolListener listener;

	private final Upkeep upkeep;

	private boolean closed;

	/**
	 * Create an owner without any pool or thread.
	 * @param timeSource clock of the background work
	 * @param listeners what is told about the pools
	 */
	public ConnectionPools(TimeSource timeSource, List<? extends PoolListener> listeners) {
		this.listener = new GuardedPoolListener(List.copyOf(listeners));
		this.upkeep = new Upkeep(timeSource, this::sweep);
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
			String refusal = this.closed ? "the application context is closed"
					: this.entries.containsKey(uniqueName) ? "its pool is open already" : null;
			if (refusal != null) {
				manager.close(CloseMode.IMMEDIATE);
				throw new IllegalStateException("Client '%s': cannot open a pool, %s".formatted(name, refusal));
			}
			pool = new ConnectionPool(uniqueName, settings, manager, this.listener);
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
	 * Close all pools and end the background thread. Connections in use are closed too.
	 * Closing twice changes nothing.
	 */
	@Override
	public void close() {
		List<ConnectionPool> pools;
		this.lock.lock();
		try {
			this.closed = true;
			pools = this.entries.values().stream().map((entry) -> entry.pool).toList();
			this.entries.clear();
		}
		finally {
			this.lock.unlock();
		}
		this.upkeep.close();
		pools.forEach(ConnectionPools::closeGuarded);
	}

	/**
	 * Do the background work that is due.
	 * @param nowNanos the current reading of the clock
	 * @return nanoseconds to wait before the next sweep
	 */
	long sweep(long nowNanos) {
		closeUnused();
		long delay = Long.MAX_VALUE;
		for (Entry entry : entries()) {
			delay = Math.min(delay, evict(entry, nowNanos));
		}
		return delay;
	}

	private long evict(Entry entry, long nowNanos) {
		long interval = entry.pool.getSettings().getEvictInterval().toNanos();
		if (entry.lastSweepNanos == null) {
			entry.lastSweepNanos = nowNanos;
			return interval;
		}
		long elapsed = nowNanos - entry.lastSweepNanos;
		if (elapsed < interval) {
			return interval - elapsed;
		}
		entry.lastSweepNanos = nowNanos;
		try {
			entry.pool.evict();
		}
		catch (RuntimeException ex) {
			logger.warn("Client '{}': background sweep failed; it is tried again in {} ms", entry.pool.getName(),
					entry.pool.getSettings().getEvictInterval().toMillis(), ex);
		}
		return interval;
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
