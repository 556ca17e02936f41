package io.outboundhttp.client;

import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.outboundhttp.pool.ResponseParsers;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpCookieHandling;
import org.springframework.boot.ssl.SslBundle;
import org.apache.hc.client5.http.cookie.StandardCookieSpec;

/**
 * The callbacks that we put into Spring Boot's builder of HttpClients: some first, which
 * set what the client's definition says, some last, which see what became of it.
 * <p>
 * Boot calls them on one thread in this order: socket, connection, TLS, connection
 * manager, request, HttpClient. In between stands the {@link ClientBuild} of that thread.
 */
final class BuilderCallbacks {

	private final ThreadLocal<ClientBuild> builds = new ThreadLocal<>();

	private final DnsResolver dnsResolver;

	private final TlsBundles tlsBundles;

	private final UnaryOperator<TlsSocketStrategy> tlsStrategy;

	private final Supplier<ClientBuild> begin;

	private final BiConsumer<ClientBuild, HttpClientBuilder> finish;

	/**
	 * Create the callbacks.
	 * @param dnsResolver resolver to put at the bottom
	 * @param tlsBundles the SSL bundles
	 * @param tlsStrategy puts what we have to know around what negotiates TLS
	 * @param begin makes the build that begins now
	 * @param finish takes a build whose HttpClient is customized but not yet made
	 */
	BuilderCallbacks(DnsResolver dnsResolver, TlsBundles tlsBundles, UnaryOperator<TlsSocketStrategy> tlsStrategy,
			Supplier<ClientBuild> begin, BiConsumer<ClientBuild, HttpClientBuilder> finish) {
		this.dnsResolver = dnsResolver;
		this.tlsBundles = tlsBundles;
		this.tlsStrategy = tlsStrategy;
		this.begin = begin;
		this.finish = finish;
	}

	HttpComponentsClientHttpRequestFactoryBuilder addFirst(HttpComponentsClientHttpRequestFactoryBuilder builder) {
		return builder.withSocketConfigCustomizer((socketConfig) -> {
			ClientBuild build = this.begin.get();
			build.markSeenFirst();
			this.builds.set(build);
		})
			.withConnectionConfigCustomizer((connectionConfig) -> connectionDefaults(build(), connectionConfig))
			.withTlsSocketStrategyFactory(this::tlsSocketStrategy)
			.withDnsResolver(this.dnsResolver)
			.withConnectionManagerCustomizer((manager) -> managerDefaults(build().definition(), manager))
			.withDefaultRequestConfigCustomizer((requestConfig) -> requestDefaults(build().definition(), requestConfig))
			.withHttpClientCustomizer((httpClient) -> clientDefaults(build(), httpClient));
	}

	/**
	 * Add the last callbacks. A builder that was derived from a managed one, and is
	 * managed too, has them twice: the first ones that see the HttpClient finish the
	 * build.
	 * @param builder the builder
	 * @return a builder with the callbacks
	 */
	HttpComponentsClientHttpRequestFactoryBuilder addLast(HttpComponentsClientHttpRequestFactoryBuilder builder) {
		Object identity = new Object();
		return builder.withSocketConfigCustomizer((socketConfig) -> {
			ClientBuild build = this.builds.get();
			if (build == null || build.isLeftOver(identity)) {
				build = this.begin.get();
				this.builds.set(build);
			}
			build.markStarted(identity, BuilderChain.isExtended());
		}).withConnectionConfigCustomizer((connectionConfig) -> {
			ClientBuild build = build();
			if (!build.isSeenFirst()) {
				connectionDefaults(build, connectionConfig);
			}
			build.connectionConfig(connectionConfig);
			build.markExtended(BuilderChain.isExtended());
		}).withConnectionManagerCustomizer((manager) -> {
			manager.setPoolConcurrencyPolicy(PoolConcurrencyPolicy.STRICT).setOffLockDisposalEnabled(true);
			build().managerBuilder(manager);
			build().markExtended(BuilderChain.isExtended());
		}).withDefaultRequestConfigCustomizer((requestConfig) -> {
			ClientBuild build = build();
			if (!build.isSeenFirst()) {
				requestDefaults(build.definition(), requestConfig);
			}
			requestConfig.setResponseTimeout(responseTimeout(build, requestConfig));
			build.requestConfig(requestConfig);
		}).withHttpClientCustomizer((httpClient) -> {
			ClientBuild build = this.builds.get();
			if (build != null) {
				this.builds.remove();
				boolean extended = BuilderChain.isExtended();
				build.markExtended(extended);
				this.finish.accept(build, httpClient);
				if (!extended) {
					JvmProxyRoutePlanner.applyTo(httpClient);
				}
			}
		});
	}

	/**
	 * Forget the build of this thread, if one was left unfinished.
	 */
	void forget() {
		this.builds.remove();
	}

