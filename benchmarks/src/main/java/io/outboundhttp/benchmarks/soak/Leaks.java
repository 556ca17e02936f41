package io.outboundhttp.benchmarks.soak;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/**
 * Makes leaks: responses that are dropped, and responses that are held for longer than
 * anybody should. The latter are closed in the end, if nobody has taken them back before.
 * Used by one thread.
 */
final class Leaks {

	private static final long HOLD_NANOS = 5_000_000_000L;

	private final SoakClients clients;

	private final Random random;

	private final Deque<Held> held = new ArrayDeque<>();

	private int droppedCount;

	private int heldCount;

	Leaks(SoakClients clients, long seed) {
		this.clients = clients;
		this.random = new Random(seed);
	}

	/**
	 * Make a leak of one kind or the other, and end those that were held for long.
	 */
	void step() {
		RestClient client = this.random.nextBoolean() ? this.clients.restClient() : this.clients.built();
		try {
			if (this.random.nextBoolean()) {
				drop(client);
			}
			else {
				hold(client);
			}
		}
		catch (RestClientException ex) {
			// no connection for this one
		}
		closeOld();
	}

	/** "false" hands the duty to close over to the caller, who forgets it. */
	private void drop(RestClient client) {
		client.get().uri(Fault.NONE.target(Soak.SMALL)).exchange((request, response) -> response, false);
		this.droppedCount++;
	}

	private void hold(RestClient client) {
		ClientHttpResponse response = client.get()
			.uri(Fault.NONE.target(Soak.SMALL))
			.exchangeForRequiredValue((request, leaked) -> leaked, false);
		this.held.add(new Held(response, System.nanoTime()));
		this.heldCount++;
	}

	private void closeOld() {
		while (!this.held.isEmpty() && System.nanoTime() - this.held.element().sinceNanos() > HOLD_NANOS) {
			this.held.remove().response().close();
		}
	}

	/**
	 * Close what is held.
	 */
	void close() {
		while (!this.held.isEmpty()) {
			this.held.remove().response().close();
		}
	}

	int dropped() {
		return this.droppedCount;
	}

	int held() {
		return this.heldCount;
	}

	/**
	 * A response that is held.
	 *
	 * @param response the response
	 * @param sinceNanos since when
	 */
	private record Held(ClientHttpResponse response, long sinceNanos) {

	}

}
