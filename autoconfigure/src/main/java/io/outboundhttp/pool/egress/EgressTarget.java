package io.outboundhttp.pool.egress;

import java.net.InetAddress;

import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * Target of a request, written in one way only: scheme and host in lower case, an
 * international name in its ASCII form, without a dot at its end.
 *
 * @param scheme scheme
 * @param host name or address, an address of IPv6 without brackets
 * @param port port, never negative
 * @since 0.1.0
 */
public record EgressTarget(String scheme, String host, int port) {

	/**
	 * Return the target that a host stands for.
	 * @param host the host
	 * @return the target
	 */
	public static EgressTarget of(HttpHost host) {
		String scheme = host.getSchemeName();
		int port = (host.getPort() >= 0) ? host.getPort() : (scheme.equals("https") ? 443 : 80);
		return new EgressTarget(scheme, HostNames.normalize(host.getHostName()), port);
	}

	/**
	 * Return the address that the host is written as.
	 * @return the address, {@code null} if the host is a name
	 */
	public @Nullable InetAddress literal() {
		return HostNames.literal(this.host);
	}

	/**
	 * Return whether the host is an address in a form that not everybody reads alike,
	 * such as {@code 0x7f.1} or {@code 010.0.0.1}.
	 * @return whether somebody else may take it for another address
	 */
	public boolean isAmbiguous() {
		return HostNames.endsInNumber(this.host) && literal() == null;
	}

	/**
	 * Return the target as {@code scheme://host:port}.
	 */
	@Override
	public String toString() {
		return this.scheme + "://" + ((this.host.indexOf(':') >= 0) ? "[" + this.host + "]" : this.host) + ":"
				+ this.port;
	}

}
