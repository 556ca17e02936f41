package io.outboundhttp.pool;

/**
 * Why a connection was closed.
 *
 * @since 0.1.0
 */
public enum CloseReason {

	/** It was idle for too long, or another route or user needed its place. */
	IDLE,

	/**
	 * Its time to live or its keep-alive time, announced or learned, has ended, its
	 * upstream ended it, or its address has disappeared from DNS.
	 */
	EXPIRED,

	/**
	 * The other side had closed it while it lay idle: it was found so before it was used
	 * again, or failed then without a byte of a response.
	 */
	STALE,

	/**
	 * An exchange failed on it, it could not be opened, or something was received on it
	 * that nobody asked for, such as a second response.
	 */
	ERROR,

	/** A response was closed before it was read to the end. */
	PARTIAL,

	/** It was taken back from a caller that leaked it. */
	RECLAIMED,

	/** The pool was closed, or the connection manager behind it was replaced. */
	SHUTDOWN

}
