package io.outboundhttp.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.pool.LeakDetection.StackTraces;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.awaitility.core.ThrowingRunnable;

import org.springframework.boot.test.system.CapturedOutput;

import static org.awaitility.Awaitility.await;

/**
 * What the tests of leaks need again and again.
 */
final class LeakFixture {

	static final Duration THRESHOLD = Duration.ofSeconds(30);

	static final Duration RECLAIM_AFTER = Duration.ofMinutes(5);

	static final LeakDetection OFF = new LeakDetection(false, THRESHOLD, StackTraces.ALWAYS, Reclaim.OVERDUE,
			RECLAIM_AFTER);

	private LeakFixture() {
	}

	static LeakDetection reclaiming(Reclaim reclaim) {
		return new LeakDetection(true, THRESHOLD, StackTraces.ALWAYS, reclaim, RECLAIM_AFTER);
	}

	static ConnectionPool open(ConnectionPools pools, LeakDetection detection, int maxPerRoute) {
		PoolingHttpClientConnectionManager manager = new PoolingHttpClientConnectionManager();
		manager.setDefaultMaxPerRoute(maxPerRoute);
		manager.setMaxTotal(maxPerRoute);
		PoolSettings settings = PoolSettings.builder()
			.idleTimeout(PoolFixture.NEVER)
			.evictInterval(PoolFixture.NEVER)
			.leakDetection(detection)
			.build();
		return pools.open("payments", settings, manager);
	}

	static ClassicHttpResponse open(CloseableHttpClient client, String url) throws IOException {
		return client.executeOpen(null, new HttpGet(url), null);
	}

	/**
	 * Open responses and forget them.
	 */
	static void leak(CloseableHttpClient client, String url, int count) throws IOException {
		for (int i = 0; i < count; i++) {
			open(client, url);
		}
	}

	/**
	 * Look for suspected leases at once, whatever the background threads do.
	 */
	static void look(ConnectionPool pool) {
		pool.leaks().sweep(pool.nanos());
	}

	/**
	 * Wait for the background threads, which look by themselves now and then.
	 */
	static void awaitUpkeep(ConnectionPool pool, ThrowingRunnable assertion) {
		await().untilAsserted(() -> {
			pool.later(() -> {
			});
			assertion.run();
		});
	}

	/**
	 * Return the lines of the log with a text, without the stacks below them.
	 */
	static List<String> lines(CapturedOutput output, String text) {
		return output.toString().lines().filter((line) -> line.contains(text)).toList();
	}

}
