package io.outboundhttp.pool.egress;

import java.net.InetSocketAddress;

/**
 * Filter of addresses that stands beside the rules of an {@link EgressPolicy} and is
 * always enforced. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public interface AddressFilter {

	/**
	 * Return whether a target may have an address.
	 * @param address the address
	 * @return whether it may be connected to
	 */
	boolean matches(InetSocketAddress address);

	/**
	 * Return what a caller is told whose target has no other address.
	 * @param host name of the target
	 * @return the exception
	 */
	RuntimeException refusal(String host);

}