	private ClientBuild build() {
		ClientBuild build = this.builds.get();
		if (build == null) {
			throw new IllegalStateException("Spring Boot's HttpClient builder called back in an unexpected order");
		}
		return build;
	}

	private void connectionDefaults(ClientBuild build, ConnectionConfig.Builder builder) {
		ClientDefinition definition = build.definition();
		ConnectionConfig current = builder.build();
		if (ConnectionConfig.DEFAULT.getConnectTimeout().equals(current.getConnectTimeout())) {
			builder.setConnectTimeout(Timeout.of(definition.require(ClientSetting.CONNECT_TIMEOUT)));
		}
		if (current.getSocketTimeout() == null) {
			builder.setSocketTimeout(Timeout.of(definition.require(ClientSetting.READ_TIMEOUT)));
		}
		if (current.getTimeToLive() == null) {
			builder.setTimeToLive(orOff(definition.require(ClientSetting.POOL_TIME_TO_LIVE)));
		}
		Duration idleTimeout = definition.require(ClientSetting.POOL_IDLE_TIMEOUT);
		if (current.getIdleTimeout() == null && !idleTimeout.isZero()) {
			builder.setIdleTimeout(Timeout.of(idleTimeout));
		}
		if (current.getValidateAfterInactivity() == null) {
			builder.setValidateAfterInactivity(
					TimeValue.of(definition.require(ClientSetting.POOL_VALIDATE_AFTER_INACTIVITY)));
		}
	}

	private static @Nullable TimeValue orOff(Duration duration) {
		return duration.isZero() ? null : TimeValue.of(duration);
	}

	private TlsSocketStrategy tlsSocketStrategy(@Nullable SslBundle bundle) {
		ReloadableTls reloadable = (bundle != null) ? this.tlsBundles.find(bundle) : null;
		build().tls(bundle, reloadable);
		if (reloadable != null) {
			return this.tlsStrategy.apply(reloadable);
		}
		// without a bundle, what HttpClient uses where Boot sets none
		return this.tlsStrategy
			.apply((bundle != null) ? ReloadableTls.strategy(bundle) : DefaultClientTlsStrategy.createSystemDefault());
	}

	private static void managerDefaults(ClientDefinition definition,
			PoolingHttpClientConnectionManagerBuilder builder) {
		builder.setMaxConnTotal(definition.require(ClientSetting.POOL_MAX_TOTAL));
		builder.setMaxConnPerRoute(definition.require(ClientSetting.POOL_MAX_PER_ROUTE));
		int bufferSize = (int) definition.require(ClientSetting.POOL_BUFFER_SIZE).toBytes();
		Http1Config config = Http1Config.custom().setBufferSize(bufferSize).build();
		builder.setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
			.http1Config(config)
			.responseParserFactory(new ResponseParsers(config))
			.build());
	}

	private static void requestDefaults(ClientDefinition definition, RequestConfig.Builder builder) {
		RequestConfig current = builder.build();
		if (RequestConfig.DEFAULT.getConnectionRequestTimeout().equals(current.getConnectionRequestTimeout())) {
			builder.setConnectionRequestTimeout(Timeout.of(definition.require(ClientSetting.POOL_ACQUIRE_TIMEOUT)));
		}
		if (RequestConfig.DEFAULT.getConnectionKeepAlive().equals(current.getConnectionKeepAlive())) {
			// three minutes, which would cut a longer idle timeout short
			builder.setConnectionKeepAlive(TimeValue.NEG_ONE_MILLISECOND);
		}
		if (current.getCookieSpec() == null) {
			builder.setCookieSpec((definition.require(ClientSetting.COOKIE_HANDLING) == HttpCookieHandling.DISABLE)
					? StandardCookieSpec.IGNORE : StandardCookieSpec.STRICT);
		}
	}

	/**
	 * Return the read timeout of this HttpClient. Its pool may be shared with others that
	 * have another one, so it must not live in the pool alone.
	 */
	private static @Nullable Timeout responseTimeout(ClientBuild build, RequestConfig.Builder builder) {
		Timeout responseTimeout = builder.build().getResponseTimeout();
		return (responseTimeout != null) ? responseTimeout : build.connectionConfig().getSocketTimeout();
	}

	private static void clientDefaults(ClientBuild build, HttpClientBuilder builder) {
		build.bootManager(builder.getConnManager());
		builder.setRetryStrategy(build.callChain().getRetryStrategy());
		builder.setUserTokenHandler(ConnectionAuthenticationTokenHandler.INSTANCE);
		String userAgent = build.definition().get(ClientSetting.USER_AGENT);
		if (userAgent != null) {
			builder.setUserAgent(userAgent);
		}
		ForwardProxy.apply(build.definition(), builder);
	}

}
