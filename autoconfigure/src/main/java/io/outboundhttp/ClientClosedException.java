package io.outboundhttp;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * The application context is closing, and the clients with it.
 *
 * @since 0.1.0
 */
public class ClientClosedException extends IOException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what happened
	 * @param cause how the caller met it
	 */
	public ClientClosedException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
