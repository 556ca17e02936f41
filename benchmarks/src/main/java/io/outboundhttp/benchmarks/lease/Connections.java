package io.outboundhttp.benchmarks.lease;

import java.time.Duration;
import java.util.List;

import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.apache.hc.core5.pool.PoolStats;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolListener;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.TimeSource;

/**
 * An open {@link Contender}.
 *
 * @param manager what HttpClient asks for connections
 * @param owner closes the connections
 */
record Connections(HttpClientConnectionManager manager, Runnable owner) implements AutoCloseable {

	/** Default of HttpClient. */
	private static final Duration VALIDATE_AFTER_INACTIVITY = Duration.ofSeconds(2);

	static Connections managed(PoolingHttpClientConnectionManager manager, PoolListener... listeners) {
		return managed(PoolSettings.builder().validateAfterInactivity(VALIDATE_AFTER_INACTIVITY), manager, listeners);
	}

	static Connections managed(PoolSettings.Builder settings, PoolingHttpClientConnectionManager manager,
			PoolListener... listeners) {
		ConnectionPools pools = new ConnectionPools(TimeSource.system(), List.of(listeners));
		ConnectionPool pool = pools.open("benchmark", settings.build(), manager);
		return new Connections(pools.connectionManager(() -> pool), pools::close);
	}

	static Connections plain(HttpClientConnectionManager manager) {
		return new Connections(manager, () -> manager.close(CloseMode.IMMEDIATE));
	}

	/**
	 * Check that nobody holds a connection or waits for one.
	 * @throws IllegalStateException if someone does
	 */
	void verifyUnused() {
		if (manager() instanceof ConnPoolControl<?> control) {
			PoolStats stats = control.getTotalStats();
			if (stats.getLeased() != 0 || stats.getPending() != 0) {
				throw new IllegalStateException("after use: %s (expected: nothing leased or pending)".formatted(stats));
			}
		}
	}

	@Override
	public void close() {
		this.owner.run();
	}

}
