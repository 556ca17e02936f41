package io.outboundhttp.pool.admission;

import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToIntFunction;

import org.jspecify.annotations.Nullable;

/**
 * The permits of an {@link Admission}: how many there are per route and in total, and who
 * gets one. The lock that guards it is that of the admission; only limits, the routes and
 * what was given back are touched without it.
 *
 * @param <K> the type of a route
 * @param <I> the type of a connection
 */
final class Permits<K, I> {

	private final Map<K, AdmissionRoute<K, I>> routes = new ConcurrentHashMap<>();

	/** Slots whose connection was disposed of: their permits are free. */
	private final Queue<Slot<I>> freed = new ConcurrentLinkedQueue<>();

	/** Routes whose evicted connection was disposed of: one permit each is free. */
	private final Queue<AdmissionRoute<?, I>> moved = new ConcurrentLinkedQueue<>();

	private final ToIntFunction<? super K> maxOfRoute;

	private final Disposer<I> disposer;

	/** Permits in use. Guarded by the lock. */
	private int total;

	private volatile int maxTotal;

	private volatile int maxPerRoute;

	Permits(int maxPerRoute, int maxTotal, ToIntFunction<? super K> maxOfRoute, Disposer<I> disposer) {
		this.maxPerRoute = positive("maxPerRoute", maxPerRoute);
		this.maxTotal = positive("maxTotal", maxTotal);
		this.maxOfRoute = maxOfRoute;
		this.disposer = disposer;
	}

	private static int positive(String name, int value) {
		if (value <= 0) {
			throw new IllegalArgumentException("%s: %d (expected: > 0)".formatted(name, value));
		}
		return value;
	}

	@Nullable AdmissionRoute<K, I> find(K key) {
		return this.routes.get(key);
	}

	AdmissionRoute<K, I> findOrAdd(K key) {
		return this.routes.computeIfAbsent(key,
				(absent) -> new AdmissionRoute<>(absent, this.maxOfRoute.applyAsInt(absent)));
	}

	Collection<AdmissionRoute<K, I>> routes() {
		return this.routes.values();
	}

	int routeCount() {
		return this.routes.size();
	}

	/**
	 * Note that the connection of a slot is gone.
	 * @param slot the slot, in nobody's hands
	 */
	void free(Slot<I> slot) {
		this.freed.add(slot);
	}

	/**
	 * Note that a connection that was evicted from a route is gone.
	 * @param from the route
	 */
	void move(AdmissionRoute<?, I> from) {
		this.moved.add(from);
	}

	/**
	 * Free the permits whose connections are gone. Caller holds the lock.
	 */
	void settle() {
		for (Slot<I> slot = this.freed.poll(); slot != null; slot = this.freed.poll()) {
			slot.route().allocated--;
			this.total--;
		}
		for (AdmissionRoute<?, I> route = this.moved.poll(); route != null; route = this.moved.poll()) {
			route.allocated--;
		}
	}

	/**
	 * Find a slot for a caller. Caller holds the lock.
	 * @param route the route
	 * @param state the state that the connection must have, {@code null} for none
	 * @return the slot, or {@code null} if nothing is idle and there is no room
	 */
	@Nullable Slot<I> acquire(AdmissionRoute<?, I> route, @Nullable Object state) {
		Slot<I> idle = (state != null) ? route.takeStateful(state) : null;
		if (idle == null) {
			idle = route.idle.pop();
		}
		if (idle != null) {
			return idle;
		}
		if (isExceeded(route)) {
			return null;
		}
		if (isBelowLimit(route) && this.total < this.maxTotal) {
			return open(route);
		}
		if (!route.stateful.isEmpty()) {
			return replace(route, route);
		}
		AdmissionRoute<?, I> victim = isBelowLimit(route) ? longestIdle(route) : null;
		return (victim != null) ? replace(victim, route) : null;
	}

	/**
	 * Make a slot for a new connection. Caller holds the lock, so that the route is not
	 * purged before it is counted.
	 * @param key the route
	 * @return the slot, or {@code null} if there is no room
	 */
	@Nullable Slot<I> open(K key) {
		AdmissionRoute<K, I> route = findOrAdd(key);
		return (isBelowLimit(route) && this.total < this.maxTotal) ? open(route) : null;
	}

