package io.outboundhttp.metrics;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.pool.CloseReason;

/**
 * The meters of one route of a pool, or of all its routes together where meters do not
 * carry the route, in one registry. Safe for use by several threads.
 */
final class RouteMeters {

	private final Map<Outcome, Timer> acquire = new EnumMap<>(Outcome.class);

	private final Map<CallPhase, Timer> opened = new EnumMap<>(CallPhase.class);

	private final Map<CallPhase, Timer> notOpened = new EnumMap<>(CallPhase.class);

	private final Timer usage;

	/**
	 * Create and register the meters.
	 * @param meters takes them
	 * @param route what is counted of the route
	 * @param reading what is read of the pool at a scrape
	 */
	RouteMeters(MeterSet meters, MeteredRoute route, PoolReading reading) {
		for (Outcome outcome : Outcome.values()) {
			this.acquire.put(outcome, meters.timer(PoolMeter.ACQUIRE, "outcome", PoolMeters.name(outcome)));
		}
		this.usage = meters.timer(PoolMeter.USAGE);
		for (CallPhase step : List.of(CallPhase.DNS, CallPhase.CONNECT, CallPhase.TLS)) {
			String phase = (step == CallPhase.CONNECT) ? "tcp" : PoolMeters.name(step);
			this.opened.put(step, meters.timer(PoolMeter.OPEN, "phase", phase, "outcome", "success"));
			this.notOpened.put(step, meters.timer(PoolMeter.OPEN, "phase", phase, "outcome", "error"));
		}
		meters.gauge(PoolMeter.CONNECTIONS, () -> reading.places(route).leased(), "state", "leased");
		meters.gauge(PoolMeter.CONNECTIONS, () -> reading.places(route).available(), "state", "available");
		meters.gauge(PoolMeter.PENDING, () -> reading.places(route).pending());
		if (route.hasLimit()) {
			meters.gauge(PoolMeter.MAX, () -> reading.places(route).max());
		}
		for (CloseReason reason : CloseReason.values()) {
			if (route.isWhole()) {
				meters.counter(PoolMeter.CLOSED, reading,
						(source) -> source.figures().connections().closed().getOrDefault(reason, 0L), "reason",
						PoolMeters.name(reason));
			}
			else {
				meters.counter(PoolMeter.CLOSED, route, (source) -> source.closedCount(reason), "reason",
						PoolMeters.name(reason));
			}
		}
	}

	void acquired(Outcome outcome, long nanos) {
		record(this.acquire.get(outcome), nanos);
	}

	void used(long nanos) {
		record(this.usage, nanos);
	}

	void stepEnded(CallPhase step, long nanos, boolean success) {
		record((success ? this.opened : this.notOpened).get(step), nanos);
	}

	private static void record(@Nullable Timer timer, long nanos) {
		if (timer != null) {
			timer.record(nanos, TimeUnit.NANOSECONDS);
		}
	}

}
