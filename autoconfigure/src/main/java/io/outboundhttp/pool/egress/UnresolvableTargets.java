package io.outboundhttp.pool.egress;

/**
 * What becomes of a target behind a proxy whose name does not resolve here, so that its
 * addresses cannot be checked.
 *
 * @since 0.1.0
 */
public enum UnresolvableTargets {

	/** It is denied. */
	DENY,

	/** It is left to the proxy, unless it would need a rule that allows its address. */
	ALLOW

}
