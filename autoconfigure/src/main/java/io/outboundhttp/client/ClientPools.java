package io.outboundhttp.client;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.outboundhttp.call.CallSettings;
import io.outboundhttp.call.LiveCallSettings;
import io.outboundhttp.call.RetryBudgets;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolLimits;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.TimeSource;

/**
 * The pools of the clients: which one an HttpClient gets, and how they go on when an SSL
 * bundle or the definition of a client changes. Safe for use by several threads.
 */
final class ClientPools {

	/*
	 * `lock` guards the maps but `calls` and what is in them. It makes "look for a pool,
	 * else open one" one step, and so "take the latest build and put its connection
	 * manager behind the pool". Listeners run under the lock when a pool is opened or
	 * goes on with another connection manager: they must not build HttpClients.
	 */

	private static final Logger logger = LoggerFactory.getLogger(ClientPools.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<PoolKey, ConnectionPool> shared = new HashMap<>();

	private final Map<ConnectionPool, Use> uses = new HashMap<>();

	/** What clients are now, where that has changed since the start. */
	private final Map<String, ClientDefinition> changed = new HashMap<>();

	private final Map<String, LiveCallSettings> calls = new ConcurrentHashMap<>();

	private final RetryBudgets budgets = new RetryBudgets(TimeSource.system());

	private final ConnectionPools pools;

	private final LiveClients liveClients;

	ClientPools(ConnectionPools pools, LiveClients liveClients) {
		this.pools = pools;
		this.liveClients = liveClients;
	}

	RetryBudgets budgets() {
		return this.budgets;
	}

	/**
	 * Return the settings of the calls of a client.
	 * @param definition what the client is
	 * @return the settings that all its HttpClients share
	 */
	LiveCallSettings calls(ClientDefinition definition) {
		return this.calls.computeIfAbsent(definition.getName(),
				(name) -> new LiveCallSettings(ClientCallSettings.of(definition)));
	}

	/**
	 * Return the pool of an HttpClient that is used for the first time. It is opened if
	 * need be.
	 * @param build how the HttpClient was built
	 * @param key what the pool may be shared by, {@code null} if it may not be shared
	 * @param defaultKey key of the client itself, {@code null} if it does not matter
	 * @return the pool
	 */
	ConnectionPool get(ClientBuild build, @Nullable PoolKey key, @Nullable PoolKey defaultKey) {
		this.lock.lock();
		try {
			ClientChange change = changeSince(build);
			PoolKey currentKey = (key != null) ? key.after(change) : null;
			ConnectionPool pool = (currentKey != null) ? this.shared.get(currentKey) : null;
			boolean own = pool == null;
			if (own) {
				pool = own(build);
			}
			if (pool == null || this.pools.find(pool.getName()) != pool) {
				pool = open(build, change, currentKey,
						build.isOfClient() || (defaultKey != null && defaultKey.after(change).equals(currentKey)));
			}
			else if (own || use(pool).hasOtherBuffers(build)) {
				goOn(pool, build, change, currentKey);
			}
			join(pool, build);
			return pool;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return how the client has changed since an HttpClient was built.
	 */
	private ClientChange changeSince(ClientBuild build) {
		ClientDefinition then = build.definition();
		return new ClientChange(then, this.changed.getOrDefault(then.getName(), then));
	}

	private Use use(ConnectionPool pool) {
		return Objects.requireNonNull(this.uses.get(pool), "not a pool of a client");
	}

	/**
	 * Return the pool that only a client itself uses whose HttpClient was built anew.
	 */
	private @Nullable ConnectionPool own(ClientBuild build) {
		for (Map.Entry<ConnectionPool, Use> entry : this.uses.entrySet()) {
			Use use = entry.getValue();
			if (build.isOfClient() && use.isOf(build) && use.boot == null && !entry.getKey().isClosed()) {
				return entry.getKey();
			}
		}
		return null;
	}

	/**
	 * Note that an HttpClient uses a pool. A client that is built anew leaves the pool
	 * that it had before to the HttpClients of Boot's builders.
	 */
	private void join(ConnectionPool pool, ClientBuild build) {
		Use use = use(pool);
		boolean client = build.isOfClient() && this.uses.values().stream().noneMatch((other) -> other.isOfLater(build));
		if (client) {
			this.uses.forEach((other, left) -> {
				if (left != use && left.isOf(build) && left.boot != null) {
					left.client = null;
					this.liveClients.replace(live(left.boot, other, changeSince(left.boot)));
				}
			});
			use.client = build;
		}
		else if (!build.isOfClient()) {
			use.boot = build;
		}
		this.liveClients.add(live(build, pool, changeSince(build)), client);
	}

	private ConnectionPool open(ClientBuild build, ClientChange change, @Nullable PoolKey key, boolean first) {
		String client = change.getName();
		PoolSettings settings = PoolSettingsMapper.map(change.getAfter(),
				change.connectionConfig(build.connectionConfig()), build.addressFilter());
		ConnectionPool pool = (first && this.pools.find(client) == null)
				? this.pools.open(client, settings, build.newManager())
				: this.pools.openTransient(client, settings, build.newManager());
		applyLimits(pool, change);
		this.uses.keySet().removeIf(ConnectionPool::isClosed);
		this.uses.put(pool, new Use(build));
		if (key != null) {
			this.shared.values().removeIf(ConnectionPool::isClosed);
			this.shared.put(key, pool);
		}
		return pool;
	}

	/**
	 * Let a pool go on with the connection manager of a later build.
	 */
	private void goOn(ConnectionPool pool, ClientBuild build, ClientChange change, @Nullable PoolKey key) {
		Use use = use(pool);
		if (build.isAfter(use.latest)) {
			use.latest = build;
			LiveClient live = live(build, pool, change);
			pool.apply(PoolSettingsMapper.map(live.definition(), live.connectionConfig(), build.addressFilter()));
			pool.replaceManager(build.newManager());
			if (key != null) {
				this.shared.values().removeIf((other) -> other == pool);
				this.shared.put(key, pool);
			}
		}
	}

	private static LiveClient live(ClientBuild build, ConnectionPool pool, ClientChange change) {
		return new LiveClient(build.isOfClient() ? change.getAfter() : change.afterWithoutBuild(), pool,
				change.connectionConfig(build.connectionConfig()), change.requestConfig(build.requestConfig()),
				build.callChain().getSettings(), build.unapplied());
	}

	/**
	 * Return the SSL bundle of an open pool.
	 * @param pool the pool
	 * @return its status, {@code null} without an SSL bundle that has a name
	 */
	@Nullable TlsStatus tls(ConnectionPool pool) {
		this.lock.lock();
		try {
			Use use = this.uses.get(pool);
			ReloadableTls tls = (use != null) ? use.latest.reloadableTls() : null;
			return (tls != null) ? tls.status() : null;
		}
		finally {
			this.lock.unlock();
		}
	}

	// Changes

	/**
	 * Let the pools that use an SSL bundle go on with its new version.
	 * @param tls what uses the new version
	 */
	void reloaded(ReloadableTls tls) {
		this.lock.lock();
		try {
			this.uses.forEach((pool, use) -> {
				if (use.latest.reloadableTls() == tls && !pool.isClosed()) {
					renew(pool, use.latest);
				}
			});
		}
		finally {
			this.lock.unlock();
		}
	}

	private static void renew(ConnectionPool pool, ClientBuild build) {
		try {
			pool.replaceManager(build.newManager());
		}
		catch (RuntimeException ex) {
			logger.warn("Client '{}': connections with the former SSL bundle stay in use until they end",
					pool.getName(), ex);
		}
	}

	/**
	 * Let all HttpClients and pools of a client go on with a new definition, as far as
	 * they need not be built anew.
	 * @param change the change
	 * @return whether there are HttpClients behind Boot's builders that cannot follow in
	 * all settings
	 */
	boolean apply(ClientChange change) {
		CallSettings callSettings = ClientCallSettings.of(change.getAfter());
		boolean behind = false;
		this.lock.lock();
		try {
			this.changed.put(change.getName(), change.getAfter());
			calls(change.getAfter()).change(callSettings);
			this.budgets.change(change.getName(), callSettings.retry().budget());
			for (Map.Entry<ConnectionPool, Use> entry : this.uses.entrySet()) {
				Use use = entry.getValue();
				if (use.latest.definition().getName().equals(change.getName()) && !entry.getKey().isClosed()) {
					apply(entry.getKey(), use, change);
					behind |= use.boot != null && !change.builtIn().isEmpty();
				}
			}
			if (change.getName().equals(ClientDefinition.DEFAULT_NAME)) {
				rekey(change);
			}
		}
		finally {
			this.lock.unlock();
		}
		return behind;
	}

	/**
	 * What code has set is known by what was built, not by what has changed since.
	 */
	private void apply(ConnectionPool pool, Use use, ClientChange change) {
		ClientBuild shown = use.shown();
		LiveClient live = live(shown, pool, changeSince(shown));
		this.liveClients.replace(live);
		pool.apply(PoolSettingsMapper.map(live.definition(), live.connectionConfig(), use.latest.addressFilter()));
		applyLimits(pool, change);
		if (change.isOfEgress()) {
			// the rules are those of a connect: none that they forbid may stay
			pool.replaceManager(use.latest.newManager());
		}
	}

	private static void applyLimits(ConnectionPool pool, ClientChange change) {
		pool.configureLimits((now) -> new PoolLimits(change.limit(ClientSetting.POOL_MAX_TOTAL, now.maxTotal()),
				change.limit(ClientSetting.POOL_MAX_PER_ROUTE, now.maxPerRoute())));
	}

	/**
	 * HttpClients that are built with the new connect timeout share the pools that have
	 * it from now on.
	 */
	private void rekey(ClientChange change) {
		Map<PoolKey, ConnectionPool> before = new HashMap<>(this.shared);
		this.shared.clear();
		before.forEach((key, pool) -> this.shared.put(key.after(change), pool));
	}

	/**
	 * Who uses a pool.
	 */
	private static final class Use {

		/** Gives the connection managers. */
		private ClientBuild latest;

		/** The client itself, if it uses the pool. */
		private @Nullable ClientBuild client;

		/** The latest of those behind Boot's builders, if one of them uses the pool. */
		private @Nullable ClientBuild boot;

		Use(ClientBuild opener) {
			this.latest = opener;
		}

		boolean isOf(ClientBuild build) {
			return this.client != null && this.client.definition().getName().equals(build.definition().getName());
		}

		boolean isOfLater(ClientBuild build) {
			return isOf(build) && Objects.requireNonNull(this.client).isAfter(build);
		}

		/**
		 * Return whether an HttpClient reads into buffers of another size. It may share
		 * the pool all the same.
		 */
		boolean hasOtherBuffers(ClientBuild build) {
			return !build.definition()
				.require(ClientSetting.POOL_BUFFER_SIZE)
				.equals(this.latest.definition().require(ClientSetting.POOL_BUFFER_SIZE));
		}

		/**
		 * Return what stands for the pool.
		 */
		ClientBuild shown() {
			return (this.client != null) ? this.client : (this.boot != null) ? this.boot : this.latest;
		}

	}

}
