package io.outboundhttp.metrics;

/**
 * How the wait for a connection has ended.
 */
enum Outcome {

	/** The caller got a connection. */
	LEASED,

	/** It got none in time. */
	TIMEOUT,

	/** It was turned away, since too many waited already. */
	REJECTED,

	/** It gave up. */
	CANCELLED

}
