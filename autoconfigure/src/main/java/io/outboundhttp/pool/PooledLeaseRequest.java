package io.outboundhttp.pool;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.pool.admission.Slot;
import io.outboundhttp.pool.admission.Waiter;

/**
 * Request for a connection. It asks for one when it is waited for, not before: a request
 * that is dropped holds nothing. {@link #get} is for one thread, {@link #cancel} for any.
 */
final class PooledLeaseRequest implements LeaseRequest {

	/*
	 * get() writes `waiter`, then reads `cancelled`; cancel() writes `cancelled`, then
	 * reads `waiter`. So at least one of them sees the other.
	 */

	private final ManagedConnectionManager manager;

	private final String id;

	private final HttpRoute route;

	private final @Nullable Object state;

	private volatile @Nullable Waiter<PooledConnection> waiter;

	private volatile boolean cancelled;

	private @Nullable LeasedEndpoint endpoint;

	PooledLeaseRequest(ManagedConnectionManager manager, String id, HttpRoute route, @Nullable Object state) {
		this.manager = manager;
		this.id = id;
		this.route = route;
		this.state = state;
	}

	@Override
	public ConnectionEndpoint get(Timeout timeout) throws InterruptedException, ExecutionException, TimeoutException {
		LeasedEndpoint endpoint = this.endpoint;
		if (endpoint != null) {
			return endpoint;
		}
		if (Thread.interrupted()) {
			throw new InterruptedException();
		}
		ConnectionPool pool = pool();
		ThreadCalls thread = pool.calls().current();
		CallContext call = thread.current();
		failIfTimedOut(call);
		call.enter(CallPhase.ACQUIRE);
		long startNanos = pool.nanos();
		Slot<PooledConnection> slot = (this.state == null) ? pool.admission().tryTake(this.route) : null;
		long nowNanos = startNanos;
		if (slot == null) {
			slot = await(pool, timeout, thread, startNanos);
			nowNanos = pool.nanos();
		}
		if (this.cancelled) {
			pool.admission().release(slot, slot.getItem() != null);
			throw cancelled(pool, startNanos);
		}
		endpoint = pool.lease(slot, this.id, this.route, this.state, thread, startNanos, nowNanos);
		this.endpoint = endpoint;
		return endpoint;
	}

	private static void failIfTimedOut(CallContext call) throws ExecutionException {
		IOException timedOut = call.timedOut(null);
		if (timedOut != null) {
			throw new ExecutionException(timedOut);
		}
	}

	private ConnectionPool pool() throws ExecutionException {
		try {
			return this.manager.getPool();
		}
		catch (PoolsClosedException ex) {
			throw new ExecutionException(ex.getCause());
		}
	}

	private Slot<PooledConnection> await(ConnectionPool pool, Timeout timeout, ThreadCalls thread, long startNanos)
			throws InterruptedException, ExecutionException, TimeoutException {
		Waiter<PooledConnection> waiter = pool.admission().enqueue(this.route, this.state);
		this.waiter = waiter;
		if (this.cancelled) {
			waiter.cancel();
		}
		int wanted = 0;
		// read first: who waits even then waits for a connection, not for a lock
		boolean full = pool.admission().isFull(this.route);
		if (waiter.status() == Waiter.Status.WAITING) {
			wanted = full ? pool.wanted(this.route) : 0;
			pool.beforeWaiting(thread);
		}
		Slot<PooledConnection> slot;
		try {
			slot = waiter.await(Math.min(timeout.toNanoseconds(), thread.current().getRemainingNanos()));
		}
		catch (InterruptedException ex) {
			pool.cancelled(this.route, startNanos);
			throw ex;
		}
		finally {
			pool.waited(wanted, startNanos);
		}
		if (slot != null) {
			pool.waiterServed();
			return slot;
		}
		Waiter.Status status = waiter.status();
		if (status == Waiter.Status.CLOSED) {
			throw new ExecutionException(pool.messages().closed(null));
		}
		IOException callTimedOut = thread.current().timedOut(null);
		if (callTimedOut != null) {
			pool.gaveUp(startNanos);
			throw new ExecutionException(callTimedOut);
		}
		if (status == Waiter.Status.TIMED_OUT || status == Waiter.Status.REJECTED) {
			throw exhausted(pool, thread, startNanos, status == Waiter.Status.REJECTED);
		}
		throw cancelled(pool, startNanos);
	}

	/**
	 * HttpClient keeps only the message of the exception, so the whole is left with the
	 * exchange.
	 */
	private TimeoutException exhausted(ConnectionPool pool, ThreadCalls thread, long startNanos, boolean rejected) {
		PoolExhaustedException exhausted = pool.exhausted(this.route, thread, startNanos, rejected);
		thread.current().exhausted(exhausted);
		return new TimeoutException(exhausted.getMessage());
	}

	private ExecutionException cancelled(ConnectionPool pool, long startNanos) {
		pool.cancelled(this.route, startNanos);
		return new ExecutionException(Translations.aborted(null));
	}

	@Override
	public boolean cancel() {
		this.cancelled = true;
		Waiter<PooledConnection> waiter = this.waiter;
		return waiter == null || waiter.cancel();
	}

}
