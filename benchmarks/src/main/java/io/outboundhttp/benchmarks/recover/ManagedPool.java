package io.outboundhttp.benchmarks.recover;

import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.PoolSnapshot;

import org.springframework.context.ApplicationContext;

/**
 * The pool of Boot's builder in an application with the starter. It is used for one route
 * alone.
 */
final class ManagedPool {

	private static final String CLIENT = "default";

	private final OutboundHttpClients clients;

	ManagedPool(ApplicationContext context) {
		this.clients = context.getBean(OutboundHttpClients.class);
	}

	/**
	 * Return how many connections can still be leased.
	 */
	int free() {
		PoolSnapshot snapshot = snapshot();
		return snapshot.maxPerRoute() - snapshot.leased();
	}

	/**
	 * Return how many connections are open.
	 */
	int open() {
		PoolSnapshot snapshot = snapshot();
		return snapshot.leased() + snapshot.available();
	}

	int max() {
		return snapshot().maxPerRoute();
	}

	private PoolSnapshot snapshot() {
		return this.clients.pool(CLIENT).snapshot();
	}

}
