package io.outboundhttp.pool;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/**
 * One of HttpClient's connection managers behind a pool, with the connections that it has
 * opened. It connects, upgrades and referees: with limits that are not below ours, it
 * must always have a connection for a permit of ours at once. A replaced one lives until
 * its last connection is closed.
 */
final class Generation {

	/*
	 * `users` counts the connections, plus one as long as the generation is current. Who
	 * brings it to zero closes the connection manager; from zero it never rises again.
	 */

	/** What no thread takes for a step, unless it stands still. */
	private static final Timeout HAND_OUT = Timeout.ofSeconds(5);

	private final PoolingHttpClientConnectionManager manager;

	private final AtomicInteger users = new AtomicInteger(1);

	private final AtomicBoolean retired = new AtomicBoolean();

	Generation(PoolingHttpClientConnectionManager manager) {
		this.manager = manager;
	}

	PoolingHttpClientConnectionManager manager() {
		return this.manager;
	}

	/**
	 * Count one more connection.
	 * @return {@code false} if the generation has ended
	 */
	boolean enter() {
		int current = this.users.get();
		while (current > 0) {
			if (this.users.compareAndSet(current, current + 1)) {
				return true;
			}
			current = this.users.get();
		}
		return false;
	}

	/**
	 * End being current, once and for all.
	 */
	void retire() {
		if (this.retired.compareAndSet(false, true)) {
			leave();
		}
	}

	/**
	 * Uncount a connection.
	 */
	void leave() {
		if (this.users.decrementAndGet() == 0) {
			this.manager.close(CloseMode.IMMEDIATE);
		}
	}

	/**
	 * Get a place for a connection. It is assigned at once, but HttpClient's pool may
	 * leave it to another thread that comes by to hand it out: that is all that is waited
	 * for. Cannot be interrupted, so that no place is ever lost; an interrupt is kept for
	 * the caller.
	 * @param id identifier of the exchange
	 * @param route the route
	 * @param max our limit of the route
	 * @param maxTotal our limit in total
	 * @return the place
	 * @throws TimeoutException if there is none, which means that we count wrongly
	 * @throws ExecutionException if the connection manager has failed
	 */
	ConnectionEndpoint lease(String id, HttpRoute route, int max, int maxTotal)
			throws TimeoutException, ExecutionException {
		raiseLimits(route, max, maxTotal);
		boolean interrupted = Thread.interrupted();
		try {
			while (true) {
				LeaseRequest request = this.manager.lease(id, route, Timeout.DISABLED, null);
				try {
					return request.get(HAND_OUT);
				}
				catch (InterruptedException | CancellationException ex) {
					interrupted |= Thread.interrupted() || ex instanceof InterruptedException;
					if (!request.cancel()) {
						release(request);
					}
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Give a place back that was assigned although its request was interrupted.
	 */
	private void release(LeaseRequest request) throws TimeoutException, ExecutionException {
		try {
			this.manager.release(request.get(Timeout.ONE_MILLISECOND), null, null);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (CancellationException ex) {
			// nothing was assigned
		}
	}

	private void raiseLimits(HttpRoute route, int max, int maxTotal) {
		if (this.manager.getMaxTotal() < maxTotal) {
			this.manager.setMaxTotal(maxTotal);
		}
		if (this.manager.getMaxPerRoute(route) < max) {
			this.manager.setMaxPerRoute(route, max);
		}
	}

}
