package io.outboundhttp.metrics;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

import org.apache.hc.client5.http.HttpRoute;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.pool.CloseReason;

/**
 * One value of the tag {@code route} of a pool: a route that has meters of its own, all
 * those that have not, or the whole pool where meters do not carry the route. Safe for
 * use by several threads.
 */
final class MeteredRoute {

	/** In each registry. */
	private final List<RouteMeters> meters = new CopyOnWriteArrayList<>();

	private final Map<CloseReason, LongAdder> closed = new EnumMap<>(CloseReason.class);

	private final @Nullable String tagValue;

	private final @Nullable HttpRoute route;

	private MeteredRoute(@Nullable String tagValue, @Nullable HttpRoute route) {
		this.tagValue = tagValue;
		this.route = route;
		for (CloseReason reason : CloseReason.values()) {
			this.closed.put(reason, new LongAdder());
		}
	}

	static MeteredRoute whole() {
		return new MeteredRoute(null, null);
	}

	static MeteredRoute other() {
		return new MeteredRoute(RouteTag.OTHER, null);
	}

	static MeteredRoute of(String tagValue, HttpRoute route) {
		return new MeteredRoute(tagValue, route);
	}

	/**
	 * Return whether this is all of a pool.
	 */
	boolean isWhole() {
		return this.tagValue == null;
	}

	/**
	 * Return whether there is one limit for all that this stands for.
	 */
	boolean hasLimit() {
		return isWhole() || this.route != null;
	}

	/**
	 * Return the route.
	 * @return the first one that was seen with the value of the tag, {@code null} if it
	 * stands for several
	 */
	@Nullable HttpRoute route() {
		return this.route;
	}

	/**
	 * Return the value of the tag.
	 * @return the value, {@code null} where meters do not carry the route
	 */
	@Nullable String tagValue() {
		return this.tagValue;
	}

	/**
	 * Add its meters in one more registry.
	 * @param meters the meters
	 */
	void register(RouteMeters meters) {
		this.meters.add(meters);
	}

	void acquired(Outcome outcome, long nanos) {
		for (RouteMeters registered : this.meters) {
			registered.acquired(outcome, nanos);
		}
	}

	void used(long nanos) {
		for (RouteMeters registered : this.meters) {
			registered.used(nanos);
		}
	}

	void stepEnded(CallPhase step, long nanos, boolean success) {
		for (RouteMeters registered : this.meters) {
			registered.stepEnded(step, nanos, success);
		}
	}

	void closed(CloseReason reason) {
		LongAdder count = this.closed.get(reason);
		if (count != null) {
			count.increment();
		}
	}

	long closedCount(CloseReason reason) {
		LongAdder count = this.closed.get(reason);
		return (count != null) ? count.sum() : 0;
	}

}
