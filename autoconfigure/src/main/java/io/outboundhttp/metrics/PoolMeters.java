package io.outboundhttp.metrics;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.client.TlsStatus;
import io.outboundhttp.pool.CloseReason;
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

	/*
	 * `removed` is written before `meters` is gone through, and read after a meter was
	 * added: whoever adds one too late takes it out himself.
	 */

	private final List<Meter> meters = new CopyOnWriteArrayList<>();

	private final Map<Outcome, Timer> acquire = new EnumMap<>(Outcome.class);

	private final Map<CallPhase, Timer> opened = new EnumMap<>(CallPhase.class);

	private final Map<CallPhase, Timer> notOpened = new EnumMap<>(CallPhase.class);

	private final Timer usage;

	private final MeterRegistry registry;

	private final Tags tags;

	private final ConnectionPool pool;

	private final Function<ConnectionPool, @Nullable TlsStatus> tls;

	private final PoolReading reading;

	/** Stores whose certificates have a gauge. */
	private final Set<String> stores = ConcurrentHashMap.newKeySet();

	private volatile boolean removed;

	PoolMeters(MeterRegistry registry, ConnectionPool pool, Function<ConnectionPool, @Nullable TlsStatus> tls) {
		this.registry = registry;
		this.pool = pool;
		this.tls = tls;
		this.tags = Tags.of("client", pool.getName());
		this.reading = new PoolReading(pool);
		for (Outcome outcome : Outcome.values()) {
			this.acquire.put(outcome, timer(PoolMeter.ACQUIRE, "outcome", name(outcome)));
		}
		this.usage = timer(PoolMeter.USAGE);
		for (CallPhase step : List.of(CallPhase.DNS, CallPhase.CONNECT, CallPhase.TLS)) {
			String phase = (step == CallPhase.CONNECT) ? "tcp" : name(step);
			this.opened.put(step, timer(PoolMeter.OPEN, "phase", phase, "outcome", "success"));
			this.notOpened.put(step, timer(PoolMeter.OPEN, "phase", phase, "outcome", "error"));
		}
		gauges();
		counters();
	}

	private void gauges() {
		gauge(PoolMeter.CONNECTIONS, PoolFigures::leased, "state", "leased");
		gauge(PoolMeter.CONNECTIONS, PoolFigures::available, "state", "available");
		gauge(PoolMeter.PENDING, PoolFigures::pending);
		gauge(PoolMeter.MAX, PoolFigures::maxTotal);
	}

	private void counters() {
		counters(PoolMeter.CLOSED, "reason", CloseReason.values(), (figures) -> figures.connections().closed());
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

	private Timer timer(PoolMeter meter, String... tags) {
		Timer timer = Timer.builder(meter.getMeterName())
			.description(meter.getDescription())
			.tags(this.tags.and(tags))
			.register(this.registry);
		this.meters.add(timer);
		return timer;
	}

	private void gauge(PoolMeter meter, ToDoubleFunction<PoolFigures> value, String... tags) {
		this.meters
			.add(Gauge.builder(meter.getMeterName(), this.reading, (reading) -> value.applyAsDouble(reading.figures()))
				.description(meter.getDescription())
				.baseUnit(meter.getBaseUnit())
				.tags(this.tags.and(tags))
				.strongReference(true)
				.register(this.registry));
	}

	private void counter(PoolMeter meter, ToDoubleFunction<PoolFigures> value, String... tags) {
		this.meters.add(FunctionCounter
			.builder(meter.getMeterName(), this.reading, (reading) -> value.applyAsDouble(reading.figures()))
			.description(meter.getDescription())
			.baseUnit(meter.getBaseUnit())
			.tags(this.tags.and(tags))
			.register(this.registry));
	}

	private <E extends Enum<E>> void counters(PoolMeter meter, String tag, E[] values,
			Function<PoolFigures, Map<E, Long>> counts) {
		for (E value : values) {
			counter(meter, (figures) -> counts.apply(figures).getOrDefault(value, 0L), tag, name(value));
		}
	}

	/**
	 * Whether there are certificates is known once TLS was negotiated; they may come
	 * later, with another SSL bundle.
	 */
	private void certificates() {
		TlsStatus status = this.tls.apply(this.pool);
		if (status != null) {
			certificate(status, "key", TlsStatus::certificateExpiresInDays);
			certificate(status, "trust", TlsStatus::trustExpiresInDays);
		}
		if (this.removed) {
			remove();
		}
	}

	private void certificate(TlsStatus now, String store, Function<TlsStatus, @Nullable Long> days) {
		if (days.apply(now) != null && this.stores.add(store)) {
			this.meters.add(Gauge.builder(PoolMeter.CERTIFICATE_EXPIRY.getMeterName(), () -> {
				TlsStatus status = this.tls.apply(this.pool);
				return (status != null) ? days.apply(status) : null;
			})
				.description(PoolMeter.CERTIFICATE_EXPIRY.getDescription())
				.baseUnit(PoolMeter.CERTIFICATE_EXPIRY.getBaseUnit())
				.tags(this.tags.and("store", store))
				.register(this.registry));
		}
	}

	private static String name(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

	// Recording

	void acquired(Outcome outcome, long nanos) {
		record(this.acquire.get(outcome), nanos);
	}

	void used(long nanos) {
		record(this.usage, nanos);
	}

	void stepEnded(CallPhase step, long nanos, boolean success) {
		record((success ? this.opened : this.notOpened).get(step), nanos);
		if (step == CallPhase.TLS && success) {
			certificates();
		}
	}

	private static void record(@Nullable Timer timer, long nanos) {
		if (timer != null) {
			timer.record(nanos, TimeUnit.NANOSECONDS);
		}
	}

	/**
	 * Take the meters out of the registry.
	 */
	void remove() {
		this.removed = true;
		this.meters.forEach(this.registry::remove);
	}

	/**
	 * How the wait for a connection has ended.
	 */
	enum Outcome {

		LEASED, TIMEOUT, REJECTED, CANCELLED

	}

}
