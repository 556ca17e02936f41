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
record Client(ConnectionPool pool, RestClient restClient, RestTemplate restTemplate, FaultService service,
		HttpClient httpClient) {

	static Client of(OutboundHttpClients clients, FaultService service, String name) {
		return new Client(clients.pool(name), clients.restClient(name), clients.restTemplate(name), service,
				clients.httpClient(name));
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
			PoolSnapshot snapshot = this.pool.snapshot();
			assertThat(snapshot.leased()).as("leased").isZero();
			assertThat(snapshot.pending()).as("pending").isZero();
			assertThat(snapshot.connections().refused()).as("refused").isZero();
		});
	}

	/**
	 * Close what lies idle, which must be all there is.
	 */
	void closeIdle() {
		this.pool.closeIdle(Duration.ZERO);
		assertThat(this.pool.snapshot().available()).as("available").isZero();
	}

}
