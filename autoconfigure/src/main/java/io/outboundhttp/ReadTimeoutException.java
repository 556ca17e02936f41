package io.outboundhttp;

import java.net.SocketTimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * The other side was silent for the {@code read-timeout}: it sent no byte, or took none
 * of the request. The connection is closed.
 *
 * @since 0.1.0
 */
public final class ReadTimeoutException extends SocketTimeoutException {

	private static final long serialVersionUID = 1L;

	private final CallPhase phase;

	/**
	 * Create an exception.
	 * @param message what happened, and the key to change
	 * @param phase the phase of the exchange
	 * @param cause how the caller met it
	 */
	public ReadTimeoutException(String message, CallPhase phase, @Nullable Throwable cause) {
		super(message);
		this.phase = phase;
		initCause(cause);
	}

	/**
	 * Return the phase in which the other side was silent.
	 * @return WRITE, HEAD or BODY
	 */
	public CallPhase getPhase() {
		return this.phase;
	}

}
