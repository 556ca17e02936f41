package io.outboundhttp.benchmarks;

import io.outboundhttp.client.OutboundHttpClients;

import org.springframework.context.ApplicationContext;

/**
 * Look at the clients of an application context; only to be loaded where the starter is
 * on the class path.
 */
final class ManagedClients {

	private ManagedClients() {
	}

	/**
	 * Check that clients are configured and none has opened anything.
	 * @param context the application context
	 * @param configured number of configured clients
	 * @throws IllegalStateException if there are other clients, or any open pool
	 */
	static void verifyUnused(ApplicationContext context, int configured) {
		OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
		int expected = configured + 1;
		if (clients.names().size() != expected) {
			throw new IllegalStateException("clients: %s (expected: %d)".formatted(clients.names(), expected));
		}
		if (!clients.openPools().isEmpty()) {
			throw new IllegalStateException("open pools: %s (expected: none)".formatted(clients.openPools()));
		}
	}

}
