package io.outboundhttp.benchmarks.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.apache.hc.core5.util.Timeout;

/**
 * Route whose connections are all held, with callers that wait for one, a thread each.
 */
final class DeadRoute {

	private static final HttpRoute ROUTE = new HttpRoute(new HttpHost("http", "dead", 80));

	private static final Timeout FOR_EVER = Timeout.ofHours(1);

	private static final int STACK_BYTES = 128 * 1024;

	private final HttpClientConnectionManager manager;

	private final List<ConnectionEndpoint> held = new ArrayList<>();

	private final List<Thread> waiters = new ArrayList<>();

	/**
	 * Hold all connections of the route, if anybody waits.
	 * @param manager gives the connections
	 * @param waiters how many callers wait
	 */
	DeadRoute(HttpClientConnectionManager manager, int waiters)
			throws InterruptedException, ExecutionException, TimeoutException {
		this.manager = manager;
		for (int i = 0; waiters > 0 && i < LeasedRoutes.MAX_PER_ROUTE; i++) {
			this.held.add(manager.lease("dead", ROUTE, FOR_EVER, null).get(FOR_EVER));
		}
		for (int i = 0; i < waiters; i++) {
			Thread thread = new Thread(null, this::await, "waiter-" + i, STACK_BYTES);
			thread.setDaemon(true);
			thread.start();
			this.waiters.add(thread);
		}
		while (((ConnPoolControl<?>) manager).getTotalStats().getPending() < waiters) {
			TimeUnit.MILLISECONDS.sleep(10);
		}
	}

	private void await() {
		LeaseRequest request = this.manager.lease("waiter", ROUTE, FOR_EVER, null);
		try {
			request.get(FOR_EVER);
		}
		catch (InterruptedException | ExecutionException | TimeoutException ex) {
			request.cancel();
		}
	}

	/**
	 * Send the callers away, and release the connections.
	 */
	void close() throws InterruptedException {
		this.waiters.forEach(Thread::interrupt);
		for (Thread waiter : this.waiters) {
			waiter.join();
		}
		this.held.forEach((endpoint) -> this.manager.release(endpoint, null, null));
	}

}
