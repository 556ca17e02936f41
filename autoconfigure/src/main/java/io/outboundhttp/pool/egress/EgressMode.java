package io.outboundhttp.pool.egress;

/**
 * What becomes of a connection that an {@link EgressPolicy} denies.
 *
 * @since 0.1.0
 */
public enum EgressMode {

	/** It is not opened. */
	ENFORCE,

	/** It is opened, logged and counted. */
	REPORT

}
