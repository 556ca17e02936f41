package io.outboundhttp.faults;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;

import io.outboundhttp.OutboundHttpAttributes;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.io.entity.EntityUtils;

import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One client of the application in all its shapes. All of them are on one pool.
 *
 * @param pool its pool
 * @param restClient its RestClient
 * @param restTemplate its RestTemplate
 * @param service its HTTP service
 * @param httpClient its HttpClient
 */
record Client(Pool pool, RestClient restClient, RestTemplate restTemplate, FaultService service,
		HttpClient httpClient) {

	static Client of(OutboundHttpClients clients, FaultService service, String name) {
		return new Client(new ManagedPool(clients.pool(name)), clients.restClient(name), clients.restTemplate(name),
				service, clients.httpClient(name));
	}

	/**
	 * Get something, however long that takes.
	 */
	String get(URI uri) throws IOException {
		HttpClientContext context = HttpClientContext.create();
		context.setAttribute(OutboundHttpAttributes.CALL_TIMEOUT, Duration.ZERO);
		return this.httpClient.execute(new HttpGet(uri), context,
				(response) -> EntityUtils.toString(response.getEntity()));
	}

	/**
	 * Wait until no caller has or wants a connection: some are told of their fate before
	 * their connection is back.
	 */
	void awaitNothingLeased() {
		Waits.untilAsserted(() -> {
			assertThat(this.pool.leased()).as("leased").isZero();
			assertThat(this.pool.pending()).as("pending").isZero();
			assertThat(this.pool.refused()).as("refused").isZero();
		});
	}

	/**
	 * Close what lies idle, which must be all there is.
	 */
	void closeIdle() {
		this.pool.closeIdle();
		assertThat(this.pool.available()).as("available").isZero();
	}

	/**
	 * The connections of a client.
	 */
	interface Pool {

		int leased();

		int pending();

		int available();

		long refused();

		/**
		 * Return how many leaks were found so far.
		 */
		long leaks();

		void closeIdle();

	}

	/**
	 * The connections of a managed client.
	 *
	 * @param pool its pool
	 */
	private record ManagedPool(ConnectionPool pool) implements Pool {

		@Override
		public int leased() {
			return this.pool.snapshot().leased();
		}

		@Override
		public int pending() {
			return this.pool.snapshot().pending();
		}

		@Override
		public int available() {
			return this.pool.snapshot().available();
		}

		@Override
		public long refused() {
			return this.pool.snapshot().connections().refused();
		}

		@Override
		public long leaks() {
			PoolSnapshot.Leaks leaks = this.pool.snapshot().leaks();
			return leaks.suspectedTotal() + leaks.abandonedTotal() + leaks.supersededTotal() + leaks.reclaimedTotal();
		}

		@Override
		public void closeIdle() {
			this.pool.closeIdle(Duration.ZERO);
		}

	}

}
