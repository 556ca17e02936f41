package io.outboundhttp;

import java.io.InterruptedIOException;

import org.jspecify.annotations.Nullable;

/**
 * The connection was taken back from a caller that held it for too long. The request is
 * not sent again.
 *
 * @since 0.1.0
 */
public final class LeaseReclaimedException extends InterruptedIOException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what happened, and the key to change
	 * @param cause how the caller met it
	 */
	public LeaseReclaimedException(String message, @Nullable Throwable cause) {
		super(message);
		initCause(cause);
	}

}
