package io.outboundhttp.client;

import java.util.HashMap;
import java.util.Map;
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
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.pool.TimeSource;

/**
 * The pools of the clients: which one an HttpClient gets, and how they go on when an SSL
 * bundle or the definition of a client changes. Safe for use by several threads.
 */
final class ClientPools {

	/*
	 * `lock` guards the maps but `calls`, and makes "look for a pool, else open one" one
	 * step. A pool takes its next connection manager from its build. Listeners of the
	 * pools run under the lock when a pool is opened: they must not build HttpClients.
	 */

	private static final Logger logger = LoggerFactory.getLogger(ClientPools.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<PoolKey, ConnectionPool> shared = new HashMap<>();

	private final Map<ConnectionPool, ClientBuild> builds = new HashMap<>();

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
			ConnectionPool pool = (currentKey != null) ? this.shared.get(currentKey) : own(build);
			if (pool == null || this.pools.find(pool.getName()) != pool) {
				pool = open(build, change, currentKey,
						build.isOfClient() || (defaultKey != null && defaultKey.after(change).equals(currentKey)));
			}
			else if (currentKey == null) {
				goOn(pool, build, change);
			}
			this.liveClients.add(live(build, pool, change), build.isOfClient());
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

	/**
	 * Return the pool of a client whose HttpClient was built anew.
	 */
	private @Nullable ConnectionPool own(ClientBuild build) {
		ConnectionPool pool = build.isOfClient() ? this.pools.find(build.definition().getName()) : null;
		ClientBuild opener = (pool != null) ? this.builds.get(pool) : null;
		return (opener != null && opener.isOfClient()) ? pool : null;
	}

	private ConnectionPool open(ClientBuild build, ClientChange change, @Nullable PoolKey key, boolean first) {
		String client = change.getName();
		PoolSettings settings = PoolSettingsMapper.map(change.getAfter(),
				change.connectionConfig(build.connectionConfig()), build.addressFilter());
		ConnectionPool pool = (first && this.pools.find(client) == null)
				? this.pools.open(client, settings, build.newManager())
				: this.pools.openTransient(client, settings, build.newManager());
		applyLimits(pool, change);
		this.builds.keySet().removeIf(ConnectionPool::isClosed);
		this.builds.put(pool, build);
		if (key != null) {
			this.shared.values().removeIf(ConnectionPool::isClosed);
			this.shared.put(key, pool);
		}
		return pool;
	}

	/**
	 * Let a pool go on with the connection manager of a later build.
	 */
	private void goOn(ConnectionPool pool, ClientBuild build, ClientChange change) {
		ClientBuild before = this.builds.get(pool);
		if (before != null && build.isAfter(before)) {
			this.builds.put(pool, build);
			LiveClient live = live(build, pool, change);
			pool.apply(PoolSettingsMapper.map(live.definition(), live.connectionConfig(), build.addressFilter()));
			pool.replaceManager(build.newManager());
		}
	}

	private static LiveClient live(ClientBuild build, ConnectionPool pool, ClientChange change) {
		return live(build, new LiveClient(build.definition(), pool, build.connectionConfig(), build.requestConfig(),
				build.callChain().getSettings(), build.unapplied()), change);
	}

	private static LiveClient live(ClientBuild build, LiveClient before, ClientChange change) {
		return new LiveClient(build.isOfClient() ? change.getAfter() : change.afterWithoutBuild(), before.pool(),
				change.connectionConfig(before.connectionConfig()), change.requestConfig(before.requestConfig()),
				build.callChain().getSettings(), before.unapplied());
	}

	/**
	 * Return the SSL bundle of an open pool.
	 * @param pool the pool
	 * @return its status, {@code null} without an SSL bundle that has a name
	 */
	@Nullable TlsStatus tls(ConnectionPool pool) {
		this.lock.lock();
		try {
			ClientBuild build = this.builds.get(pool);
			ReloadableTls tls = (build != null) ? build.reloadableTls() : null;
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
		Map<ConnectionPool, ClientBuild> affected = new HashMap<>();
		this.lock.lock();
		try {
			this.builds.forEach((pool, build) -> {
				if (build.reloadableTls() == tls && !pool.isClosed()) {
					affected.put(pool, build);
				}
			});
		}
		finally {
			this.lock.unlock();
		}
		affected.forEach(ClientPools::renew);
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
			for (Map.Entry<ConnectionPool, ClientBuild> entry : this.builds.entrySet()) {
				ClientBuild build = entry.getValue();
				if (build.definition().getName().equals(change.getName())) {
					apply(entry.getKey(), build, change);
					behind |= !build.isOfClient() && !change.builtIn().isEmpty();
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

	private void apply(ConnectionPool pool, ClientBuild build, ClientChange change) {
		LiveClient before = this.liveClients.find(pool.getName());
		if (before != null) {
			LiveClient after = live(build, before, change);
			this.liveClients.replace(after);
			pool.apply(PoolSettingsMapper.map(after.definition(), after.connectionConfig(), build.addressFilter()));
			applyLimits(pool, change);
			if (change.isOfEgress()) {
				// the rules are those of a connect: none that they forbid may stay
				pool.replaceManager(build.newManager());
			}
		}
	}

	private static void applyLimits(ConnectionPool pool, ClientChange change) {
		PoolSnapshot now = pool.snapshot();
		int maxTotal = change.limit(ClientSetting.POOL_MAX_TOTAL, now.maxTotal());
		if (maxTotal != now.maxTotal()) {
			pool.setMaxTotal(maxTotal);
		}
		int maxPerRoute = change.limit(ClientSetting.POOL_MAX_PER_ROUTE, now.maxPerRoute());
		if (maxPerRoute != now.maxPerRoute()) {
			pool.setMaxPerRoute(maxPerRoute);
		}
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

}
