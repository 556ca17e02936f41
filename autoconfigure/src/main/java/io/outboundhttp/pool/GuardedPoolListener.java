package io.outboundhttp.pool;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.outboundhttp.CallPhase;
import io.outboundhttp.LeakReport;
import io.outboundhttp.pool.egress.EgressDenial;
import io.outboundhttp.pool.egress.EgressMode;
import org.apache.hc.client5.http.HttpRoute;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Composite that calls each {@link PoolListener} in turn and stops what one throws from
 * reaching the pool or the other listeners. The first failure of each is a warning, later
 * ones are seen with debug logging only.
 */
final class GuardedPoolListener implements PoolListener {

	private static final Logger logger = LoggerFactory.getLogger(GuardedPoolListener.class);

	private final List<PoolListener> listeners;

	private final Set<PoolListener> failed = ConcurrentHashMap.newKeySet();

	GuardedPoolListener(List<PoolListener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	@Override
	public void poolOpened(ConnectionPool pool) {
		each(pool, (listener) -> listener.poolOpened(pool));
	}

	@Override
	public void poolClosed(ConnectionPool pool) {
		each(pool, (listener) -> listener.poolClosed(pool));
	}

	@Override
	public void leaseAcquired(Lease lease, long waitedNanos) {
		// Without a lambda: this is on the way of each request.
		for (PoolListener listener : this.listeners) {
			try {
				listener.leaseAcquired(lease, waitedNanos);
			}
			catch (RuntimeException | Error ex) {
				failed(lease.getPool(), listener, ex);
			}
		}
	}

	@Override
	public void leaseReleased(Lease lease, long heldNanos) {
		for (PoolListener listener : this.listeners) {
			try {
				listener.leaseReleased(lease, heldNanos);
			}
			catch (RuntimeException | Error ex) {
				failed(lease.getPool(), listener, ex);
			}
		}
	}

	@Override
	public void leaseTimedOut(ConnectionPool pool, HttpRoute route, long waitedNanos) {
		each(pool, (listener) -> listener.leaseTimedOut(pool, route, waitedNanos));
	}

	@Override
	public void leaseRejected(ConnectionPool pool, HttpRoute route) {
		each(pool, (listener) -> listener.leaseRejected(pool, route));
	}

	@Override
	public void leaseCancelled(ConnectionPool pool, HttpRoute route, long waitedNanos) {
		each(pool, (listener) -> listener.leaseCancelled(pool, route, waitedNanos));
	}

	@Override
	public void connectStepEnded(ConnectionPool pool, HttpRoute route, CallPhase step, long nanos, boolean success) {
		each(pool, (listener) -> listener.connectStepEnded(pool, route, step, nanos, success));
	}

	@Override
	public void connectionOpened(ConnectionPool pool, HttpRoute route) {
		each(pool, (listener) -> listener.connectionOpened(pool, route));
	}

	@Override
	public void connectionClosed(ConnectionPool pool, HttpRoute route, CloseReason reason) {
		each(pool, (listener) -> listener.connectionClosed(pool, route, reason));
	}

	@Override
	public void leakDetected(ConnectionPool pool, LeakReport report) {
		each(pool, (listener) -> listener.leakDetected(pool, report));
	}

	@Override
	public void leakCleared(Lease lease) {
		each(lease.getPool(), (listener) -> listener.leakCleared(lease));
	}

	@Override
	public void requestRetried(ConnectionPool pool, RetryReason reason) {
		each(pool, (listener) -> listener.requestRetried(pool, reason));
	}

	@Override
	public void retryDenied(ConnectionPool pool, RetryDenial reason) {
		each(pool, (listener) -> listener.retryDenied(pool, reason));
	}

	@Override
	public void callTimedOut(ConnectionPool pool, CallPhase phase) {
		each(pool, (listener) -> listener.callTimedOut(pool, phase));
	}

	@Override
	public void egressDenied(ConnectionPool pool, EgressDenial denial, EgressMode mode) {
		each(pool, (listener) -> listener.egressDenied(pool, denial, mode));
	}

	@Override
	public void limitsReverted(ConnectionPool pool, LimitOverride ended) {
		each(pool, (listener) -> listener.limitsReverted(pool, ended));
	}

	private void each(ConnectionPool pool, Consumer<PoolListener> event) {
		for (PoolListener listener : this.listeners) {
			try {
				event.accept(listener);
			}
			catch (RuntimeException | Error ex) {
				failed(pool, listener, ex);
			}
		}
	}

	private void failed(ConnectionPool pool, PoolListener listener, Throwable ex) {
		if (this.failed.add(listener)) {
			logger.warn("Client '{}': pool listener {} failed; later failures of it are logged at debug level",
					pool.getName(), listener.getClass().getName(), ex);
		}
		else {
			logger.debug("Client '{}': pool listener {} failed", pool.getName(), listener.getClass().getName(), ex);
		}
	}

}
