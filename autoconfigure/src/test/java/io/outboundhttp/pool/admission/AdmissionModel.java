package io.outboundhttp.pool.admission;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

import io.outboundhttp.pool.admission.Waiter.Status;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Admission} should do, for one thread and without any thought of speed.
 */
final class AdmissionModel {

	private final Map<String, Route> routes = new LinkedHashMap<>();

	/** Callers that wait, in order of arrival. */
	private final List<Wait> waits = new ArrayList<>();

	private final Map<String, Integer> ownLimits;

	private final int maxPending;

	private int maxPerRoute;

	private int maxTotal;

	private int total;

	private boolean closed;

	AdmissionModel(int maxPerRoute, int maxTotal, int maxPending, Map<String, Integer> ownLimits) {
		this.maxPerRoute = maxPerRoute;
		this.maxTotal = maxTotal;
		this.maxPending = maxPending;
		this.ownLimits = ownLimits;
	}

	private Route route(String name) {
		return this.routes.computeIfAbsent(name, (absent) -> new Route(absent, this.ownLimits.getOrDefault(name, -1)));
	}

	int limit(String name) {
		Route route = this.routes.get(name);
		int max = (route != null) ? route.max : this.ownLimits.getOrDefault(name, -1);
		return (max >= 0) ? max : this.maxPerRoute;
	}

	private int limit(Route route) {
		return limit(route.name);
	}

	/**
	 * Return the connection that could be taken without waiting.
	 */
	@Nullable FakeConnection peek(String name) {
		Route route = this.routes.get(name);
		return (route != null) ? route.idle.peekFirst() : null;
	}

	/**
	 * Return whether a connection of a route may be taken without waiting.
	 */
	boolean mayTake(String name) {
		return !this.closed && this.waits.stream()
			.noneMatch((wait) -> wait.route.name.equals(name) || wait.route.allocated < limit(wait.route));
	}

	/**
	 * Return whether a connection of a route may be opened without waiting.
	 */
	boolean mayOpen(String name) {
		return mayTake(name) && allocated(name) < limit(name) && this.total < this.maxTotal;
	}

	void open(String name) {
		route(name).allocated++;
		this.total++;
	}

	@Nullable FakeConnection peekOldest(String name) {
		Route route = this.routes.get(name);
		return (route != null) ? route.idle.peekLast() : null;
	}

	void takeOldest(String name) {
		route(name).idle.removeLast();
	}

	void take(String name) {
		route(name).idle.removeFirst();
	}

	Wait enqueue(String name, @Nullable Object state, long sinceNanos) {
		Wait wait = new Wait(route(name), state, sinceNanos);
		this.waits.add(wait);
		serve();
		if (this.maxPending >= 0 && wait.status == Status.WAITING && pending(name) > this.maxPending) {
			end(wait, Status.REJECTED);
		}
		return wait;
	}

	private void end(Wait wait, Status status) {
		wait.status = status;
		this.waits.remove(wait);
	}

	void serve() {
		Set<Route> blocked = new HashSet<>();
		for (Wait wait : List.copyOf(this.waits)) {
			if (this.closed) {
				end(wait, Status.CLOSED);
			}
			else if (!blocked.contains(wait.route)) {
				if (assign(wait)) {
					end(wait, Status.ASSIGNED);
				}
				else {
					blocked.add(wait.route);
				}
			}
		}
	}

	private boolean assign(Wait wait) {
		Route route = wait.route;
		for (int i = route.stateful.size() - 1; i >= 0; i--) {
			if (Objects.equals(route.stateful.get(i).state(), wait.state)) {
				wait.connection = route.stateful.remove(i);
				return true;
			}
		}
		if (!route.idle.isEmpty()) {
			wait.connection = route.idle.removeFirst();
			return true;
		}
		if (route.allocated > limit(route) || this.total > this.maxTotal) {
			return false;
		}
		boolean roomInRoute = route.allocated < limit(route);
		if (roomInRoute && this.total < this.maxTotal) {
			route.allocated++;
			this.total++;
			return true;
		}
		if (!route.stateful.isEmpty()) {
			wait.evicted = route.stateful.remove(0);
			return true;
		}
		if (!roomInRoute) {
			return false;
		}
		Route victim = this.routes.values()
			.stream()
			.filter((other) -> other != route && other.oldest() != null)
			.min(Comparator.comparing((other) -> Objects.requireNonNull(other.oldest()).idleSinceNanos()))
			.orElse(null);
		if (victim == null) {
			return false;
		}
		FakeConnection evicted = Objects.requireNonNull(victim.oldest());
		victim.remove(evicted);
		wait.evicted = evicted;
		wait.evictedFrom = victim;
		route.allocated++;
		return true;
	}

	/**
	 * Take what was assigned.
	 * @return what should be disposed of
	 */
	List<FakeConnection> take(Wait wait) {
		List<FakeConnection> disposed = disposeEvicted(wait);
		wait.status = Status.TAKEN;
		serve();
		return disposed;
	}

	private static List<FakeConnection> disposeEvicted(Wait wait) {
		if (wait.evictedFrom != null) {
			wait.evictedFrom.allocated--;
		}
		return (wait.evicted != null) ? List.of(wait.evicted) : List.of();
	}

	void leave(Wait wait, Status status) {
		end(wait, status);
	}

	/**
	 * Cancel a wait that was assigned something.
	 * @return what should be disposed of
	 */
	List<FakeConnection> cancelAssigned(Wait wait) {
		wait.status = Status.CANCELLED;
		if (wait.connection != null) {
			return release(wait.route.name, wait.connection, true);
		}
		List<FakeConnection> disposed = disposeEvicted(wait);
		free(wait.route);
		serve();
		return disposed;
	}

