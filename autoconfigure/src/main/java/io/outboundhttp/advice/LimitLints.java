package io.outboundhttp.advice;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.advice.Advice.Level;
import io.outboundhttp.advice.Sizing.Confidence;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.pool.PoolSnapshot;

/**
 * Looks at the limits of a pool.
 */
final class LimitLints {

	/** What threads that cost nothing soon fill. */
	private static final int SMALL = 50;

	/** Waits that make a crowd. */
	private static final Duration LONG = Duration.ofSeconds(10);

	private LimitLints() {
	}

	static void check(ClientView client, Consumer<Advice> advice) {
		perRouteAboveTotal(client, advice);
		overridesAboveTotal(client, advice);
		virtualThreads(client, advice);
	}

	/**
	 * Refused where both are set in properties; code and operators may do so all the
	 * same.
	 */
	private static void perRouteAboveTotal(ClientView client, Consumer<Advice> advice) {
		if (client.get(ClientSetting.POOL_MAX_PER_ROUTE) > client.get(ClientSetting.POOL_MAX_TOTAL)) {
			advice.accept(client.advise(Level.WARN, "per-route-above-total",
					"the limit of a route is %s, but that of all together is %s, so one route can take every connection and still never have as many as it may"
						.formatted(client.show(ClientSetting.POOL_MAX_PER_ROUTE),
								client.show(ClientSetting.POOL_MAX_TOTAL)),
					ClientSetting.POOL_MAX_TOTAL, ClientSetting.POOL_MAX_PER_ROUTE));
		}
	}

	private static void overridesAboveTotal(ClientView client, Consumer<Advice> advice) {
		Map<String, Integer> overrides = client.definition().get(ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES);
		int sum = (overrides != null) ? overrides.values().stream().mapToInt(Integer::intValue).sum() : 0;
		if (overrides != null && sum > client.get(ClientSetting.POOL_MAX_TOTAL)) {
			advice.accept(client.advise(Level.WARN, "overrides-above-total",
					"the limits of %d routes (%s) add up to %d, but that of all together is %s, so when they are busy together they starve each other"
						.formatted(overrides.size(),
								client.definition().value(ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES).origin(), sum,
								client.show(ClientSetting.POOL_MAX_TOTAL)),
					ClientSetting.POOL_MAX_TOTAL, ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES));
		}
	}

	private static void virtualThreads(ClientView client, Consumer<Advice> advice) {
		boolean crowd = client.get(ClientSetting.POOL_MAX_PENDING) < 0 || !client.isSet(ClientSetting.POOL_MAX_PENDING);
		if (client.traits().virtualThreads() && crowd && client.get(ClientSetting.POOL_MAX_PER_ROUTE) <= SMALL
				&& client.get(ClientSetting.POOL_ACQUIRE_TIMEOUT).compareTo(LONG) >= 0) {
			advice.accept(client.advise(Level.WARN, "virtual-threads-small-pool",
					"with virtual threads no thread pool bounds the callers, and any number of them may wait %s for one of %s connections of a route; bound how many may wait, or let them fail sooner"
						.formatted(client.show(ClientSetting.POOL_ACQUIRE_TIMEOUT),
								client.show(ClientSetting.POOL_MAX_PER_ROUTE)),
					ClientSetting.POOL_MAX_PENDING, ClientSetting.POOL_ACQUIRE_TIMEOUT,
					ClientSetting.POOL_MAX_PER_ROUTE));
		}
	}

	/**
	 * Look at a pool in use. Callers that only wait are told of when it is sure that a
	 * larger pool helps.
	 */
	static void checkLive(ClientView client, Consumer<Advice> advice) {
		Sizing sizing = client.sizing();
		PoolSnapshot pool = client.pool();
		@Nullable String yaml = (sizing != null && sizing.saturated()) ? sizing.yaml() : null;
		if (sizing == null || pool == null || yaml == null) {
			return;
		}
		long failed = pool.connections().timeouts() + pool.connections().rejected();
		if (failed > 0 || sizing.confidence() != Confidence.LOW) {
			String callers = (failed > 0) ? "%d callers got no connection since the pool was opened".formatted(failed)
					: "callers wait for connections";
			advice.accept(client.advise((failed > 0) ? Level.WARN : Level.INFO, "pool-too-small",
					"%s; a limit of %d would do (confidence: %s). %s".formatted(callers, sizing.recommended(),
							sizing.confidence().name().toLowerCase(Locale.ROOT), sizing.basis()),
					yaml, ClientSetting.POOL_MAX_PER_ROUTE, ClientSetting.POOL_MAX_TOTAL));
		}
	}

}
