package io.outboundhttp.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.InetAddressFilter;

/**
 * Finds out which {@link InetAddressFilter} Spring Boot built into a connection manager,
 * without any name look-up or connection.
 * <p>
 * Boot hides the filter behind the {@link DnsResolver}. So ours is put at the bottom, and
 * asked through the connection manager: the list it answers with is empty for HttpClient,
 * which then has nothing to connect to, but a filter sees one address in it. Only the
 * context's own filter, marked by {@link #mark}, reports that it saw that very address.
 */
final class AddressFilterProbe {

	private static final Logger logger = LoggerFactory.getLogger(AddressFilterProbe.class);

	private static final HttpRoute ROUTE = new HttpRoute(new HttpHost("http", "localhost", 9));

	/**
	 * What is known about the filter of a connection manager.
	 */
	enum Finding {

		/** There is no filter. */
		NONE,

		/** It is the filter of the application context. */
		CONTEXT,

		/** It is another filter, or it cannot be told. */
		UNKNOWN

	}

	private final ThreadLocal<Addresses> probing = new ThreadLocal<>();

	private final DnsResolver resolver;

	private final BooleanSupplier exempt;

	/**
	 * Create a probe.
	 * @param resolver what resolves names while nothing is probed
	 * @param exempt tells whether this thread asks for the addresses of a proxy whose
	 * target was filtered already
	 */
	AddressFilterProbe(DnsResolver resolver, BooleanSupplier exempt) {
		this.resolver = resolver;
		this.exempt = exempt;
	}

	/**
	 * Return the resolver to put at the bottom.
	 * @return the resolver
	 */
	DnsResolver resolver() {
		return new Resolver();
	}

	/**
	 * Mark the filter of the application context, so that it is found again.
	 * @param filter the filter or {@code null}
	 * @return a filter that matches the same addresses
	 */
	@Nullable InetAddressFilter mark(@Nullable InetAddressFilter filter) {
		return (filter != null) ? new Marked(filter) : null;
	}

	/**
	 * Look for the filter of a connection manager that nobody uses yet.
	 * @param manager the connection manager
	 * @return the finding
	 */
	Finding find(HttpClientConnectionManager manager) {
		Addresses addresses = new Addresses();
		this.probing.set(addresses);
		try {
			ConnectionEndpoint endpoint = manager.lease("address-filter-probe", ROUTE, Timeout.ofSeconds(1), null)
				.get(Timeout.ofSeconds(1));
			try {
				manager.connect(endpoint, Timeout.ofMilliseconds(1), HttpClientContext.create());
			}
			finally {
				manager.release(endpoint, null, null);
			}
		}
		catch (FilteredHostException ex) {
			addresses.marked = (ex.getFilter() instanceof Marked marked) && marked.isOf(this);
		}
		catch (IOException ex) {
			logger.trace("Probing for an address filter ended with", ex);
		}
		catch (ExecutionException | TimeoutException | RuntimeException ex) {
			logger.debug("Cannot tell the address filter of a connection manager", ex);
			return Finding.UNKNOWN;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return Finding.UNKNOWN;
		}
		finally {
			this.probing.remove();
		}
		return addresses.finding();
	}

	/**
	 * Resolver that answers a probe in its own way.
	 */
	private final class Resolver implements DnsResolver {

		@Override
		public InetAddress[] resolve(String host) throws UnknownHostException {
			return AddressFilterProbe.this.resolver.resolve(host);
		}

		@Override
		public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
			Addresses addresses = AddressFilterProbe.this.probing.get();
			if (addresses != null) {
				addresses.asked = true;
				return addresses;
			}
			return AddressFilterProbe.this.resolver.resolve(host, port);
		}

		@Override
		public String resolveCanonicalHostname(String host) throws UnknownHostException {
			return AddressFilterProbe.this.resolver.resolveCanonicalHostname(host);
		}

	}

	/**
	 * Filter of the application context, which lets addresses of proxies pass.
	 */
	private final class Marked implements InetAddressFilter {

		private final InetAddressFilter filter;

		Marked(InetAddressFilter filter) {
			this.filter = filter;
		}

		boolean isOf(AddressFilterProbe probe) {
			return AddressFilterProbe.this == probe;
		}

		@Override
		public boolean matches(InetSocketAddress address) {
			Addresses addresses = AddressFilterProbe.this.probing.get();
			if (addresses != null && addresses.address == address) {
				return false;
			}
			return AddressFilterProbe.this.exempt.getAsBoolean() || this.filter.matches(address);
		}

		@Override
		public boolean matches(InetAddress address) {
			return this.filter.matches(address);
		}

		@Override
		public String toString() {
			return this.filter.toString();
		}

	}

	/**
	 * List with no element for who asks its size, and one for who filters it as a stream.
	 */
	private static final class Addresses extends AbstractList<InetSocketAddress> {

		private final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(),
				ROUTE.getTargetHost().getPort());

		private boolean asked;

		private boolean filtered;

		private boolean marked;

		@Override
		public int size() {
			return 0;
		}

		@Override
		public boolean isEmpty() {
			return false;
		}

		@Override
		public InetSocketAddress get(int index) {
			throw new IndexOutOfBoundsException(index);
		}

		@Override
		public Stream<InetSocketAddress> stream() {
			this.filtered = true;
			return Stream.of(this.address);
		}

		Finding finding() {
			if (!this.asked) {
				return Finding.UNKNOWN;
			}
			if (this.marked) {
				return Finding.CONTEXT;
			}
			return this.filtered ? Finding.UNKNOWN : Finding.NONE;
		}

	}

}