	/**
	 * Give a connection back.
	 * @return what should be disposed of
	 */
	List<FakeConnection> release(String name, FakeConnection connection, boolean reusable) {
		Route route = route(name);
		boolean keep = reusable && !this.closed && route.allocated <= limit(route) && this.total <= this.maxTotal;
		if (keep && connection.state() == null) {
			route.idle.addFirst(connection);
		}
		else if (keep) {
			route.stateful.add(connection);
		}
		else {
			free(route);
		}
		serve();
		return keep ? List.of() : List.of(connection);
	}

	private void free(Route route) {
		route.allocated--;
		this.total--;
	}

	/**
	 * Dispose of idle connections and forget routes that nobody uses.
	 * @return what should be disposed of
	 */
	List<FakeConnection> sweep(Predicate<FakeConnection> filter) {
		List<FakeConnection> disposed = new ArrayList<>();
		for (Route route : this.routes.values()) {
			for (FakeConnection connection : route.all()) {
				if (filter.test(connection)) {
					route.remove(connection);
					free(route);
					disposed.add(connection);
				}
			}
		}
		serve();
		for (Iterator<Route> all = this.routes.values().iterator(); all.hasNext();) {
			Route route = all.next();
			if (route.allocated == 0 && pending(route.name) == 0 && route.max < 0) {
				all.remove();
			}
		}
		return disposed;
	}

	List<FakeConnection> close() {
		this.closed = true;
		List<FakeConnection> disposed = new ArrayList<>();
		for (Route route : this.routes.values()) {
			for (FakeConnection connection : route.all()) {
				route.remove(connection);
				free(route);
				disposed.add(connection);
			}
		}
		serve();
		return disposed;
	}

	void maxTotal(int max) {
		this.maxTotal = max;
	}

	void maxPerRoute(int max) {
		this.maxPerRoute = max;
	}

	void maxPerRoute(String name, int max) {
		route(name).max = max;
	}

	int maxTotal() {
		return this.maxTotal;
	}

	int total() {
		return this.total;
	}

	/**
	 * Learn which connections were disposed of when a limit was lowered: any, as long as
	 * it was exceeded.
	 * @return whether that was right
	 */
	boolean trimmed(List<FakeConnection> disposed) {
		boolean right = true;
		for (FakeConnection connection : disposed) {
			Route route = route(connection.route());
			right &= connection == route.oldest() && isExceeded(route);
			route.remove(connection);
			free(route);
		}
		right &= this.routes.values().stream().noneMatch((route) -> isExceeded(route) && route.oldest() != null);
		serve();
		return right;
	}

	private boolean isExceeded(Route route) {
		return route.allocated > limit(route) || this.total > this.maxTotal;
	}

	int allocated(String name) {
		Route route = this.routes.get(name);
		return (route != null) ? route.allocated : 0;
	}

	int available(String name) {
		Route route = this.routes.get(name);
		return (route != null) ? route.all().size() : 0;
	}

	int pending(String name) {
		return (int) this.waits.stream().filter((wait) -> wait.route.name.equals(name)).count();
	}

	Occupancy read(String name, long nowNanos) {
		long oldestWaitNanos = this.waits.stream()
			.filter((wait) -> wait.route.name.equals(name))
			.mapToLong((wait) -> nowNanos - wait.sinceNanos)
			.findFirst()
			.orElse(0);
		return new Occupancy(allocated(name) - available(name), available(name), pending(name), oldestWaitNanos,
				limit(name));
	}

	Occupancy read(long nowNanos) {
		int available = this.routes.keySet().stream().mapToInt(this::available).sum();
		long oldestWaitNanos = this.waits.isEmpty() ? 0 : nowNanos - this.waits.get(0).sinceNanos;
		return new Occupancy(this.total - available, available, this.waits.size(), oldestWaitNanos, this.maxTotal);
	}

	Set<String> routes() {
		return Set.copyOf(this.routes.keySet());
	}

	/**
	 * One route.
	 */
	private static final class Route {

		private final String name;

		/** The one that came back last first. */
		private final Deque<FakeConnection> idle = new ArrayDeque<>();

		/** The one that came back last last. */
		private final List<FakeConnection> stateful = new ArrayList<>();

		private int allocated;

		private int max;

		Route(String name, int max) {
			this.name = name;
			this.max = max;
		}

		@Nullable FakeConnection oldest() {
			return this.stateful.isEmpty() ? this.idle.peekLast() : this.stateful.get(0);
		}

		List<FakeConnection> all() {
			List<FakeConnection> all = new ArrayList<>(this.idle);
			all.addAll(this.stateful);
			return all;
		}

		void remove(FakeConnection connection) {
			if (!this.idle.remove(connection)) {
				this.stateful.remove(connection);
			}
		}

	}

	/**
	 * One caller.
	 */
	static final class Wait {

		private final Route route;

		private final @Nullable Object state;

		private final long sinceNanos;

		private Status status = Status.WAITING;

		private @Nullable FakeConnection connection;

		private @Nullable FakeConnection evicted;

		private @Nullable Route evictedFrom;

		Wait(Route route, @Nullable Object state, long sinceNanos) {
			this.route = route;
			this.state = state;
			this.sinceNanos = sinceNanos;
		}

		String route() {
			return this.route.name;
		}

		@Nullable Object state() {
			return this.state;
		}

		Status status() {
			return this.status;
		}

		/**
		 * Return the connection that was assigned, if it need not be opened.
		 */
		@Nullable FakeConnection connection() {
			return this.connection;
		}

		/**
		 * Return whether a connection that had to make room is still open.
		 */
		boolean evicts() {
			return this.evicted != null;
		}

	}

}
