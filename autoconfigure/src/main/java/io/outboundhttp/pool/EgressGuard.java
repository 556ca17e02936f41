package io.outboundhttp.pool;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import io.outboundhttp.EgressDeniedException;
import io.outboundhttp.EgressDeniedException.Reason;
import io.outboundhttp.pool.egress.AddressFilter;
import io.outboundhttp.pool.egress.EgressDenial;
import io.outboundhttp.pool.egress.EgressMode;
import io.outboundhttp.pool.egress.EgressPolicy;
import io.outboundhttp.pool.egress.EgressTarget;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.net.URIAuthority;
import org.jspecify.annotations.Nullable;

/**
 * Checks one target on its way to the network: by name before its addresses are looked
 * up, then each address before it is connected to, and at last the address that a socket
 * is really connected to. Of a target behind a proxy or a Unix domain socket all
 * addresses are checked, since it is not ours to choose one; those of the proxy are not.
 * For one thread.
 */
final class EgressGuard {

	private final ConnectionPool pool;

	private final HttpHost host;

	private final boolean direct;

	private final EgressPolicy policy;

	private final @Nullable AddressFilter filter;

	private final @Nullable EgressTarget target;

	/** The address that was checked last. */
	private @Nullable InetAddress checked;

	/**
	 * Whether the policy denies the target and is not enforced: then it has been said.
	 */
	private boolean reported;

	EgressGuard(ConnectionPool pool, HttpRoute route) {
		this(pool, route.getTargetHost(), route.getProxyHost() == null && route.getUnixDomainSocket() == null);
	}

	/**
	 * Create a guard.
	 * @param pool the pool
	 * @param host the target
	 * @param direct whether the target itself is connected to
	 */
	EgressGuard(ConnectionPool pool, HttpHost host, boolean direct) {
		this.pool = pool;
		this.host = host;
		this.direct = direct;
		this.policy = pool.getSettings().getEgress();
		this.filter = pool.getSettings().getAddressFilter();
		this.target = (this.filter != null || !this.policy.isOff()) ? EgressTarget.of(host) : null;
	}

	/**
	 * Check a request that a proxy is to forward. The proxy goes by its URI, which may
	 * name another host than the route.
	 * @param lease lease of a connection
	 * @param request the request
	 * @throws IOException if the host that it names is denied
	 */
	static void checkForwarded(TrackedLease lease, HttpRequest request) throws IOException {
		HttpRoute route = lease.getRoute();
		URIAuthority authority = request.getAuthority();
		if (route.getProxyHost() == null || route.isTunnelled() || authority == null) {
			return;
		}
		HttpHost named = new HttpHost(request.getScheme(), authority);
		if (!EgressTarget.of(named).equals(EgressTarget.of(route.getTargetHost()))) {
			ConnectionPool pool = lease.getPool();
			new EgressGuard(pool, named, false).checkTarget(new ForwardedNames(pool));
		}
	}

	/**
	 * Return whether addresses are filtered, but not those of a proxy: what is connected
	 * to is not the target.
	 */
	boolean isFilteredBehindProxy() {
		return this.filter != null && !this.direct;
	}

	/**
	 * Check the target before anything is connected to.
	 * @param names looks its addresses up, if they must be known already now
	 * @throws IOException if the target is denied
	 */
	void checkTarget(Names names) throws IOException {
		EgressTarget target = this.target;
		if (target == null) {
			return;
		}
		deny(this.policy.denial(target));
		// a proxy gets the name, whatever address stands beside it here
		InetAddress given = this.direct ? this.host.getAddress() : null;
		InetAddress literal = (given != null) ? given : target.literal();
		if (literal != null) {
			checkAddress(target, new InetSocketAddress(literal, target.port()));
		}
		else if (!this.direct && (this.filter != null || this.policy.needsAddresses(target))) {
			checkAddresses(target, names);
		}
	}

