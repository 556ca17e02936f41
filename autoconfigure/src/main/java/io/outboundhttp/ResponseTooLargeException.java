package io.outboundhttp;

import java.io.IOException;

/**
 * The body of a response is larger than the {@code max-response-size}. The connection is
 * closed.
 *
 * @since 0.1.0
 */
public final class ResponseTooLargeException extends IOException {

	private static final long serialVersionUID = 1L;

	private final long maxBytes;

	/**
	 * Create an exception.
	 * @param message what happened, and the key to change
	 * @param maxBytes the limit in decoded bytes
	 */
	public ResponseTooLargeException(String message, long maxBytes) {
		super(message);
		this.maxBytes = maxBytes;
	}

	/**
	 * Return the limit.
	 * @return decoded bytes
	 */
	public long getMaxBytes() {
		return this.maxBytes;
	}

}
