package io.outboundhttp.advice;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.outboundhttp.advice.Advice.Level;
import io.outboundhttp.client.ClientSetting;

/**
 * Looks at the limits of a pool.
 */
final class LimitLints {

	/** What many threads that cost nothing soon fill. */
	private static final int SMALL = 20;

	private static final Duration LONG = Duration.ofSeconds(10);

	private LimitLints() {
	}

	static void check(ClientView client, Consumer<Advice> advice) {
		perRouteAboveTotal(client, advice);
		virtualThreads(client, advice);
	}

	private static void perRouteAboveTotal(ClientView client, Consumer<Advice> advice) {
		int perRoute = client.definition().require(ClientSetting.POOL_MAX_PER_ROUTE);
		int total = client.definition().require(ClientSetting.POOL_MAX_TOTAL);
		if (perRoute > total) {
			advice.accept(new Advice(Level.WARN, client.name(), "per-route-above-total",
					"Client '%s': a route may have %s connections, but all together only %s, so the first limit never holds"
						.formatted(client.name(), client.show(ClientSetting.POOL_MAX_PER_ROUTE),
								client.show(ClientSetting.POOL_MAX_TOTAL)),
					List.of(client.key(ClientSetting.POOL_MAX_PER_ROUTE), client.key(ClientSetting.POOL_MAX_TOTAL)),
					null));
		}
	}

	private static void virtualThreads(ClientView client, Consumer<Advice> advice) {
		int perRoute = client.definition().require(ClientSetting.POOL_MAX_PER_ROUTE);
		int pending = client.definition().require(ClientSetting.POOL_MAX_PENDING);
		Duration acquire = client.definition().require(ClientSetting.POOL_ACQUIRE_TIMEOUT);
		boolean unbounded = pending < 0 || !client.definition().value(ClientSetting.POOL_MAX_PENDING).set();
		if (client.traits().virtualThreads() && perRoute <= SMALL && unbounded && acquire.compareTo(LONG) >= 0) {
			advice.accept(new Advice(Level.WARN, client.name(), "virtual-threads-small-pool",
					"Client '%s': no thread pool limits callers on virtual threads, and any number of them may wait %s for one of %s connections of a route"
						.formatted(client.name(), client.show(ClientSetting.POOL_ACQUIRE_TIMEOUT),
								client.show(ClientSetting.POOL_MAX_PER_ROUTE)),
					List.of(client.key(ClientSetting.POOL_MAX_PENDING), client.key(ClientSetting.POOL_MAX_PER_ROUTE),
							client.key(ClientSetting.POOL_ACQUIRE_TIMEOUT)),
					null));
		}
	}

}
