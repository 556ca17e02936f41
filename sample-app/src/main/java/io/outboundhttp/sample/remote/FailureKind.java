package io.outboundhttp.sample.remote;

import java.net.SocketTimeoutException;

import io.outboundhttp.CallTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;

/**
 * Ways in which a call to another service fails, as far as they matter to a caller.
 */
public enum FailureKind {

	/**
	 * It answered with an error, with nonsense, or not at all.
	 */
	FAILED("failed"),

	/**
	 * It could not be reached in time, or went silent.
	 */
	TIMED_OUT("timed-out"),

	/**
	 * It was never asked: all connections of the client were in use.
	 */
	NO_CONNECTION("no-connection");

	private final String label;

	FailureKind(String label) {
		this.label = label;
	}

	/**
	 * Classify an exception by the causes it carries.
	 * @param exception what the client threw
	 * @return the kind of failure
	 */
	static FailureKind of(Throwable exception) {
		for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
			if (cause instanceof ConnectionRequestTimeoutException) {
				return NO_CONNECTION;
			}
			if (cause instanceof SocketTimeoutException || cause instanceof CallTimeoutException) {
				return TIMED_OUT;
			}
		}
		return FAILED;
	}

	@Override
	public String toString() {
		return this.label;
	}

}
