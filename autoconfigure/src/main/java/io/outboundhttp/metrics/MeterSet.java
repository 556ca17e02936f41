package io.outboundhttp.metrics;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Meters of one registry that share tags and go together. Safe for use by several
 * threads.
 */
final class MeterSet {

	/*
	 * `removed` is written before `meters` is gone through, and read after a meter was
	 * added: whoever adds one too late takes it out himself.
	 */

	private final List<Meter> meters = new CopyOnWriteArrayList<>();

	private final MeterRegistry registry;

	private final Tags tags;

	private volatile boolean removed;

	MeterSet(MeterRegistry registry, Tags tags) {
		this.registry = registry;
		this.tags = tags;
	}

	/**
	 * Return an empty set for the same registry.
	 * @param name name of a further tag
	 * @param value value of the tag
	 * @return the set
	 */
	MeterSet with(String name, String value) {
		return new MeterSet(this.registry, this.tags.and(name, value));
	}

	Timer timer(PoolMeter meter, String... tags) {
		Timer timer = Timer.builder(meter.getMeterName())
			.description(meter.getDescription())
			.tags(this.tags.and(tags))
			.register(this.registry);
		add(timer);
		return timer;
	}

	void gauge(PoolMeter meter, Supplier<@Nullable Number> value, String... tags) {
		add(Gauge.builder(meter.getMeterName(), value)
			.description(meter.getDescription())
			.baseUnit(meter.getBaseUnit())
			.tags(this.tags.and(tags))
			.register(this.registry));
	}

	/**
	 * Add a counter.
	 * @param meter what it is
	 * @param source what it reads, referenced weakly
	 * @param value reads it
	 * @param tags further tags
	 * @param <T> the type of what it reads
	 */
	<T> void counter(PoolMeter meter, T source, ToDoubleFunction<T> value, String... tags) {
		add(FunctionCounter.builder(meter.getMeterName(), source, value)
			.description(meter.getDescription())
			.baseUnit(meter.getBaseUnit())
			.tags(this.tags.and(tags))
			.register(this.registry));
	}

	private void add(Meter meter) {
		this.meters.add(meter);
		if (this.removed) {
			this.registry.remove(meter);
		}
	}

	/**
	 * Take the meters out of the registry.
	 */
	void remove() {
		this.removed = true;
		this.meters.forEach(this.registry::remove);
	}

}
