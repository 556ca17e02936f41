package io.outboundhttp.pool;

/**
 * Why a request was not sent again, although a failure or a status called for it and
 * attempts were left.
 *
 * @since 0.1.0
 */
public enum RetryDenial {

	/** The client has sent too many requests again lately. */
	BUDGET,

	/** The method must not be repeated, and there is no idempotency key. */
	METHOD,

	/** The body of the request can be sent once only. */
	BODY,

	/** The pause would not end in time. */
	DEADLINE,

	/** The server asks for a longer pause than is obeyed. */
	RETRY_AFTER

}