	private void checkAddresses(EgressTarget target, Names names) throws IOException {
		List<InetSocketAddress> addresses = List.of();
		if (!target.isAmbiguous()) {
			try {
				addresses = names.lookUp(target.host(), target.port());
			}
			catch (UnknownHostException ex) {
				if (!names.isWanted()) {
					throw ex;
				}
			}
		}
		for (InetSocketAddress address : addresses) {
			checkAddress(target, address);
		}
		if (addresses.isEmpty()) {
			EgressDenial denial = this.policy.denialUnresolved(target);
			if (denial != null && this.filter != null && denial.reason() == Reason.UNRESOLVABLE) {
				// the filter is none of the policy, and enforced in any mode
				throw denied(denial, EgressMode.ENFORCE);
			}
			deny(denial);
		}
	}

	private void checkAddress(EgressTarget target, InetSocketAddress address) throws EgressDeniedException {
		if (this.filter != null && !this.filter.matches(address)) {
			throw this.filter.refusal(this.host.getHostName());
		}
		deny(this.policy.denial(target, address.getAddress()));
		this.checked = address.getAddress();
	}

	/**
	 * Return which addresses of the target may be connected to.
	 * @param addresses all its addresses
	 * @return those that may, and if the policy is not enforced, the others behind them
	 * @throws EgressDeniedException if none may
	 */
	List<InetSocketAddress> permitted(List<InetSocketAddress> addresses) throws EgressDeniedException {
		EgressTarget target = this.target;
		if (target == null || !this.direct || addresses.isEmpty()) {
			return addresses;
		}
		AddressFilter filter = this.filter;
		List<InetSocketAddress> unfiltered = (filter != null) ? addresses.stream().filter(filter::matches).toList()
				: addresses;
		if (filter != null && unfiltered.isEmpty()) {
			throw filter.refusal(this.host.getHostName());
		}
		List<InetSocketAddress> permitted = new ArrayList<>();
		List<InetSocketAddress> denied = new ArrayList<>();
		EgressDenial first = null;
		for (InetSocketAddress address : unfiltered) {
			EgressDenial denial = this.policy.denial(target, address.getAddress());
			((denial != null) ? denied : permitted).add(address);
			first = (first != null) ? first : denial;
		}
		if (permitted.isEmpty()) {
			deny(first);
		}
		if (this.policy.mode() == EgressMode.REPORT) {
			permitted.addAll(denied);
		}
		return permitted;
	}

	/**
	 * Check an address that is connected to, or is about to be.
	 * @param address the address, {@code null} if there is none
	 * @throws EgressDeniedException if it is denied
	 */
	void check(@Nullable InetAddress address) throws EgressDeniedException {
		EgressTarget target = this.target;
		if (target != null && this.direct && address != null && !address.equals(this.checked)) {
			checkAddress(target, new InetSocketAddress(address, target.port()));
		}
	}

	private void deny(@Nullable EgressDenial denial) throws EgressDeniedException {
		if (denial == null || this.reported) {
			return;
		}
		if (this.policy.mode() == EgressMode.ENFORCE) {
			throw denied(denial, EgressMode.ENFORCE);
		}
		this.reported = true;
		this.pool.egressDenied(denial, EgressMode.REPORT);
	}

	private EgressDeniedException denied(EgressDenial denial, EgressMode mode) {
		this.pool.egressDenied(denial, mode);
		return this.pool.messages().egressDenied(denial);
	}

	/**
	 * Names looked up outside of a connect, within the same time.
	 */
	private record ForwardedNames(ConnectionPool pool) implements Names {

		@Override
		public List<InetSocketAddress> lookUp(String host, int port) throws UnknownHostException {
			try {
				List<InetAddress> addresses = this.pool.names()
					.resolve(host, this.pool.getSettings().getConnectTimeout().value().toNanos(), () -> true);
				return (addresses == null) ? List.of()
						: addresses.stream().map((address) -> new InetSocketAddress(address, port)).toList();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new UnknownHostException(host + ": look-up was interrupted");
			}
		}

		@Override
		public boolean isWanted() {
			return !Thread.currentThread().isInterrupted();
		}

	}

	/**
	 * How names become addresses.
	 */
	interface Names {

		/**
		 * Look a name up.
		 * @param host the name
		 * @param port the port to put to its addresses
		 * @return its addresses
		 * @throws UnknownHostException if it has none, or they are not wanted any more
		 */
		List<InetSocketAddress> lookUp(String host, int port) throws UnknownHostException;

		/**
		 * Return whether who looks up still wants to know.
		 * @return whether it does
		 */
		boolean isWanted();

	}

}
