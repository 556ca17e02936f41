package io.outboundhttp;

/**
 * Phase of a call, in the order in which an attempt goes through them.
 *
 * @since 0.1.0
 */
public enum CallPhase {

	/** Waiting for a connection of the pool. */
	ACQUIRE,

	/** Looking up the addresses of the host. */
	DNS,

	/** Establishing a TCP connection. */
	CONNECT,

	/** Negotiating TLS. */
	TLS,

	/** Sending the request. */
	WRITE,

	/** Waiting for the head of the response. */
	HEAD,

	/** Receiving the body of the response. */
	BODY,

	/** Pausing before the request is sent again. */
	PAUSE

}
