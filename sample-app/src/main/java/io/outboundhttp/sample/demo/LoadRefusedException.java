package io.outboundhttp.sample.demo;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * There must be no run of load now. Becomes an answer with status 409.
 */
class LoadRefusedException extends ResponseStatusException {

	private static final long serialVersionUID = 1L;

	LoadRefusedException(String reason) {
		super(HttpStatus.CONFLICT, reason);
	}

}
