package io.outboundhttp.pool.admission;

/**
 * What {@link Admission} asks of the connections that it hands out.
 *
 * @param <I> the type of a connection
 * @since 0.1.0
 */
public interface Disposer<I> {

	/**
	 * Dispose of a connection. Called without any lock, before the permit of the
	 * connection can be used again. Must not throw.
	 * @param item the connection
	 * @param reason why it goes
	 */
	void dispose(I item, DisposeReason reason);

	/**
	 * Return when a connection became idle, so that the one that is idle for longest is
	 * evicted first. May be called while another thread uses the connection: any value
	 * will do then.
	 * @param item the connection
	 * @return reading of a monotonic clock in nanoseconds
	 */
	long idleSinceNanos(I item);

}
