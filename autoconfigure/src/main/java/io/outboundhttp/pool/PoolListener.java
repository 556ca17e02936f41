package io.outboundhttp.pool;

import io.outboundhttp.CallPhase;
import io.outboundhttp.LeakReport;
import io.outboundhttp.pool.egress.EgressDenial;
import io.outboundhttp.pool.egress.EgressMode;
import org.apache.hc.client5.http.HttpRoute;

/**
 * Push half of the one seam on which everything that watches pools hangs; the pull half
 * is {@link PoolSnapshot}.
 * <p>
 * Methods are called without any lock of a pool held, possibly concurrently: those of
 * leases and connections on the thread that caused the event, those of leaks on the
 * background thread. They must be fast, must do no I/O and must not do more to the pool
 * than read a snapshot. What they throw is logged and goes no further.
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

	/**
	 * A caller got a connection.
	 * @param lease the lease
	 * @param waitedNanos how long the caller waited for it
	 */
	default void leaseAcquired(Lease lease, long waitedNanos) {
	}

	/**
	 * A lease has ended, whoever ended it.
	 * @param lease the lease
	 * @param heldNanos for how long the connection was held
	 */
	default void leaseReleased(Lease lease, long heldNanos) {
	}

	/**
	 * A caller got no connection in time.
	 * @param pool the pool
	 * @param route the route
	 * @param waitedNanos how long the caller waited
	 */
	default void leaseTimedOut(ConnectionPool pool, HttpRoute route, long waitedNanos) {
	}

	/**
	 * A caller was turned away, since too many wait already.
	 * @param pool the pool
	 * @param route the route
	 */
	default void leaseRejected(ConnectionPool pool, HttpRoute route) {
	}

	/**
	 * A caller gave up waiting for a connection: it was interrupted, or its request was
	 * aborted.
	 * @param pool the pool
	 * @param route the route
	 * @param waitedNanos how long the caller waited
	 */
	default void leaseCancelled(ConnectionPool pool, HttpRoute route, long waitedNanos) {
	}

	/**
	 * A step of opening a connection has ended. Called once per address that was tried.
	 * @param pool the pool
	 * @param route the route
	 * @param step {@link CallPhase#DNS}, {@link CallPhase#CONNECT} or
	 * {@link CallPhase#TLS}
	 * @param nanos how long it took
	 * @param success whether it went well
	 */
	default void connectStepEnded(ConnectionPool pool, HttpRoute route, CallPhase step, long nanos, boolean success) {
	}

	/**
	 * A connection was opened.
	 * @param pool the pool
	 * @param route the route
	 */
	default void connectionOpened(ConnectionPool pool, HttpRoute route) {
	}

	/**
	 * A connection was closed.
	 * @param pool the pool
	 * @param route the route
	 * @param reason why
	 */
	default void connectionClosed(ConnectionPool pool, HttpRoute route, CloseReason reason) {
	}

	/**
	 * A leaked lease was found. Each is reported once, and once more if it is taken back
	 * later.
	 * @param pool the pool
	 * @param report the report
	 */
	default void leakDetected(ConnectionPool pool, LeakReport report) {
	}

	/**
	 * A lease that was reported as suspected has ended by itself.
	 * @param lease the lease
	 */
	default void leakCleared(Lease lease) {
	}

	/**
	 * A request is sent again.
	 * @param pool the pool
	 * @param reason why
	 */
	default void requestRetried(ConnectionPool pool, RetryReason reason) {
	}

	/**
	 * A request is not sent again, although a failure or a status calls for it.
	 * @param pool the pool
	 * @param reason why not
	 */
	default void retryDenied(ConnectionPool pool, RetryDenial reason) {
	}

	/**
	 * A call took longer than its call timeout.
	 * @param pool the pool
	 * @param phase the phase that it was in
	 */
	default void callTimedOut(ConnectionPool pool, CallPhase phase) {
	}

	/**
	 * The egress policy denies a connection.
	 * @param pool the pool
	 * @param denial why
	 * @param mode whether it is not opened, or only reported
	 */
	default void egressDenied(ConnectionPool pool, EgressDenial denial, EgressMode mode) {
	}

	/**
	 * The limits that an operator had set for a while have ended: the configured ones
	 * hold again.
	 * @param pool the pool
	 * @param ended what has ended
	 */
	default void limitsReverted(ConnectionPool pool, LimitOverride ended) {
	}

}
