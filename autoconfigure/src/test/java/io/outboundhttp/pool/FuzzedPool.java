package io.outboundhttp.pool;

import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.pool.admission.Occupancy;
import io.outboundhttp.pool.admission.Waiter;
import io.outboundhttp.pool.connect.NameResolver;
import io.outboundhttp.pool.connect.PenaltyBox;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * Pool on a {@link StubWire} together with a model of what its callers hold, for
 * {@link ManagedConnectionManagerFuzzTests}. {@link FuzzSteps} act on it.
 */
final class FuzzedPool implements PoolListener {

	static final List<HttpRoute> ROUTES = List.of(route("a"), route("b"), route("c"));

	static final int MAX_PENDING = 3;

	final StubWire wire = new StubWire();

	final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 1_000_000_000L);

	private final Queue<Runnable> events = new ArrayDeque<>();

	final Calls calls = new Calls();

	final ConnectionPool pool;

	final ManagedConnectionManager manager;

	final List<LeasedEndpoint> held = new ArrayList<>();

	final Map<LeasedEndpoint, Object> users = new IdentityHashMap<>();

	final Deque<LeasedEndpoint> ended = new ArrayDeque<>();

	final List<Waiting> waiting = new ArrayList<>();

	/** Leases of which the listener knows that they are open. */
	private final Set<Lease> open = Collections.newSetFromMap(new IdentityHashMap<>());

	private final Map<HttpRoute, Integer> allocatedBefore = new HashMap<>();

	private int totalBefore;

	FuzzedPool() {
		PoolSettings settings = PoolSettings.builder()
			.timeToLive(Duration.ofSeconds(20))
			.timeToLiveJitter(0.2)
			.idleTimeout(Duration.ofSeconds(5))
			.validateAfterInactivity(Duration.ofSeconds(1))
			.maxPending(MAX_PENDING)
			.build();
		this.pool = new ConnectionPool("fuzzed", settings, this.wire.manager(), new PoolSupport(this.time, this,
				this.calls, new ReferenceQueue<>(), this.events::add, new Clock((nanos) -> {
				}), new NameResolver(SystemDefaultDnsResolver.INSTANCE::resolve, this.time::nanos),
				new PenaltyBox(this.time::nanos), (nanos) -> {
				}, Runnable::run));
		this.pool.setMaxTotal(4);
		this.pool.setMaxPerRoute(3);
		this.manager = new ManagedConnectionManager((manager) -> this.pool);
	}

	private static HttpRoute route(String name) {
		return new HttpRoute(new HttpHost("http", name + ".test", 80));
	}

	void hold(LeasedEndpoint endpoint, @Nullable Object state) {
		StubWire.Connection connection = (StubWire.Connection) endpoint.get();
		if (connection != null && connection.isOpen()) {
			verifyUser(connection, state);
		}
		this.held.add(endpoint);
		this.users.put(endpoint, (state != null) ? state : "nobody");
	}

	/**
	 * A connection of a user is never given to another one, nor to nobody.
	 */
	private void verifyUser(StubWire.Connection connection, @Nullable Object state) {
		Object last = connection.user();
		if (last != null && !last.equals("nobody") && !last.equals(state)) {
			throw new AssertionError(connection + " of " + last + " was given to " + state);
		}
	}

	void forgetEnded() {
		for (Runnable event = this.events.poll(); event != null; event = this.events.poll()) {
			event.run();
		}
		this.held.removeIf((endpoint) -> {
			if (endpoint.lease().isEnded()) {
				this.users.remove(endpoint);
				this.ended.addLast(endpoint);
				if (this.ended.size() > 20) {
					this.ended.removeFirst();
				}
				return true;
			}
			return false;
		});
	}

	static String name(LeasedEndpoint endpoint) {
		return endpoint.lease().getRoute().getTargetHost() + "/" + endpoint.getId();
	}

	// What must hold

	void verify() {
		verifyLimits();
		verifyHands();
		verifyWaiting();
		PoolSnapshot.Connections figures = this.pool.snapshot().connections();
		check(figures.refused() == 0, "the referee has refused");
		check(this.open.size() == this.held.size(), "listener knows of " + this.open.size() + " leases");
		long opened = this.pool.connections().all().stream().filter(PooledConnection::wasOpened).count();
		long closed = figures.closed().values().stream().mapToLong(Long::longValue).sum();
		check(figures.opened() - closed == opened,
				"opened " + figures.opened() + ", closed " + closed + ", but there are " + opened);
	}

	private void verifyLimits() {
		Occupancy total = this.pool.admission().read();
		check(total.leased() == leased(null), "leased " + total.leased() + " is not " + leased(null));
		int connections = total.leased() + total.available();
		check(connections <= Math.max(total.max(), this.totalBefore), "limit in total is exceeded: " + total);
		this.totalBefore = connections;
		for (HttpRoute route : ROUTES) {
			Occupancy occupancy = this.pool.admission().read(route);
			int leased = leased(route);
			check(occupancy.leased() >= leased && occupancy.leased() <= leased + evictions(route),
					"leased of " + route + " is " + occupancy.leased() + ", not " + leased);
			int allocated = occupancy.leased() + occupancy.available();
			check(allocated <= Math.max(occupancy.max(), this.allocatedBefore.getOrDefault(route, 0)),
					"limit of " + route + " is exceeded: " + occupancy);
			this.allocatedBefore.put(route, allocated);
		}
	}

	private void verifyHands() {
		Set<Object> seen = new HashSet<>();
		for (LeasedEndpoint endpoint : this.held) {
			Object connection = endpoint.get();
			check(connection == null || seen.add(connection), "in two hands: " + connection);
		}
		Set<Object> known = new HashSet<>();
		this.pool.connections().all().forEach((connection) -> {
			if (connection.raw() != null) {
				known.add(connection.raw());
			}
		});
		for (StubWire.Connection connection : this.wire.open()) {
			check(known.contains(connection), connection + " is open, but nobody knows it");
		}
	}

	private void verifyWaiting() {
		for (Waiting candidate : this.waiting) {
			check(!candidate.isWaiting() || !isServable(candidate.route),
					"forgotten: a caller of " + candidate.route.getTargetHost());
		}
		int pending = (int) this.waiting.stream().filter(Waiting::isWaiting).count();
		check(this.pool.admission().read().pending() == pending, "pending is not " + pending);
	}

	boolean isServable(HttpRoute route) {
		Occupancy total = this.pool.admission().read();
		Occupancy occupancy = this.pool.admission().read(route);
		return occupancy.leased() < occupancy.max() && total.leased() < total.max();
	}

	/**
	 * Return how many connections of a route may be waiting to be closed by callers of
	 * other routes, for which they have to make room.
	 */
	private int evictions(HttpRoute route) {
		return (int) this.waiting.stream()
			.filter((candidate) -> candidate.isAssigned() && candidate.route != route)
			.count();
	}

	private int leased(@Nullable HttpRoute route) {
		int leased = 0;
		for (LeasedEndpoint endpoint : this.held) {
			leased += (route == null || endpoint.lease().getRoute() == route) ? 1 : 0;
		}
		for (Waiting candidate : this.waiting) {
			leased += ((route == null || candidate.route == route) && candidate.isAssigned()) ? 1 : 0;
		}
		return leased;
	}

	private static void check(boolean condition, String problem) {
		if (!condition) {
			throw new AssertionError(problem);
		}
	}

	/**
	 * Close the pool, end what is left, and look at what remains.
	 */
	void close() {
		this.pool.close();
		this.waiting.forEach((candidate) -> {
			check(!candidate.isWaiting(), "waits in a closed pool");
			candidate.waiter.cancel();
		});
		forgetEnded();
		check(this.held.isEmpty(), "leases survive the pool: " + this.held.size());
		check(this.open.isEmpty(), "leases that never ended: " + this.open.size());
		check(this.wire.open().isEmpty(), "connections survive the pool: " + this.wire.open());
		check(this.wire.openManagers() == 0, "connection managers survive the pool: " + this.wire.openManagers());
		check(this.pool.connections().isEmpty(), "connections are still known");
	}

	// Events

	@Override
	public void leaseAcquired(Lease lease, long waitedNanos) {
		check(this.open.add(lease), "acquired twice");
	}

	@Override
	public void leaseReleased(Lease lease, long heldNanos) {
		check(this.open.remove(lease), "ended twice");
	}

	/**
	 * A caller that waits without a thread.
	 *
	 * @param route its route
	 * @param state its state
	 * @param waiter its wait
	 */
	record Waiting(HttpRoute route, @Nullable Object state, Waiter<PooledConnection> waiter) {

		boolean isWaiting() {
			return this.waiter.status() == Waiter.Status.WAITING;
		}

		boolean isAssigned() {
			return this.waiter.status() == Waiter.Status.ASSIGNED;
		}

	}

}
