package io.outboundhttp.pool;

import java.io.IOException;

import org.apache.hc.client5.http.impl.ConnectionShutdownException;
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
		if (isOfConnection(exception)) {
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
	 * Tell what HttpClient throws for a connection that is gone from what the application
	 * throws where HttpClient calls it, as while it writes the body of a request.
	 */
	private static boolean isOfConnection(Exception exception) {
		if (exception instanceof ConnectionShutdownException) {
			return true;
		}
		StackTraceElement[] stack = exception.getStackTrace();
		return (exception instanceof IllegalStateException || exception instanceof NullPointerException)
				&& stack.length > 0 && stack[0].getClassName().startsWith("org.apache.hc.");
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
