package io.outboundhttp.pool;

/**
 * Push half of the one seam on which everything that watches pools hangs; the pull half
 * is {@link PoolSnapshot}.
 * <p>
 * Methods are called without any lock of a pool held, on the thread that caused the
 * event, possibly concurrently. They must be fast, must do no I/O and must not do more to
 * the pool than read a snapshot. What they throw is logged and goes no further.
 *
 * @since 0.1.0
 */
public interface PoolListener {

	/**
	 * A pool was opened by the first request of a client. It has no connection yet. Other
	 * first requests of clients wait meanwhile, so the listener must not send one.
	 * @param pool the pool
	 */
	default void poolOpened(ConnectionPool pool) {
	}

	/**
	 * A pool was closed, and with it all its connections.
	 * @param pool the pool
	 */
	default void poolClosed(ConnectionPool pool) {
	}

}
