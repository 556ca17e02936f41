package io.outboundhttp.faults;

import org.jspecify.annotations.Nullable;

/**
 * What a caller got.
 *
 * @param status status of the response
 * @param body body of the response, empty if there is none, {@code null} for any
 */
record Answer(int status, @Nullable String body) {

	/** What servers answer that are well. */
	static final Answer HEALTHY = new Answer(200, "healthy");

	boolean matches(Answer other) {
		return this.status == other.status && (this.body == null || this.body.equals(other.body));
	}

}
