package io.outboundhttp.pool.admission;

/**
 * Why {@link Admission} disposes of a connection.
 *
 * @since 0.1.0
 */
public enum DisposeReason {

	/** Its holder gave it back as not reusable. */
	NOT_REUSABLE,

	/** Its permit is needed for another route or another state. */
	EVICTED,

	/** A limit was lowered. */
	EXCESS,

	/** A sweep asked for it. */
	SWEPT,

	/** Everything is closed. */
	CLOSED

}
