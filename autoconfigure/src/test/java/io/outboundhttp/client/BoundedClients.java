package io.outboundhttp.client;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.call.CallChain;
import io.outboundhttp.call.CallSettings;
import io.outboundhttp.call.LiveCallSettings;
import io.outboundhttp.call.RetryBudgets;
import io.outboundhttp.call.RetrySettings;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.pool.StubbedNames;
import io.outboundhttp.pool.TimeLimit;
import io.outboundhttp.pool.TimeSource;
import io.outboundhttp.pool.connect.HostLookup;
import io.outboundhttp.testsupport.TestCertificates;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A managed pool named "payments" with the clients on it, put together as the starter
 * does it, with the clock of the JVM and names that a test looks up. It has one
 * connection, so that a slot that is not free is noticed.
 */
final class BoundedClients {

	/** Longer than any test waits. */
	static final Duration LONG = Duration.ofSeconds(60);

	private final ConnectionPool pool;

	private final CloseableHttpClient httpClient;

	private final SpringClients spring;

	private BoundedClients(PoolLeakExtension extension, Limits limits, HostLookup hosts, @Nullable HttpHost proxy,
			BasicCredentialsProvider credentials, UnaryOperator<PoolSettings.Builder> settings,
			UnaryOperator<PoolingHttpClientConnectionManagerBuilder> manager) {
		ConnectionPools pools = extension.watch(StubbedNames.pools(hosts));
		TimeLimit connectTimeout = new TimeLimit(limits.connect(), "outbound-http.clients.payments.connect-timeout");
		this.pool = pools.open("payments",
				settings.apply(PoolSettings.builder().connectTimeout(connectTimeout)).build(),
				manager
					.apply(PoolingHttpClientConnectionManagerBuilder.create()
						.setDnsResolver(pools.getConnectHooks().dnsResolver())
						.setTlsSocketStrategy(pools.getConnectHooks()
							.tlsStrategy(new DefaultClientTlsStrategy(TestCertificates.get().trustOnlyContext())))
						.setDefaultConnectionConfig(ConnectionConfig.custom()
							.setConnectTimeout(Timeout.of(limits.connect()))
							.setSocketTimeout(Timeout.of(limits.read()))
							.build())
						.setMaxConnPerRoute(1)
						.setMaxConnTotal(1))
					.build());
		HttpClientBuilder builder = HttpClients.custom()
			.setConnectionManager(pools.connectionManager(() -> this.pool))
			.setConnectionManagerShared(true)
			.setProxy(proxy)
			.setDefaultCredentialsProvider(credentials)
			.setDefaultRequestConfig(RequestConfig.custom()
				.setConnectionRequestTimeout(Timeout.of(LONG))
				.setResponseTimeout(Timeout.of(limits.read()))
				.build());
		CallSettings callSettings = new CallSettings("payments", LONG, limits.callLimit(),
				new TimeLimit(limits.read(), "outbound-http.clients.payments.read-timeout"), null, limits.retry(),
				Set.of());
		CallChain chain = new CallChain(new LiveCallSettings(callSettings), callSettings);
		builder.setRetryStrategy(chain.getRetryStrategy());
		chain.addTo(builder, pools.getCalls(), new RetryBudgets(TimeSource.system()), () -> this.pool);
		this.httpClient = builder.build();
		this.spring = new SpringClients(this.httpClient, List.of(new CallInitializer(pools.getCalls())));
	}

	static BoundedClients direct(PoolLeakExtension extension, Limits limits, HostLookup hosts) {
		return new BoundedClients(extension, limits, hosts, null, new BasicCredentialsProvider(),
				UnaryOperator.identity(), UnaryOperator.identity());
	}

	static BoundedClients proxied(PoolLeakExtension extension, Limits limits, HttpHost proxy) {
		return proxied(extension, limits, proxy, "nobody", "");
	}

	static BoundedClients proxied(PoolLeakExtension extension, Limits limits, HttpHost proxy, String user,
			String password) {
		BasicCredentialsProvider credentials = new BasicCredentialsProvider();
		credentials.setCredentials(new AuthScope(proxy), new UsernamePasswordCredentials(user, password.toCharArray()));
		return new BoundedClients(extension, limits, (host) -> {
			throw new IllegalStateException(host);
		}, proxy, credentials, UnaryOperator.identity(), UnaryOperator.identity());
	}

	/**
	 * Clients whose targets are checked.
	 */
	static BoundedClients checked(PoolLeakExtension extension, HostLookup hosts, @Nullable HttpHost proxy,
			UnaryOperator<PoolSettings.Builder> settings,
			UnaryOperator<PoolingHttpClientConnectionManagerBuilder> manager) {
		return new BoundedClients(extension, new Limits(null, LONG, LONG, 3), hosts, proxy,
				new BasicCredentialsProvider(), settings, manager);
	}

	PoolSnapshot snapshot() {
		return this.pool.snapshot();
	}

	CloseableHttpClient httpClient() {
		return this.httpClient;
	}

	SpringClients spring() {
		return this.spring;
	}

	/**
	 * What bounds the calls.
	 *
	 * @param call call timeout, {@code null} for none
	 * @param connect connect timeout
	 * @param read read timeout
	 * @param retries retries of a call
	 */
	record Limits(@Nullable Duration call, Duration connect, Duration read, int retries) {

		static Limits ofCall(Duration call) {
			return new Limits(call, LONG, LONG, 3);
		}

		static Limits ofConnect(Duration connect) {
			return new Limits(null, connect, LONG, 0);
		}

		static Limits ofRead(Duration read) {
			return new Limits(null, LONG, read, 0);
		}

		RetrySettings retry() {
			return new RetrySettings(true, this.retries, Duration.ofMillis(10), Duration.ofSeconds(2), 2,
					Set.of("GET", "POST"), Set.of(503), LONG, null);
		}

		@Nullable TimeLimit callLimit() {
			return (this.call != null) ? new TimeLimit(this.call, "outbound-http.clients.payments.call-timeout") : null;
		}

	}

}
