package io.outboundhttp.pool.connect;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Looks up the addresses of a host, for as long as it takes.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface HostLookup {

	/**
	 * Look up a host. May block.
	 * @param host name or address
	 * @return its addresses
	 * @throws UnknownHostException if it has none
	 */
	InetAddress[] lookUp(String host) throws UnknownHostException;

}
