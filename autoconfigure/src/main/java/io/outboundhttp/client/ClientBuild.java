package io.outboundhttp.client;

import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.outboundhttp.call.CallChain;
import io.outboundhttp.call.LiveCallSettings;
import io.outboundhttp.pool.ManagedConnectionManager;
import io.outboundhttp.pool.egress.AddressFilter;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;

/**
 * What is learned while Spring Boot builds one HttpClient, from its first callback to its
 * last, all on one thread.
 */
final class ClientBuild {

	/**
	 * Limit by which we know Boot's own connection manager where we cannot look first.
	 */
	private static final int MARK = Integer.MAX_VALUE - 7;

	private final ClientDefinition definition;

	private final @Nullable Consumer<ManagedConnectionManager> receiver;

	private final int number;

	private final CallChain callChain;

	/** Whether our callbacks run before those of the application, not only after. */
	private boolean seenFirst;

	/** Whether a callback was added to the builder behind ours. */
	private boolean extended;

	private @Nullable AddressFilter addressFilter;

	/** Stands for the managed builder whose last callbacks have begun. */
	private @Nullable Object builder;

	private boolean tlsSeen;

	private @Nullable SslBundle bundle;

	private @Nullable ReloadableTls reloadableTls;

	private ConnectionConfig.@Nullable Builder connectionConfig;

	private RequestConfig.@Nullable Builder requestConfig;

	private @Nullable PoolingHttpClientConnectionManagerBuilder managerBuilder;

	private @Nullable PoolingHttpClientConnectionManager earlyManager;

	private @Nullable HttpClientConnectionManager bootManager;

	/**
	 * Begin a build.
	 * @param definition what the client is
	 * @param calls settings of its calls
	 * @param number number of this build, greater than that of all before
	 * @param receiver takes the connection manager of the client itself, {@code null} for
	 * one of the many HttpClients behind Boot's builders
	 */
	ClientBuild(ClientDefinition definition, LiveCallSettings calls, int number,
			@Nullable Consumer<ManagedConnectionManager> receiver) {
		this.definition = definition;
		this.number = number;
		this.receiver = receiver;
		this.callChain = new CallChain(calls, ClientCallSettings.of(definition));
	}

	ClientDefinition definition() {
		return this.definition;
	}

	/**
	 * Return whether this build came after another one.
	 */
	boolean isAfter(ClientBuild other) {
		return this.number > other.number;
	}

	CallChain callChain() {
		return this.callChain;
	}

	boolean isOfClient() {
		return this.receiver != null;
	}

	void finished(ManagedConnectionManager connectionManager) {
		if (this.receiver != null) {
			this.receiver.accept(connectionManager);
		}
	}

	/**
	 * Return the settings that someone set and that were not put over the application's
	 * own code.
	 * @return the settings
	 */
	Set<ClientSetting<?>> unapplied() {
		if (this.seenFirst) {
			return Set.of();
		}
		return Stream
			.<ClientSetting<?>>of(ClientSetting.USER_AGENT, ClientSetting.PROXY_HOST, ClientSetting.PROXY_PORT,
					ClientSetting.PROXY_USERNAME, ClientSetting.PROXY_PASSWORD, ClientSetting.PROXY_NON_PROXY_HOSTS,
					ClientSetting.POOL_BUFFER_SIZE)
			.filter((setting) -> this.definition.value(setting).set())
			.collect(Collectors.toUnmodifiableSet());
	}

	/**
	 * Set the filter of the addresses of targets, if it is known.
	 * @param addressFilter the filter, {@code null} for none
	 */
	void addressFilter(@Nullable AddressFilter addressFilter) {
		this.addressFilter = addressFilter;
	}

	@Nullable AddressFilter addressFilter() {
		return this.addressFilter;
	}

	boolean isSeenFirst() {
		return this.seenFirst;
	}

	void markSeenFirst() {
		this.seenFirst = true;
	}

	/**
	 * Return whether this build was begun and never finished, so that another one begins
	 * now.
	 * @param builder stands for the managed builder that calls
	 * @return whether it was left over
	 */
	boolean isLeftOver(Object builder) {
		return this.builder == builder || (this.builder != null && !this.extended);
	}

