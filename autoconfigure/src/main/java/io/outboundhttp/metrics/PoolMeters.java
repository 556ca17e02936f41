package io.outboundhttp.metrics;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.client.TlsStatus;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolFigures;
import io.outboundhttp.pool.RetryDenial;
import io.outboundhttp.pool.RetryReason;
import io.outboundhttp.pool.egress.EgressMode;

/**
 * The meters of one pool in one registry, from its opening to its end. What the pool
 * counts itself is read at a scrape; only durations are recorded as they occur. Safe for
 * use by several threads.
 */
final class PoolMeters {

	/** Stores whose certificates have a gauge. */
	private final Set<String> stores = ConcurrentHashMap.newKeySet();

	private final List<MeterSet> ofRoutes = new CopyOnWriteArrayList<>();

	private final MeterSet meters;

	private final ConnectionPool pool;

	private final PoolReading reading;

	private final Function<ConnectionPool, @Nullable TlsStatus> tls;

	/**
	 * Create and register the meters that do not carry the route.
	 * @param registry takes them
	 * @param pool the pool
	 * @param reading what is read of the pool at a scrape
	 * @param tls gives what is known about the SSL bundle of a pool
	 */
	PoolMeters(MeterRegistry registry, ConnectionPool pool, PoolReading reading,
			Function<ConnectionPool, @Nullable TlsStatus> tls) {
		this.meters = new MeterSet(registry, Tags.of("client", pool.getName()));
		this.pool = pool;
		this.reading = reading;
		this.tls = tls;
		counter(PoolMeter.LEAKS, (figures) -> figures.leaks().suspectedTotal(), "kind", "suspected");
		counter(PoolMeter.LEAKS, (figures) -> figures.leaks().abandonedTotal(), "kind", "abandoned");
		counter(PoolMeter.RECLAIMED, (figures) -> figures.leaks().reclaimedTotal());
		counters(PoolMeter.RETRIES, "reason", RetryReason.values(), (figures) -> figures.calls().retries());
		counters(PoolMeter.RETRIES_DENIED, "reason", RetryDenial.values(),
				(figures) -> figures.calls().retriesDenied());
		counters(PoolMeter.CALL_TIMEOUTS, "phase", CallPhase.values(), (figures) -> figures.calls().timeouts());
		counter(PoolMeter.REFUSED, (figures) -> figures.connections().refused());
		counters(PoolMeter.EGRESS_DENIED, "mode", EgressMode.values(), (figures) -> figures.calls().egressDenied());
	}

	private void counter(PoolMeter meter, ToDoubleFunction<PoolFigures> value, String... tags) {
		this.meters.counter(meter, this.reading, (reading) -> value.applyAsDouble(reading.figures()), tags);
	}

	private <E extends Enum<E>> void counters(PoolMeter meter, String tag, E[] values,
			Function<PoolFigures, Map<E, Long>> counts) {
		for (E value : values) {
			counter(meter, (figures) -> counts.apply(figures).getOrDefault(value, 0L), tag, name(value));
		}
	}

	/**
	 * Register the meters of a route.
	 * @param route the route
	 */
	void register(MeteredRoute route) {
		MeterSet ofRoute = this.meters;
		String tagValue = route.tagValue();
		if (tagValue != null) {
			if (this.ofRoutes.isEmpty()) {
				this.meters.gauge(PoolMeter.MAX, () -> this.reading.figures().maxTotal(), "route", RouteTag.ALL);
			}
			ofRoute = this.meters.with("route", tagValue);
			this.ofRoutes.add(ofRoute);
		}
		route.register(new RouteMeters(ofRoute, route, this.reading));
	}

	/**
	 * Register the gauges of certificates. Whether there are certificates is known once
	 * TLS was negotiated; they may come later, with another SSL bundle.
	 */
	void certificates() {
		TlsStatus status = this.tls.apply(this.pool);
		if (status != null) {
			certificate(status, "key", TlsStatus::certificateExpiresInDays);
			certificate(status, "trust", TlsStatus::trustExpiresInDays);
		}
	}

	private void certificate(TlsStatus now, String store, Function<TlsStatus, @Nullable Long> days) {
		if (days.apply(now) != null && this.stores.add(store)) {
			this.meters.gauge(PoolMeter.CERTIFICATE_EXPIRY, () -> {
				TlsStatus status = this.tls.apply(this.pool);
				return (status != null) ? days.apply(status) : null;
			}, "store", store);
		}
	}

	static String name(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * Take the meters out of the registry.
	 */
	void remove() {
		this.meters.remove();
		this.ofRoutes.forEach(MeterSet::remove);
	}

}
