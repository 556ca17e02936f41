package io.outboundhttp.pool;

/**
 * Why a request was sent again.
 *
 * @since 0.1.0
 */
public enum RetryReason {

	/** A connection that was used before failed without a byte of a response. */
	STALE,

	/** No connection could be established, so the request was never sent. */
	CONNECT,

	/** The exchange failed after the request was, or may have been, sent. */
	IO,

	/** No response came within the read timeout. */
	TIMEOUT,

	/** The status of the response asks for it. */
	STATUS

}
