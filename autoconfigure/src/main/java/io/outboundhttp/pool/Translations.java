package io.outboundhttp.pool;

import java.io.IOException;

import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.jspecify.annotations.Nullable;

/**
 * Turns the unchecked exceptions that HttpClient throws for ordinary events on a
 * connection into its documented ones.
 */
final class Translations {

	private Translations() {
	}

	/**
	 * Translate what was thrown on a connection that its caller still holds.
	 * @param exception the exception
	 * @return the exception itself if it is checked
	 */
	static IOException translate(Exception exception) {
		if (exception instanceof IOException ex) {
			return ex;
		}
		if (exception instanceof IllegalStateException || exception instanceof NullPointerException) {
			// ConnectionShutdownException is an IllegalStateException
			ConnectionClosedException closed = new ConnectionClosedException(
					"Connection was closed during the exchange");
			closed.initCause(exception);
			return closed;
		}
		if (exception instanceof RuntimeException ex) {
			throw ex;
		}
		throw new IllegalStateException(exception);
	}

	/**
	 * Return what a caller is told that has aborted its own request.
	 * @param cause how it met it
	 * @return the exception that HttpClient throws in this case
	 */
	static IOException aborted(@Nullable Exception cause) {
		return new RequestFailedException("Request aborted", cause);
	}

}
