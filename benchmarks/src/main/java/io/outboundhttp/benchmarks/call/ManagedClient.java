package io.outboundhttp.benchmarks.call;

import java.util.ArrayList;
import java.util.List;

import org.apache.hc.client5.http.classic.HttpClient;

import io.outboundhttp.benchmarks.load.ThreadKind;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * A client of a running application with the starter: meters bound, all settings default
 * but those that are given.
 */
final class ManagedClient implements AutoCloseable {

	private static final String NAME = "upstream";

	private static final String PREFIX = "--outbound-http.clients." + NAME + ".";

	private final ConfigurableApplicationContext context;

	private final OutboundHttpClients clients;

	private final ConnectionPool pool;

	private ManagedClient(ConfigurableApplicationContext context) {
		this.context = context;
		this.clients = context.getBean(OutboundHttpClients.class);
		this.pool = this.clients.pool(NAME);
	}

	/**
	 * Start the application.
	 * @param url base URL
	 * @param threads what callers run on
	 * @param settings settings of the client as in {@code pool.max-total=20}
	 * @return the client
	 */
	static ManagedClient start(String url, ThreadKind threads, String... settings) {
		List<String> args = new ArrayList<>();
		args.add(PREFIX + "base-url=" + url);
		for (String setting : settings) {
			args.add(PREFIX + setting);
		}
		return new ManagedClient(CallApplication.start(threads, args));
	}

	/**
	 * Return the settings that limit connections.
	 * @param connections limit per route and in total
	 * @return the settings
	 */
	static String[] limits(int connections) {
		return new String[] { "pool.max-per-route=" + connections, "pool.max-total=" + connections };
	}

	HttpClient httpClient() {
		return this.clients.httpClient(NAME);
	}

	int available() {
		return this.pool.snapshot().available();
	}

	OpenPeer toPeer() {
		return new OpenPeer(new RestClientExchange(this.clients.restClient(NAME)), this::inUse, this::close);
	}

	private int inUse() {
		PoolSnapshot snapshot = this.pool.snapshot();
		return snapshot.leased() + snapshot.pending();
	}

	@Override
	public void close() {
		this.context.close();
	}

}
