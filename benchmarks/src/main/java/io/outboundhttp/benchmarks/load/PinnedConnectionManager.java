package io.outboundhttp.benchmarks.load;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.BasicHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Connection manager with one connection per thread, which no two threads ever compete
 * for. A response must be read on the thread that sent the request.
 */
public final class PinnedConnectionManager implements HttpClientConnectionManager {

	private final ConnectionConfig connectionConfig;

	private final Queue<BasicHttpClientConnectionManager> all = new ConcurrentLinkedQueue<>();

	private final ThreadLocal<BasicHttpClientConnectionManager> own = ThreadLocal.withInitial(this::open);

	/**
	 * Create a connection manager without connections.
	 * @param connectionConfig configuration of all connections
	 */
	public PinnedConnectionManager(ConnectionConfig connectionConfig) {
		this.connectionConfig = connectionConfig;
	}

	private BasicHttpClientConnectionManager open() {
		BasicHttpClientConnectionManager opened = new BasicHttpClientConnectionManager();
		opened.setConnectionConfig(this.connectionConfig);
		this.all.add(opened);
		return opened;
	}

	@Override
	public LeaseRequest lease(String id, HttpRoute route, Timeout requestTimeout, @Nullable Object state) {
		return this.own.get().lease(id, route, requestTimeout, state);
	}

	@Override
	public void release(ConnectionEndpoint endpoint, @Nullable Object newState, @Nullable TimeValue validDuration) {
		this.own.get().release(endpoint, newState, validDuration);
	}

	@Override
	public void connect(ConnectionEndpoint endpoint, @Nullable TimeValue connectTimeout, HttpContext context)
			throws IOException {
		this.own.get().connect(endpoint, connectTimeout, context);
	}

	@Override
	public void upgrade(ConnectionEndpoint endpoint, HttpContext context) throws IOException {
		this.own.get().upgrade(endpoint, context);
	}

	@Override
	public void close() {
		close(CloseMode.GRACEFUL);
	}

	@Override
	public void close(CloseMode closeMode) {
		this.all.forEach((manager) -> manager.close(closeMode));
	}

}