	void markStarted(Object builder, boolean extended) {
		this.builder = builder;
		markExtended(extended);
	}

	Object builder() {
		return Objects.requireNonNull(this.builder, "not started");
	}

	void markExtended(boolean extended) {
		this.extended |= extended;
	}

	/**
	 * Return whether all that shapes the connections is known: the application has not
	 * replaced what we put first, nor added to the builder behind us.
	 */
	boolean isKnown() {
		return this.seenFirst && this.tlsSeen && !this.extended;
	}

	/**
	 * Note with what TLS is negotiated.
	 * @param bundle the SSL bundle, {@code null} for the system's default
	 * @param reloadable keeps the bundle up to date, {@code null} if that cannot be
	 */
	void tls(@Nullable SslBundle bundle, @Nullable ReloadableTls reloadable) {
		this.tlsSeen = true;
		this.bundle = bundle;
		this.reloadableTls = reloadable;
	}

	/**
	 * Return whether our own strategy negotiates TLS, as far as the application has not
	 * replaced it in the connection manager.
	 */
	boolean isTlsSeen() {
		return this.tlsSeen;
	}

	@Nullable SslBundle bundle() {
		return this.bundle;
	}

	@Nullable ReloadableTls reloadableTls() {
		return this.reloadableTls;
	}

	void connectionConfig(ConnectionConfig.Builder builder) {
		this.connectionConfig = builder;
	}

	ConnectionConfig connectionConfig() {
		return Objects.requireNonNull(this.connectionConfig, "no connection config yet").build();
	}

	void requestConfig(RequestConfig.Builder builder) {
		this.requestConfig = builder;
	}

	RequestConfig requestConfig() {
		return Objects.requireNonNull(this.requestConfig, "no request config yet").build();
	}

	/**
	 * Take the builder of the connection manager, as all callbacks left it.
	 * @param builder the builder
	 */
	void managerBuilder(PoolingHttpClientConnectionManagerBuilder builder) {
		this.managerBuilder = builder;
		if (!this.seenFirst) {
			if (this.earlyManager != null) {
				builder.setMaxConnTotal(this.earlyManager.getMaxTotal());
			}
			this.earlyManager = builder.build();
			builder.setMaxConnTotal(MARK);
		}
	}

	/**
	 * Return a new connection manager, as the application customized it.
	 * @return the connection manager, another one each time
	 */
	PoolingHttpClientConnectionManager newManager() {
		PoolingHttpClientConnectionManager manager = Objects
			.requireNonNull(this.managerBuilder, "no connection manager builder yet")
			.build();
		if (this.earlyManager != null) {
			manager.setMaxTotal(this.earlyManager.getMaxTotal());
			return withLimits(manager);
		}
		return manager;
	}

	/**
	 * Give a connection manager our limits where it still has those of HttpClient.
	 */
	private PoolingHttpClientConnectionManager withLimits(PoolingHttpClientConnectionManager manager) {
		if (manager.getMaxTotal() == PoolingHttpClientConnectionManager.DEFAULT_MAX_TOTAL_CONNECTIONS) {
			manager.setMaxTotal(this.definition.require(ClientSetting.POOL_MAX_TOTAL));
		}
		if (manager.getDefaultMaxPerRoute() == PoolingHttpClientConnectionManager.DEFAULT_MAX_CONNECTIONS_PER_ROUTE) {
			manager.setDefaultMaxPerRoute(this.definition.require(ClientSetting.POOL_MAX_PER_ROUTE));
		}
		return manager;
	}

	void bootManager(HttpClientConnectionManager manager) {
		this.bootManager = manager;
	}

	/**
	 * Return whether a connection manager is the one that Boot built, as opposed to one
	 * that application code set.
	 * @param manager the connection manager
	 * @return whether Boot built it
	 */
	boolean isBuiltByBoot(HttpClientConnectionManager manager) {
		if (this.seenFirst) {
			return manager == this.bootManager;
		}
		return manager instanceof PoolingHttpClientConnectionManager pooling && pooling.getMaxTotal() == MARK;
	}

}
