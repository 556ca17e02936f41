package io.outboundhttp.pool;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;

/**
 * How routes are written, and how limits find them.
 */
final class Routes {

	private Routes() {
	}

	/**
	 * Return the target of a route as {@code scheme://host:port}.
	 */
	static String target(HttpRoute route) {
		return route.getTargetHost().toURI();
	}

	/**
	 * Return the proxy of a route as {@code scheme://host:port}, empty when direct.
	 */
	static String proxy(HttpRoute route) {
		HttpHost proxy = route.getProxyHost();
		return (proxy != null) ? proxy.toURI() : "";
	}

	/**
	 * Return the target of a route without a resolved address.
	 */
	static HttpHost host(HttpRoute route) {
		HttpHost host = route.getTargetHost();
		return new HttpHost(host.getSchemeName(), host.getHostName(), host.getPort());
	}

}
