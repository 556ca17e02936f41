package io.outboundhttp.pool;

import io.outboundhttp.ClientClosedException;

/**
 * There can be no pool any more, since the owner of the pools is closed.
 */
final class PoolsClosedException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	PoolsClosedException(String message, ClientClosedException cause) {
		super(message, cause);
	}

}
