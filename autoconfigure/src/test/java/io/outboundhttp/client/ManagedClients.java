package io.outboundhttp.client;

import java.time.Duration;
import java.util.List;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.RecordedLeaks;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.LeakDetection;
import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.pool.LeakDetection.StackTraces;
import io.outboundhttp.pool.LoggingPoolListener;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.PoolSnapshot;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.util.Timeout;

/**
 * A managed pool named "payments" with the clients on it, put together as the starter
 * does it, and a clock that stands still.
 */
final class ManagedClients {

	/** Nothing but superseded and abandoned responses, and each with its stack. */
	static final LeakDetection WITHOUT_THRESHOLD = new LeakDetection(true, null, StackTraces.ALWAYS, Reclaim.ABANDONED,
			Duration.ofMinutes(5));

	private static final Duration NEVER = Duration.ofHours(100);

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final RecordedLeaks leaks = new RecordedLeaks();

	private final ConnectionPool pool;

	private final CloseableHttpClient httpClient;

	private final SpringClients spring;

	/**
	 * Create clients for which no connection is worth a wait, since time stands still.
	 */
	ManagedClients(PoolLeakExtension extension, LeakDetection detection, int maxPerRoute) {
		this(extension, detection, maxPerRoute, Duration.ZERO);
	}

	ManagedClients(PoolLeakExtension extension, LeakDetection detection, int maxPerRoute, Duration acquireTimeout) {
		ConnectionPools pools = extension
			.watch(new ConnectionPools(this.time, List.of(new LoggingPoolListener(), this.leaks)));
		PoolingHttpClientConnectionManager manager = new PoolingHttpClientConnectionManager();
		manager.setDefaultMaxPerRoute(maxPerRoute);
		manager.setMaxTotal(maxPerRoute);
		this.pool = pools.open("payments",
				PoolSettings.builder().idleTimeout(NEVER).evictInterval(NEVER).leakDetection(detection).build(),
				manager);
		this.httpClient = ManagedHttpClients.builder(pools, this.pool)
			.setDefaultRequestConfig(requestConfig(acquireTimeout))
			.build();
		this.spring = new SpringClients(this.httpClient, List.of(new CallInitializer(pools.getCalls())));
	}

	/**
	 * Create an HttpClient with its own pool, for controls.
	 */
	static CloseableHttpClient plainHttpClient(PoolingHttpClientConnectionManager manager, int maxPerRoute,
			Duration acquireTimeout) {
		manager.setDefaultMaxPerRoute(maxPerRoute);
		return HttpClients.custom()
			.setConnectionManager(manager)
			.setDefaultRequestConfig(requestConfig(acquireTimeout))
			.build();
	}

	private static RequestConfig requestConfig(Duration acquireTimeout) {
		return RequestConfig.custom().setConnectionRequestTimeout(Timeout.of(acquireTimeout)).build();
	}

	FakeTimeSource time() {
		return this.time;
	}

	RecordedLeaks leaks() {
		return this.leaks;
	}

	ConnectionPool pool() {
		return this.pool;
	}

	PoolSnapshot snapshot() {
		return this.pool.snapshot();
	}

	CloseableHttpClient httpClient() {
		return this.httpClient;
	}

	SpringClients spring() {
		return this.spring;
	}

}
