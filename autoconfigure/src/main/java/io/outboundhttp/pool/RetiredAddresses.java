package io.outboundhttp.pool;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.outboundhttp.pool.connect.NameResolver;

/**
 * Finds the connections of a pool whose address is not one of their host any more, such
 * as those of a replaced machine. They are not used again. Behind a proxy, host and
 * address are those of the proxy.
 */
final class RetiredAddresses {

	private static final Logger logger = LoggerFactory.getLogger(RetiredAddresses.class);

	private RetiredAddresses() {
	}

	/**
	 * Retire connections by what was answered until now, and have the hosts of idle ones
	 * looked up for the next time. Called by the upkeep thread; does not block.
	 * @param pool the pool
	 */
	static void find(ConnectionPool pool) {
		Set<String> idle = new HashSet<>();
		Map<String, Integer> retired = new TreeMap<>();
		for (PooledConnection connection : pool.connections().all()) {
			String host = name(connection);
			InetAddress address = connection.address();
			if (host == null || address == null) {
				continue;
			}
			if (pool.names().isGone(host, address)) {
				if (connection.retire()) {
					retired.merge(host + " any more: " + address.getHostAddress(), 1, Integer::sum);
				}
			}
			else if (connection.lease() == null) {
				idle.add(host);
			}
		}
		retired.forEach((address, count) -> logger.info(
				"Client '{}': no address of {}; {} connections to it end, those in use after their response",
				pool.getName(), address, count));
		idle.forEach(pool.names()::refresh);
	}

	/**
	 * Return the name that was looked up for a connection.
	 * @return the name, {@code null} if it was none
	 */
	private static @Nullable String name(PooledConnection connection) {
		HttpHost proxy = connection.route().getProxyHost();
		HttpHost host = (proxy != null) ? proxy : connection.route().getTargetHost();
		String name = host.getHostName();
		return (host.getAddress() != null || NameResolver.isAddress(name)) ? null : name;
	}

}
