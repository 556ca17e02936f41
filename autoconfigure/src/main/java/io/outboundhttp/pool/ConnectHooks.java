package io.outboundhttp.pool;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;

import javax.net.ssl.SSLSocket;

import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * What has to be built into a connection manager so that the phases of a connect are seen
 * and bounded one by one. Without it, a connect is bounded as a whole. Safe for use by
 * several threads.
 *
 * @since 0.1.0
 */
public final class ConnectHooks {

	private final Calls calls;

	ConnectHooks(Calls calls) {
		this.calls = calls;
	}

	/**
	 * Return the resolver to put at the bottom. Within a connect it gives one address at
	 * a time, in the order in which they are worth a try.
	 * @return the resolver
	 */
	public DnsResolver dnsResolver() {
		return new Resolver();
	}

	/**
	 * Return a strategy that tells when the negotiation of TLS begins.
	 * @param strategy what negotiates
	 * @return the strategy
	 */
	public TlsSocketStrategy tlsStrategy(TlsSocketStrategy strategy) {
		return (socket, target, port, attachment, context) -> upgrade(strategy, socket, target, port, attachment,
				context);
	}

	/**
	 * Return whether this thread connects to a proxy, so that a filter of addresses must
	 * let it pass: the addresses of the target were filtered before.
	 * @return whether it does, and the pool has such a filter
	 */
	public boolean isFilteredBehindProxy() {
		ConnectPhase phase = this.calls.current().connecting();
		return phase != null && phase.isFilteredBehindProxy();
	}

	private SSLSocket upgrade(TlsSocketStrategy strategy, Socket socket, String target, int port, Object attachment,
			HttpContext context) throws IOException {
		ConnectPhase phase = this.calls.current().connecting();
		if (phase != null) {
			phase.beginTls(socket.getInetAddress());
		}
		return strategy.upgrade(socket, target, port, attachment, context);
	}

	/**
	 * Resolver of the system that obeys the connect that its thread is in.
	 */
	private final class Resolver implements DnsResolver {

		@Override
		public InetAddress[] resolve(String host) throws UnknownHostException {
			return SystemDefaultDnsResolver.INSTANCE.resolve(host);
		}

		@Override
		public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
			ConnectPhase phase = ConnectHooks.this.calls.current().connecting();
			return (phase != null) ? List.of(phase.nextAddress(host, port))
					: SystemDefaultDnsResolver.INSTANCE.resolve(host, port);
		}

		@Override
		public String resolveCanonicalHostname(String host) throws UnknownHostException {
			return SystemDefaultDnsResolver.INSTANCE.resolveCanonicalHostname(host);
		}

	}

}
