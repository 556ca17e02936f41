package io.outboundhttp.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

import io.outboundhttp.pool.egress.AddressFilter;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsHttpClientBuilder;
import org.springframework.boot.http.client.InetAddressFilter;

/**
 * {@link AddressFilter} that is the {@link InetAddressFilter} of the application context.
 * Callers are told of what it refuses by Spring Boot's own exception. Nobody but Boot can
 * make one, so Boot's connection manager is asked to connect to the host with a filter
 * that refuses every address. It never does. Safe for use by several threads.
 */
final class ContextAddressFilter implements AddressFilter {

	private static final int MOST_REFUSALS = 10_000;

	private final InetAddressFilter filter;

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock. */
	private @Nullable PoolingHttpClientConnectionManager manager;

	ContextAddressFilter(InetAddressFilter filter) {
		this.filter = filter;
	}

	@Override
	public boolean matches(InetSocketAddress address) {
		return this.filter.matches(address);
	}

	@Override
	public RuntimeException refusal(String host) {
		PoolingHttpClientConnectionManager manager = manager();
		try {
			ConnectionEndpoint endpoint = manager
				.lease("refusal", new HttpRoute(new HttpHost("http", host, 80)), Timeout.ZERO_MILLISECONDS, null)
				.get(Timeout.ofSeconds(1));
			try {
				manager.connect(endpoint, null, HttpClientContext.create());
			}
			finally {
				manager.release(endpoint, null, null);
				// forgets the route
				manager.closeExpired();
			}
		}
		catch (FilteredHostException ex) {
			return ex;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (IOException | ExecutionException | TimeoutException ex) {
			return new IllegalStateException("Filtered host '%s'".formatted(host), ex);
		}
		return new IllegalStateException("Filtered host '%s'".formatted(host));
	}

	private PoolingHttpClientConnectionManager manager() {
		this.lock.lock();
		try {
			if (this.manager == null) {
				this.manager = create();
			}
			return this.manager;
		}
		finally {
			this.lock.unlock();
		}
	}

	private PoolingHttpClientConnectionManager create() {
		AtomicReference<@Nullable HttpClientConnectionManager> manager = new AtomicReference<>();
		new HttpComponentsHttpClientBuilder().withDnsResolver(new AnyAddress())
			.withTlsSocketStrategyFactory((bundle) -> (socket, target, port, attachment, context) -> {
				throw new IllegalStateException("connected to " + target);
			})
			.withConnectionManagerCustomizer(
					(builder) -> builder.setMaxConnPerRoute(MOST_REFUSALS).setMaxConnTotal(MOST_REFUSALS))
			.withCustomizer((builder) -> manager.set(builder.getConnManager()))
			.build(HttpClientSettings.defaults().withInetAddressFilter(new Refusing(this.filter)));
		return (PoolingHttpClientConnectionManager) Objects.requireNonNull(manager.get(), "no connection manager");
	}

	/**
	 * Resolver with an answer to refuse.
	 */
	private static final class AnyAddress implements DnsResolver {

		@Override
		public InetAddress[] resolve(String host) {
			return new InetAddress[] { InetAddress.getLoopbackAddress() };
		}

		@Override
		public List<InetSocketAddress> resolve(String host, int port) {
			return List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		}

		@Override
		public String resolveCanonicalHostname(String host) throws UnknownHostException {
			throw new UnknownHostException(host);
		}

	}

	/**
	 * Filter as the application's, which has refused.
	 */
	private record Refusing(InetAddressFilter filter) implements InetAddressFilter {

		@Override
		public boolean matches(InetSocketAddress address) {
			return false;
		}

		@Override
		public boolean matches(InetAddress address) {
			return false;
		}

		@Override
		public String toString() {
			return this.filter.toString();
		}

	}

}
