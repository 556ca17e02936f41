package io.outboundhttp.faults;

import org.springframework.http.HttpMethod;

/**
 * Method of the request that meets a fault.
 */
enum Verb {

	/** May be sent again. */
	GET(HttpMethod.GET),

	/** Must not be sent again. */
	POST(HttpMethod.POST);

	private final HttpMethod method;

	Verb(HttpMethod method) {
		this.method = method;
	}

	HttpMethod method() {
		return this.method;
	}

}
