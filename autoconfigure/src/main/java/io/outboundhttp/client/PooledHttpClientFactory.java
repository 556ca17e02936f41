package io.outboundhttp.client;

import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.outboundhttp.pool.ConnectHooks;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.ManagedConnectionManager;

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

	private static final Logger logger = LoggerFactory.getLogger(PooledHttpClientFactory.class);

	private final ConnectionPools pools;

	private final ClientPools clientPools;

	private final Supplier<ClientDefinition> defaultDefinition;

	private final @Nullable SslBundles sslBundles;

	private final @Nullable InetAddressFilter addressFilter;

	private final Supplier<List<OutboundHttpClientCustomizer>> customizers;

	private final TlsBundles tlsBundles;

	private final @Nullable ContextAddressFilter contextFilter;

	private final AddressFilterProbe probe;

	private final BuilderCallbacks callbacks;

	private final AtomicInteger builtCount = new AtomicInteger();

	private final ThreadLocal<Request> requests = new ThreadLocal<>();

	private final AtomicBoolean warned = new AtomicBoolean();

	/** The HttpClients that exist and have a managed pool. */
	private final Set<HttpClient> managed = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

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
		this.clientPools = new ClientPools(pools, liveClients);
		this.defaultDefinition = defaultDefinition;
		this.sslBundles = sslBundles;
		this.addressFilter = addressFilter;
		this.customizers = customizers;
		ConnectHooks hooks = pools.getConnectHooks();
		this.contextFilter = (addressFilter != null) ? new ContextAddressFilter(addressFilter) : null;
		this.probe = new AddressFilterProbe(hooks.dnsResolver(), hooks::isFilteredBehindProxy);
		this.tlsBundles = new TlsBundles(sslBundles, Clock.systemUTC(), this.clientPools::reloaded);
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
		return this.callbacks.addLast(builder)
			.withCustomizer((requestFactory) -> this.managed.add(requestFactory.getHttpClient()));
	}

	/**
	 * Return whether an HttpClient takes its connections from a managed pool.
	 * @param httpClient the HttpClient
	 * @return whether it is that of a client, or was made by a managed builder
	 */
	public boolean isManaged(HttpClient httpClient) {
		return httpClient instanceof LiveHttpClient || this.managed.contains(httpClient);
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
			return new BuiltClient(builder.build(settings(definition)),
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
		return (request != null) ? newBuild(request.definition, (manager) -> request.connectionManager = manager)
				: newBuild(this.defaultDefinition.get(), null);
	}

	private ClientBuild newBuild(ClientDefinition definition, @Nullable Consumer<ManagedConnectionManager> receiver) {
		return new ClientBuild(definition, this.clientPools.calls(definition), this.builtCount.incrementAndGet(),
				receiver);
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
		PoolKey key = key(build, filter(build, replaced));
		replaced.close(CloseMode.IMMEDIATE);
		PoolKey defaultKey = (key != null) ? defaultKey(build) : null;
		ManagedConnectionManager connectionManager = this.pools
			.connectionManager(() -> this.clientPools.get(build, key, defaultKey));
		builder.setConnectionManager(connectionManager).setConnectionManagerShared(true);
		build.callChain().addTo(builder, this.pools.getCalls(), this.clientPools.budgets(), connectionManager::getPool);
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

	ClientPools pools() {
		return this.clientPools;
	}

	/**
	 * Return what the pool of a build may be shared by.
	 * @return the key, or {@code null} if it may not be shared
	 */
	private @Nullable PoolKey key(ClientBuild build, AddressFilterProbe.Finding filter) {
		return (isDefault(build) && build.isKnown() && filter != AddressFilterProbe.Finding.UNKNOWN) ? new PoolKey(
				build.builder(), identity(build.bundle()), build.connectionConfig().getConnectTimeout(), filter) : null;
	}

	/**
	 * A client itself is always built with the filter of the context, whatever resolver
	 * the application sets.
	 */
	private AddressFilterProbe.Finding filter(ClientBuild build, HttpClientConnectionManager bootManager) {
		AddressFilterProbe.Finding filter = (isDefault(build) && build.isSeenFirst()) ? this.probe.find(bootManager)
				: AddressFilterProbe.Finding.UNKNOWN;
		if (filter == AddressFilterProbe.Finding.CONTEXT || build.isOfClient()) {
			build.addressFilter(this.contextFilter);
		}
		return filter;
	}

	private static boolean isDefault(ClientBuild build) {
		return build.definition().getName().equals(ClientDefinition.DEFAULT_NAME);
	}

	private static HttpClientConnectionManager connectionManager(HttpClientBuilder builder) {
		return builder.getConnManager();
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

		CloseableHttpClient httpClient() {
			return (CloseableHttpClient) this.requestFactory.getHttpClient();
		}

	}

}
