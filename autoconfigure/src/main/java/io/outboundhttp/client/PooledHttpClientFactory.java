package io.outboundhttp.client;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.outboundhttp.call.RetryBudgets;
import io.outboundhttp.pool.ConnectHooks;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.LeakDetection;
import io.outboundhttp.pool.ManagedConnectionManager;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.TimeLimit;
import io.outboundhttp.pool.TimeSource;

import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;

/**
 * Builds HttpClients on managed pools, with the help of Spring Boot's own builder. It
 * also turns a builder of the application into one whose HttpClients use managed pools.
 * Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class PooledHttpClientFactory {

	/*
	 * `lock` guards `shared` and `builds`, and makes "look for a pool, else open one" one
	 * step. A pool takes its next connection manager from its build. Listeners of the
	 * pools run under it when a pool is opened: they must not build HttpClients.
	 */

	private static final String IN_CODE = "set in code";

	private static final Logger logger = LoggerFactory.getLogger(PooledHttpClientFactory.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<PoolKey, ConnectionPool> shared = new HashMap<>();

	private final Map<ConnectionPool, ClientBuild> builds = new HashMap<>();

	private final ConnectionPools pools;

	private final LiveClients liveClients;

	private final Supplier<ClientDefinition> defaultDefinition;

	private final @Nullable SslBundles sslBundles;

	private final @Nullable InetAddressFilter addressFilter;

	private final Supplier<List<OutboundHttpClientCustomizer>> customizers;

	private final TlsBundles tlsBundles;

	private final AddressFilterProbe probe;

	private final BuilderCallbacks callbacks;

	private final RetryBudgets budgets = new RetryBudgets(TimeSource.system());

	private final ThreadLocal<Request> requests = new ThreadLocal<>();

	private final AtomicBoolean warned = new AtomicBoolean();

	/**
	 * Create a factory.
	 * @param pools owner of the pools
	 * @param liveClients where built clients are remembered
	 * @param defaultDefinition what the client behind Boot's builders is; asked at each
	 * build
	 * @param sslBundles SSL bundles by name, {@code null} if there are none
	 * @param addressFilter address filter of the application context or {@code null}
	 * @param customizers gives the customizers of the application, in order
	 */
	public PooledHttpClientFactory(ConnectionPools pools, LiveClients liveClients,
			Supplier<ClientDefinition> defaultDefinition, @Nullable SslBundles sslBundles,
			@Nullable InetAddressFilter addressFilter, Supplier<List<OutboundHttpClientCustomizer>> customizers) {
		this.pools = pools;
		this.liveClients = liveClients;
		this.defaultDefinition = defaultDefinition;
		this.sslBundles = sslBundles;
		this.addressFilter = addressFilter;
		this.customizers = customizers;
		ConnectHooks hooks = pools.getConnectHooks();
		this.probe = new AddressFilterProbe(hooks.dnsResolver());
		this.tlsBundles = new TlsBundles(sslBundles, Clock.systemUTC(), this::reloaded);
		this.callbacks = new BuilderCallbacks(this.probe.resolver(), this.tlsBundles, hooks::tlsStrategy, this::begin,
				this::finish);
	}

	/**
	 * Return Boot's settings of a client. The SSL bundle is looked up anew, so it is the
	 * current one.
	 * @param definition what the client is
	 * @return the settings
	 * @throws org.springframework.boot.ssl.NoSuchSslBundleException if there is no such
	 * bundle
	 */
	public HttpClientSettings settings(ClientDefinition definition) {
		return new HttpClientSettings(definition.get(ClientSetting.COOKIE_HANDLING),
				definition.get(ClientSetting.REDIRECTS), definition.get(ClientSetting.CONNECT_TIMEOUT),
				definition.get(ClientSetting.READ_TIMEOUT), sslBundle(definition), this.probe.mark(this.addressFilter));
	}

	private @Nullable SslBundle sslBundle(ClientDefinition definition) {
		String name = definition.get(ClientSetting.SSL_BUNDLE);
		if (name == null) {
			return definition.getInheritedSslBundle();
		}
		if (this.sslBundles == null) {
			throw new IllegalStateException("Client '%s': there are no SSL bundles to take '%s' from; change '%s'"
				.formatted(definition.getName(), name, definition.value(ClientSetting.SSL_BUNDLE).origin()));
		}
		return this.sslBundles.getBundle(name);
	}

	/**
	 * Put the defaults of the client first in a builder, so that application code added
	 * later wins.
	 * @param builder the builder
	 * @return a builder of the same type
	 */
	public HttpComponentsClientHttpRequestFactoryBuilder withDefaults(
			HttpComponentsClientHttpRequestFactoryBuilder builder) {
		return this.callbacks.addFirst(builder);
	}

	/**
	 * Make the HttpClients of a builder use managed pools. To be called after all
	 * application code has customized the builder.
	 * @param builder the builder
	 * @return a builder of the same type
	 */
	public HttpComponentsClientHttpRequestFactoryBuilder manage(HttpComponentsClientHttpRequestFactoryBuilder builder) {
		return this.callbacks.addLast(builder);
	}

	/**
	 * Build the HttpClient of a client.
	 * @param definition what the client is
	 * @param builder builder that went through {@link #manage}
	 * @return the HttpClient and its connection manager
	 * @throws ReplacedConnectionManagerException if application code set another
	 * connection manager
	 */
	BuiltClient build(ClientDefinition definition, HttpComponentsClientHttpRequestFactoryBuilder builder) {
		Request request = new Request(definition);
		this.requests.set(request);
		try {
			HttpComponentsClientHttpRequestFactory requestFactory = builder.build(settings(definition));
			return new BuiltClient(requestFactory,
					Objects.requireNonNull(request.connectionManager, "builder is not managed"));
		}
		finally {
			this.requests.remove();
			this.callbacks.forget();
		}
	}

	private ClientBuild begin() {
		Request request = this.requests.get();
		this.requests.remove();
		return (request != null) ? new ClientBuild(request.definition, (manager) -> request.connectionManager = manager)
				: new ClientBuild(this.defaultDefinition.get(), null);
	}

	private void finish(ClientBuild build, HttpClientBuilder builder) {
		String client = build.definition().getName();
		this.customizers.get().forEach((customizer) -> customizer.customize(client, builder));
		HttpClientConnectionManager replaced = connectionManager(builder);
		if (!build.isBuiltByBoot(replaced)) {
			throw new ReplacedConnectionManagerException(client);
		}
		warnOfUnapplied(build);
		watchBundle(build);
		PoolKey key = key(build, replaced);
		replaced.close(CloseMode.IMMEDIATE);
		ManagedConnectionManager connectionManager = this.pools.connectionManager(() -> pool(build, key));
		builder.setConnectionManager(connectionManager).setConnectionManagerShared(true);
		build.callChain().addTo(builder, this.pools.getCalls(), this.budgets, connectionManager::getPool);
		build.finished(connectionManager);
	}

	/**
	 * What code has set on a builder of the application cannot be read back, so some of
	 * our settings must not be put over it.
	 */
	private void warnOfUnapplied(ClientBuild build) {
		if (!build.unapplied().isEmpty() && this.warned.compareAndSet(false, true)) {
			logger.warn("Client '{}': {} have no effect on a ClientHttpRequestFactoryBuilder bean that the application "
					+ "builds itself; remove the bean and use a ClientHttpRequestFactoryBuilderCustomizer instead",
					build.definition().getName(),
					build.unapplied().stream().map((setting) -> build.definition().value(setting).origin()).toList());
		}
	}

	/**
	 * Whoever brings TLS of his own gets a bundle once.
	 */
	private void watchBundle(ClientBuild build) {
		SslBundle bundle = build.isTlsSeen() ? null : sslBundle(build.definition());
		if (bundle != null) {
			this.tlsBundles.cannotReload(bundle, build.definition().getName());
		}
	}

	/**
	 * Let the pools that use an SSL bundle go on with its new version.
	 */
	private void reloaded(ReloadableTls tls) {
		Map<ConnectionPool, ClientBuild> affected = new HashMap<>();
		this.lock.lock();
		try {
			this.builds.keySet().removeIf(ConnectionPool::isClosed);
			this.builds.forEach((pool, build) -> {
				if (build.reloadableTls() == tls) {
					affected.put(pool, build);
				}
			});
		}
		finally {
			this.lock.unlock();
		}
		affected.forEach(PooledHttpClientFactory::renew);
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

	/**
	 * Return what the pool of a build may be shared by.
	 * @return the key, or {@code null} if it may not be shared
	 */
	private @Nullable PoolKey key(ClientBuild build, HttpClientConnectionManager bootManager) {
		if (!build.definition().getName().equals(ClientDefinition.DEFAULT_NAME) || !build.isKnown()) {
			return null;
		}
		AddressFilterProbe.Finding filter = this.probe.find(bootManager);
		return (filter != AddressFilterProbe.Finding.UNKNOWN) ? new PoolKey(build.builder(), identity(build.bundle()),
				build.connectionConfig().getConnectTimeout(), filter) : null;
	}

	private static HttpClientConnectionManager connectionManager(HttpClientBuilder builder) {
		return builder.getConnManager();
	}

	private ConnectionPool pool(ClientBuild build, @Nullable PoolKey key) {
		this.lock.lock();
		try {
			ConnectionPool pool = (key != null) ? this.shared.get(key) : null;
			if (pool == null || this.pools.find(pool.getName()) != pool) {
				pool = open(build, key);
			}
			this.liveClients.add(new LiveClient(build.definition(), pool, build.connectionConfig(),
					build.requestConfig(), build.callChain().getSettings(), build.unapplied()), build.isOfClient());
			return pool;
		}
		finally {
			this.lock.unlock();
		}
	}

	private ConnectionPool open(ClientBuild build, @Nullable PoolKey key) {
		String client = build.definition().getName();
		boolean first = build.isOfClient() || (key != null && key.equals(defaultKey(build)));
		ConnectionPool pool = (first && this.pools.find(client) == null)
				? this.pools.open(client, poolSettings(build), build.newManager())
				: this.pools.openTransient(client, poolSettings(build), build.newManager());
		this.builds.keySet().removeIf(ConnectionPool::isClosed);
		this.builds.put(pool, build);
		if (key != null) {
			this.shared.values().removeIf(ConnectionPool::isClosed);
			this.shared.put(key, pool);
		}
		return pool;
	}

	private PoolKey defaultKey(ClientBuild build) {
		ClientDefinition definition = build.definition();
		Duration connectTimeout = definition.require(ClientSetting.CONNECT_TIMEOUT);
		return new PoolKey(build.builder(), identity(sslBundle(definition)), Timeout.of(connectTimeout),
				(this.addressFilter != null) ? AddressFilterProbe.Finding.CONTEXT : AddressFilterProbe.Finding.NONE);
	}

	/**
	 * All versions of a bundle are one and the same.
	 */
	private @Nullable Object identity(@Nullable SslBundle bundle) {
		ReloadableTls reloadable = (bundle != null) ? this.tlsBundles.find(bundle) : null;
		return (reloadable != null) ? reloadable : bundle;
	}

	private static PoolSettings poolSettings(ClientBuild build) {
		ClientDefinition definition = build.definition();
		Map<HttpHost, Integer> overrides = new LinkedHashMap<>();
		Map<String, Integer> configured = definition.get(ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES);
		if (configured != null) {
			configured.forEach((target, max) -> overrides.put(RouteTarget.parse(target), max));
		}
		ConnectionConfig config = build.connectionConfig();
		return PoolSettings.builder()
			.timeToLive(positive(config.getTimeToLive()))
			.timeToLiveJitter(definition.require(ClientSetting.POOL_TIME_TO_LIVE_JITTER))
			.idleTimeout(positive(config.getIdleTimeout()))
			.validateAfterInactivity(notNegative(config.getValidateAfterInactivity()))
			.evictInterval(definition.require(ClientSetting.POOL_EVICT_INTERVAL))
			.maxPending(definition.require(ClientSetting.POOL_MAX_PENDING))
			.maxPerRouteOverrides(overrides)
			.leakDetection(leakDetection(definition))
			.connectTimeout(connectTimeout(definition, config))
			.drain(definition.require(ClientSetting.DRAIN_MAX_BYTES).toBytes(),
					definition.require(ClientSetting.DRAIN_TIMEOUT))
			.egress(ClientEgress.policy(definition))
			.build();
	}

	private static TimeLimit connectTimeout(ClientDefinition definition, ConnectionConfig config) {
		TimeLimit defined = ClientCallSettings.limit(definition, ClientSetting.CONNECT_TIMEOUT);
		Duration inEffect = positive(config.getConnectTimeout());
		if (inEffect == null) {
			return new TimeLimit(Duration.ofMillis(Integer.MAX_VALUE), IN_CODE);
		}
		return inEffect.equals(defined.value()) ? defined : new TimeLimit(inEffect, IN_CODE);
	}

	private static LeakDetection leakDetection(ClientDefinition definition) {
		Duration threshold = definition.require(ClientSetting.LEAK_THRESHOLD);
		return new LeakDetection(definition.require(ClientSetting.LEAK_ENABLED), threshold.isZero() ? null : threshold,
				definition.require(ClientSetting.LEAK_STACK_TRACES), definition.require(ClientSetting.LEAK_RECLAIM),
				definition.require(ClientSetting.LEAK_RECLAIM_AFTER));
	}

	private static @Nullable Duration positive(@Nullable TimeValue value) {
		return (value != null && TimeValue.isPositive(value)) ? value.toDuration() : null;
	}

	private static @Nullable Duration notNegative(@Nullable TimeValue value) {
		return (value != null && TimeValue.isNonNegative(value)) ? value.toDuration() : null;
	}

	/**
	 * Request to build the HttpClient of a client itself.
	 */
	private static final class Request {

		private final ClientDefinition definition;

		private @Nullable ManagedConnectionManager connectionManager;

		Request(ClientDefinition definition) {
			this.definition = definition;
		}

	}

	/**
	 * HttpClient of a client.
	 *
	 * @param requestFactory request factory on the HttpClient
	 * @param connectionManager connection manager of the HttpClient
	 */
	record BuiltClient(HttpComponentsClientHttpRequestFactory requestFactory,
			ManagedConnectionManager connectionManager) {

	}

}
