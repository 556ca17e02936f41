package io.outboundhttp.benchmarks.lease;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

import io.outboundhttp.pool.StubNetwork;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Routes to nowhere and the connections on them. Safe for use by several threads.
 */
final class LeasedRoutes {

	/** As many as threads may ask at a time. */
	static final int MAX_PER_ROUTE = 64;

	private static final Timeout TIMEOUT = Timeout.ofSeconds(30);

	private static final TimeValue KEEP_ALIVE = TimeValue.ofHours(1);

	private final Connections connections;

	private final List<HttpRoute> routes;

	LeasedRoutes(Connections connections, int routes) {
		this.connections = connections;
		this.routes = IntStream.range(0, routes)
			.mapToObj((i) -> new HttpRoute(new HttpHost("http", "host-" + i, 80)))
			.toList();
	}

	/**
	 * Create a manager whose connections are never checked.
	 * @param routes for how many routes, and one more
	 */
	static PoolingHttpClientConnectionManager manager(int routes) {
		PoolingHttpClientConnectionManager manager = new StubNetwork().newManager();
		manager.setDefaultMaxPerRoute(MAX_PER_ROUTE);
		manager.setMaxTotal(MAX_PER_ROUTE * (routes + 1));
		manager.setDefaultConnectionConfig(
				ConnectionConfig.custom().setValidateAfterInactivity(TimeValue.ofHours(1)).build());
		return manager;
	}

	/**
	 * Open a connection of each route.
	 */
	void connectAll() throws InterruptedException, ExecutionException, TimeoutException, IOException {
		for (int i = 0; i < this.routes.size(); i++) {
			ConnectionEndpoint endpoint = lease(i);
			connect(endpoint);
			release(endpoint);
		}
	}

	ConnectionEndpoint lease(int route) throws InterruptedException, ExecutionException, TimeoutException {
		return this.connections.manager().lease("benchmark", this.routes.get(route), TIMEOUT, null).get(TIMEOUT);
	}

	void connect(ConnectionEndpoint endpoint) throws IOException {
		this.connections.manager().connect(endpoint, TIMEOUT, HttpClientContext.create());
	}

	void release(ConnectionEndpoint endpoint) {
		this.connections.manager().release(endpoint, null, KEEP_ALIVE);
	}

	Connections connections() {
		return this.connections;
	}

}