	private Slot<I> open(AdmissionRoute<?, I> route) {
		route.allocated++;
		this.total++;
		return new Slot<>(route);
	}

	/**
	 * Make a slot in place of an idle one. The permit moves at once in the total; the
	 * victim's route counts its connection until that is disposed of.
	 */
	private @Nullable Slot<I> replace(AdmissionRoute<?, I> victim, AdmissionRoute<?, I> route) {
		Slot<I> evicted = victim.takeEvictable();
		if (evicted == null) {
			return null;
		}
		Slot<I> slot = new Slot<>(route);
		if (victim == route) {
			slot.setEvicted(evicted.getItem(), null);
		}
		else {
			slot.setEvicted(evicted.getItem(), victim);
			route.allocated++;
		}
		return slot;
	}

	private @Nullable AdmissionRoute<?, I> longestIdle(AdmissionRoute<?, I> except) {
		AdmissionRoute<?, I> longest = null;
		long longestSince = 0;
		for (AdmissionRoute<K, I> route : this.routes.values()) {
			Slot<I> candidate = (route != except && route.allocated > 0) ? route.peekEvictable() : null;
			I item = (candidate != null) ? candidate.getItem() : null;
			if (item != null) {
				long since = this.disposer.idleSinceNanos(item);
				if (longest == null || since - longestSince < 0) {
					longest = route;
					longestSince = since;
				}
			}
		}
		return longest;
	}

	/**
	 * Return whether a route could have one more permit, were there room in the total.
	 * Caller holds the lock.
	 */
	boolean isBelowLimit(AdmissionRoute<?, I> route) {
		return route.allocated < limit(route);
	}

	/**
	 * Return whether a route can have no more permit. A reading without the lock may be a
	 * moment behind, which is good enough for statistics.
	 */
	boolean isFull(AdmissionRoute<?, I> route) {
		return route.allocated >= limit(route) || this.total >= this.maxTotal;
	}

	/**
	 * Return whether there are more permits than a limit allows. Caller holds the lock.
	 */
	boolean isExceeded(AdmissionRoute<?, I> route) {
		return route.allocated > limit(route) || this.total > this.maxTotal;
	}

	/**
	 * Ask for the limit of a route anew, if it is known. Caller holds the lock.
	 */
	void renewLimit(K key) {
		AdmissionRoute<K, I> route = find(key);
		if (route != null) {
			route.max = this.maxOfRoute.applyAsInt(key);
		}
	}

	int limit(AdmissionRoute<?, I> route) {
		int max = route.max;
		return (max >= 0) ? max : this.maxPerRoute;
	}

	int limit(K key) {
		AdmissionRoute<K, I> route = find(key);
		if (route != null) {
			return limit(route);
		}
		int max = this.maxOfRoute.applyAsInt(key);
		return (max >= 0) ? max : this.maxPerRoute;
	}

	/**
	 * Return the permits in use. Caller holds the lock.
	 */
	int total() {
		return this.total;
	}

	int maxTotal() {
		return this.maxTotal;
	}

	void maxTotal(int maxTotal) {
		this.maxTotal = positive("maxTotal", maxTotal);
	}

	int maxPerRoute() {
		return this.maxPerRoute;
	}

	void maxPerRoute(int maxPerRoute) {
		this.maxPerRoute = positive("maxPerRoute", maxPerRoute);
	}

	/**
	 * Forget the routes that nobody uses. Caller holds the lock.
	 */
	void purge() {
		settle();
		for (AdmissionRoute<K, I> route : this.routes.values()) {
			if (route.allocated == 0 && route.queue.isEmpty() && route.max < 0) {
				// Published before the look at `waiting`: see (5) of the admission.
				route.dead = true;
				if (route.waiting.get() == 0) {
					this.routes.remove(route.key, route);
				}
				else {
					route.dead = false;
				}
			}
		}
	}

}
