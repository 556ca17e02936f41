package io.outboundhttp.sample.upstream;

import java.util.Map;

/**
 * Answer of a service, before it is written as JSON.
 *
 * @param status the HTTP status
 * @param body the object to write
 */
record Reply(int status, Object body) {

	static Reply ok(Object body) {
		return new Reply(200, body);
	}

	static Reply error(int status, String message) {
		return new Reply(status, Map.of("error", message));
	}

}
