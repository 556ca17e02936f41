package io.outboundhttp.pool.admission;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Opens and disposes of the connections of a test and counts them itself, so that it sees
 * whatever breaks a promise of an {@link Admission}. Safe for use by several threads.
 */
final class Referee implements Disposer<FakeConnection> {

	private static final int ENOUGH = 10;

	private final LongSupplier clock;

	private final BiConsumer<FakeConnection, DisposeReason> beforeDisposal;

	private final AtomicInteger opened = new AtomicInteger();

	private final AtomicInteger live = new AtomicInteger();

	private final Map<String, AtomicInteger> liveOfRoute = new ConcurrentHashMap<>();

	private final Queue<String> violations = new ConcurrentLinkedQueue<>();

	private volatile int maxPerRoute;

	private volatile int maxTotal;

	/**
	 * Create a referee.
	 * @param clock says since when a connection is idle
	 * @param beforeDisposal called while the connection still counts
	 */
	Referee(LongSupplier clock, BiConsumer<FakeConnection, DisposeReason> beforeDisposal) {
		this.clock = clock;
		this.beforeDisposal = beforeDisposal;
	}

	/**
	 * Set how many connections there may be at any instant.
	 * @param maxPerRoute limit of a route
	 * @param maxTotal limit of all routes together
	 */
	void limits(int maxPerRoute, int maxTotal) {
		this.maxPerRoute = maxPerRoute;
		this.maxTotal = maxTotal;
	}

	int live() {
		return this.live.get();
	}

	int live(String route) {
		return liveOfRoute(route).get();
	}

	private AtomicInteger liveOfRoute(String route) {
		return this.liveOfRoute.computeIfAbsent(route, (absent) -> new AtomicInteger());
	}

	/**
	 * Begin to use a slot; open its connection if it has none.
	 * @param slot the slot
	 * @param route the route that was asked for
	 * @param state the state that was asked for
	 * @return the connection
	 */
	FakeConnection enter(Slot<FakeConnection> slot, String route, @Nullable Object state) {
		FakeConnection connection = slot.getItem();
		if (connection == null) {
			connection = open(route);
			slot.setItem(connection);
		}
		if (connection.hands().incrementAndGet() != 1) {
			violation("in two hands: " + connection);
		}
		if (connection.disposed() != null) {
			violation("handed out after disposal: " + connection);
		}
		if (!connection.route().equals(route)) {
			violation("handed out for route " + route + ": " + connection);
		}
		Object known = connection.state();
		if (known != null && !known.equals(state)) {
			violation("handed out for state " + state + " although of " + known + ": " + connection);
		}
		return connection;
	}

	private FakeConnection open(String route) {
		int total = this.live.incrementAndGet();
		int ofRoute = liveOfRoute(route).incrementAndGet();
		if (total > this.maxTotal) {
			violation("over the limit in total: " + total);
		}
		if (ofRoute > this.maxPerRoute) {
			violation("over the limit of route " + route + ": " + ofRoute);
		}
		return new FakeConnection(this.opened.incrementAndGet(), route);
	}

	/**
	 * Cease to use a slot, which has to be released next.
	 * @param slot the slot
	 * @param state the state that its connection has now
	 */
	void leave(Slot<FakeConnection> slot, @Nullable Object state) {
		FakeConnection connection = slot.getItem();
		if (connection == null) {
			return;
		}
		slot.setState(state);
		connection.state(state);
		connection.idleSinceNanos(this.clock.getAsLong());
		if (connection.hands().decrementAndGet() != 0) {
			violation("was in two hands: " + connection);
		}
	}

	/**
	 * Dispose of the connection of a slot in place of the admission.
	 * @param slot the slot, in use
	 */
	void disposeInUse(Slot<FakeConnection> slot) {
		FakeConnection connection = slot.getItem();
		if (connection != null) {
			leave(slot, null);
			dispose(connection, DisposeReason.NOT_REUSABLE);
			slot.setItem(null);
		}
	}

	@Override
	public void dispose(FakeConnection connection, DisposeReason reason) {
		this.beforeDisposal.accept(connection, reason);
		if (connection.hands().get() != 0) {
			violation("disposed of in use: " + connection);
		}
		if (connection.disposed() != null) {
			violation("disposed of twice: " + connection);
		}
		connection.disposed(reason);
		this.live.decrementAndGet();
		liveOfRoute(connection.route()).decrementAndGet();
	}

	@Override
	public long idleSinceNanos(FakeConnection connection) {
		return connection.idleSinceNanos();
	}

	/**
	 * Note that a promise was broken.
	 * @param what which one
	 */
	void violation(String what) {
		if (this.violations.size() < ENOUGH) {
			this.violations.add(what);
		}
	}

	List<String> violations() {
		return List.copyOf(this.violations);
	}

	boolean hasViolations() {
		return !this.violations.isEmpty();
	}

}
