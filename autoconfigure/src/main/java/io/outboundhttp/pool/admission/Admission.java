package io.outboundhttp.pool.admission;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admission to connections, and their hand-out. A caller gets a {@link Slot}: a permit
 * that may carry an idle connection. The limits per route and in total hold at every
 * instant, and who waits is served in order of arrival. Safe for use by several threads,
 * platform or virtual.
 *
 * @param <K> the type of a route
 * @param <I> the type of a connection
 * @since 0.1.0
 */
public final class Admission<K, I> {

	/*
	 * Idle slots without a state lie in a lock-free stack per route. Whatever has to be
	 * decided (capacity, waiters, eviction) is decided in serve(), by one thread at a
	 * time, and only while someone waits or capacity changes. Nobody parks for `lock` on
	 * the way of a lease: who does not get it leaves `signal` to its holder. Exceptions:
	 * the release of a slot with a state or while a limit is exceeded, and
	 * administration.
	 *
	 * Invariants
	 *
	 * 1. Limits: `allocated` of a route and `total` change only under the lock, and a
	 * permit is given back only after its connection was disposed of. So connections <=
	 * allocated <= limit, at every instant. (Until connections go, a lowered limit is
	 * exceeded; nothing new is granted meanwhile.)
	 *
	 * 2. One owner: a slot is in the hands of one caller, or in one node of a stack, or
	 * in a list guarded by the lock. Nodes are claimed once; see IdleStack.
	 *
	 * 3. Every event that can make a waiter servable is published before a drain(): a
	 * push, a freed permit, a moved permit, a raised limit, a purge, the cancel of an
	 * assigned wait.
	 *
	 * Why no wake-up is lost. All variables named here are volatile or changed by CAS, so
	 * they are sequentially consistent among themselves. Five pairs of "store, then load"
	 * hold it together; in each, at least one side sees the other:
	 *
	 * (1) release: push, then read `waiting`. Lessee: count `waiting`, publish itself,
	 * then look at the stack in serve().
	 *
	 * (2) Who fails to get the lock has set `signal` before. Its holder reads `signal`
	 * after it has unlocked.
	 *
	 * (3) serve: set `starved`, then look at all stacks again. release on another route:
	 * push, then read `starved`.
	 *
	 * (4) Waiter: set its thread, then read its status. Server: set its status, then read
	 * its thread.
	 *
	 * (5) purge: set `dead`, then read `waiting`. Lessee: count `waiting`, then read
	 * `dead`.
	 *
	 * Threads are woken and connections disposed of after the lock is given up: a woken
	 * thread may displace the one that woke it.
	 */

	private static final int PURGE_ROUTES_ABOVE = 1000;

	private static final Logger logger = LoggerFactory.getLogger(Admission.class);

	private final ReentrantLock lock = new ReentrantLock();

	/** Callers that begin to wait. */
	private final Queue<Waiter<I>> arrivals = new ConcurrentLinkedQueue<>();

	private final Permits<K, I> permits;

	private final Server<K, I> server;

	private final Disposer<I> disposer;

	private final LongSupplier clock;

	/** Something has changed since the holder of the lock looked. */
	private volatile boolean signal;

	/** A limit may be exceeded: slots that come back may have to go. */
	private volatile boolean trim;

	private volatile boolean closed;

	/**
	 * Create an admission.
	 * @param maxPerRoute limit of a route, positive
	 * @param maxTotal limit of all routes together, positive
	 * @param maxPending callers that may wait per route, negative for any number
	 * @param maxOfRoute gives the limit of a single route, negative for that of all;
	 * asked when a route is seen first, must be fast
	 * @param disposer disposes of connections
	 * @param clock monotonic clock in nanoseconds
	 */
	public Admission(int maxPerRoute, int maxTotal, int maxPending, ToIntFunction<? super K> maxOfRoute,
			Disposer<I> disposer, LongSupplier clock) {
		this.permits = new Permits<>(maxPerRoute, maxTotal, maxOfRoute, disposer);
		this.server = new Server<>(this.permits, maxPending);
		this.disposer = disposer;
		this.clock = clock;
	}

	/**
	 * Take an idle connection without a state, if there is one and nobody waits. Never
	 * blocks.
	 * @param key the route
	 * @return the slot, or {@code null}: then {@link #enqueue} may still get one at once
	 */
	public @Nullable Slot<I> tryTake(K key) {
		AdmissionRoute<K, I> route = this.permits.find(key);
		if (route == null || route.waiting.get() != 0 || this.server.isStarved() || this.closed) {
			return null;
		}
		return route.idle.pop();
	}

	/**
	 * Take a permit for a new connection, if one is free and nobody waits that it could
	 * serve. No idle connection makes room for it. Waits for others for a moment.
	 * @param key the route
	 * @return the slot, without a connection, or {@code null}
	 */
	public @Nullable Slot<I> tryOpen(K key) {
		this.lock.lock();
		try {
			this.permits.settle();
			return (this.closed || isWanted(key)) ? null : this.permits.open(key);
		}
		finally {
			this.lock.unlock();
			drain();
		}
	}

	/**
	 * Take the idle connection without a state that came back first, as {@link #tryTake}
	 * takes the one that came back last. Waits for others for a moment.
	 * @param key the route
	 * @return the slot or {@code null}
	 */
	public @Nullable Slot<I> tryTakeOldest(K key) {
		this.lock.lock();
		try {
			AdmissionRoute<K, I> route = this.permits.find(key);
			return (route == null || this.closed || isWanted(key)) ? null : route.idle.takeOldest();
		}
		finally {
			this.lock.unlock();
			drain();
		}
	}

	/**
	 * Return whether someone waits whom a permit of a route could serve.
	 * @param key the route
	 * @return whether someone waits for the route, or for room in the total
	 */
	public boolean isWanted(K key) {
		AdmissionRoute<K, I> route = this.permits.find(key);
		return this.server.isStarved() || (route != null && route.waiting.get() != 0);
	}

	/**
	 * Ask for a slot. If one can be had now, it is assigned when this method returns or
	 * soon after. Never blocks.
	 * @param key the route
	 * @param state the state that the connection must have, {@code null} for none
	 * @return the wait, to be ended by {@link Waiter#await} or {@link Waiter#cancel}
	 */
	public Waiter<I> enqueue(K key, @Nullable Object state) {
		AdmissionRoute<K, I> route = route(key);
		route.waiting.incrementAndGet();
		while (route.dead) {
			route.waiting.decrementAndGet();
			Thread.onSpinWait();
			route = route(key);
			route.waiting.incrementAndGet();
		}
		Waiter<I> waiter = new Waiter<>(this, route, state, nanos());
		this.arrivals.add(waiter);
		drain();
		return waiter;
	}

	private AdmissionRoute<K, I> route(K key) {
		AdmissionRoute<K, I> route = this.permits.find(key);
		if (route == null && this.permits.routeCount() > PURGE_ROUTES_ABOVE) {
			underLock(this.permits::purge);
		}
		return (route != null) ? route : this.permits.findOrAdd(key);
	}

	/**
	 * Give a slot back. Does not wait for other callers, except for a moment where the
	 * slot has a state or a limit is exceeded; disposes of the connection if it cannot be
	 * kept.
	 * @param slot the slot, which the caller must not touch any more
	 * @param reusable whether its connection may be used again
	 * @throws IllegalStateException if the slot is in nobody's hands
	 */
	public void release(Slot<I> slot, boolean reusable) {
		boolean keep = reusable && slot.getItem() != null;
		boolean direct = keep && !this.trim && !this.closed && slot.getState() == null;
		if (!slot.letGo()) {
			throw new IllegalStateException("Slot is in nobody's hands");
		}
		AdmissionRoute<?, I> route = slot.route();
		if (direct) {
			route.idle.push(slot);
			if (this.closed) {
				takeIf((item) -> true, DisposeReason.CLOSED);
			}
			else if (route.waiting.get() > 0 || this.server.isStarved()) {
				drain();
			}
		}
		else if (keep && putBackWithinLimits(slot)) {
			drain();
		}
		else {
			DisposeReason reason = this.closed ? DisposeReason.CLOSED : DisposeReason.EXCESS;
			scrap(slot, keep ? reason : DisposeReason.NOT_REUSABLE);
			drain();
		}
	}

	private boolean putBackWithinLimits(Slot<I> slot) {
		this.lock.lock();
		try {
			this.permits.settle();
			if (this.closed || this.permits.isExceeded(slot.route())) {
				return false;
			}
			slot.route().putBack(slot);
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Dispose of what a slot carries, then free its permit. Caller owns the slot and
	 * calls {@link #drain()} next.
	 */
	private void scrap(Slot<I> slot, DisposeReason reason) {
		takeEvicted(slot);
		I item = slot.getItem();
		if (item != null) {
			slot.setItem(null);
			slot.setState(null);
			dispose(item, reason);
		}
		this.permits.free(slot);
	}

	/**
	 * Dispose of the connection that had to make room for a slot. Called by the owner of
	 * the slot before it opens a connection.
	 * @param slot the slot
	 */
	void disposeEvicted(Slot<I> slot) {
		if (takeEvicted(slot)) {
			drain();
		}
	}

	private boolean takeEvicted(Slot<I> slot) {
		I evicted = slot.evicted();
		if (evicted == null) {
			return false;
		}
		AdmissionRoute<?, I> from = slot.evictedFrom();
		slot.setEvicted(null, null);
		dispose(evicted, DisposeReason.EVICTED);
		if (from != null) {
			this.permits.move(from);
		}
		return from != null;
	}

	private void dispose(I item, DisposeReason reason) {
		try {
			this.disposer.dispose(item, reason);
		}
		catch (RuntimeException | Error ex) {
			logger.warn("A connection could not be disposed of; its permit is free all the same", ex);
		}
	}

	/**
	 * Serve whom can be served, unless another thread is about to.
	 */
	void drain() {
		List<Slot<I>> toScrap = new ArrayList<>(0);
		do {
			toScrap.forEach((slot) -> scrap(slot, DisposeReason.NOT_REUSABLE));
			toScrap.clear();
			this.signal = true;
			while (this.signal && this.lock.tryLock()) {
				serveAndUnlock(toScrap);
			}
		}
		while (!toScrap.isEmpty());
	}

	/**
	 * Serve whom can be served now, after the thread that is about to, if there is one.
	 */
	void drainInTurn() {
		List<Slot<I>> toScrap = new ArrayList<>(0);
		this.lock.lock();
		serveAndUnlock(toScrap);
		toScrap.forEach((slot) -> scrap(slot, DisposeReason.NOT_REUSABLE));
		drain();
	}

	private void serveAndUnlock(List<Slot<I>> toScrap) {
		Server.Aftermath<I> aftermath;
		try {
			do {
				this.signal = false;
				this.server.serve(this.arrivals, this.closed);
			}
			while (this.signal);
		}
		finally {
			aftermath = this.server.takeAftermath();
			this.lock.unlock();
		}
		aftermath.toWake().forEach(LockSupport::unpark);
		toScrap.addAll(aftermath.toScrap());
	}

	void waiterLeft() {
		if (this.server.waiterLeft()) {
			drain();
		}
	}

	long nanos() {
		return this.clock.getAsLong();
	}

	/**
	 * Return the limit of all routes together.
	 * @return the limit
	 */
	public int getMaxTotal() {
		return this.permits.maxTotal();
	}

	/**
	 * Set the limit of all routes together. Callers that wait are served at once if it
	 * rises; idle connections above it are disposed of if it falls.
	 * @param maxTotal the limit, positive
	 */
	public void setMaxTotal(int maxTotal) {
		changeLimits(() -> this.permits.maxTotal(maxTotal));
	}

	/**
	 * Return the limit of a route without a limit of its own.
	 * @return the limit
	 */
	public int getMaxPerRoute() {
		return this.permits.maxPerRoute();
	}

	/**
	 * Set the limit of a route without a limit of its own, as {@link #setMaxTotal} does.
	 * @param maxPerRoute the limit, positive
	 */
	public void setMaxPerRoute(int maxPerRoute) {
		changeLimits(() -> this.permits.maxPerRoute(maxPerRoute));
	}

	/**
	 * Return the limit of a route.
	 * @param key the route
	 * @return its own limit or that of all routes
	 */
	public int getMaxPerRoute(K key) {
		return this.permits.limit(key);
	}

	/**
	 * Set the limit of a route, as {@link #setMaxTotal} does.
	 * @param key the route
	 * @param max the limit, zero or more; zero admits nobody
	 */
	public void setMaxPerRoute(K key, int max) {
		if (max < 0) {
			throw new IllegalArgumentException("max: %d (expected: >= 0)".formatted(max));
		}
		changeLimits(() -> this.permits.findOrAdd(key).max = max);
	}

	/**
	 * Ask for the limit of a route anew, as if it was seen first.
	 * @param key the route
	 */
	public void renewMaxPerRoute(K key) {
		changeLimits(() -> this.permits.renewLimit(key));
	}

	/**
	 * Set how many callers may wait per route. Those that wait already stay.
	 * @param maxPending the number, negative for any
	 */
	public void setMaxPending(int maxPending) {
		this.server.maxPending(maxPending);
	}

	private void changeLimits(Runnable change) {
		underLock(() -> {
			change.run();
			this.trim = true;
		});
		trim();
		drain();
	}

	/**
	 * Dispose of idle connections as long as a limit is exceeded.
	 */
	private void trim() {
		List<Slot<I>> taken = new ArrayList<>();
		underLock(() -> {
			this.permits.settle();
			int excess = this.permits.total() - this.permits.maxTotal();
			boolean exceeded = false;
			for (AdmissionRoute<K, I> route : this.permits.routes()) {
				int allocated = route.allocated;
				Slot<I> slot = null;
				while ((allocated > this.permits.limit(route) || excess > 0)
						&& (slot = route.takeEvictable()) != null) {
					slot.letGo();
					taken.add(slot);
					allocated--;
					excess--;
				}
				exceeded |= allocated > this.permits.limit(route);
			}
			this.trim = exceeded || excess > 0;
		});
		taken.forEach((slot) -> scrap(slot, DisposeReason.EXCESS));
	}

	/**
	 * Dispose of the idle connections that a filter accepts, and forget routes that
	 * nobody uses. Connections are disposed of on this thread.
	 * @param filter accepts connections; it may be shown one that another thread uses
	 * already, and must only read
	 * @return how many there were
	 */
	public int sweep(Predicate<? super I> filter) {
		int swept = takeIf(filter, DisposeReason.SWEPT);
		if (this.trim) {
			trim();
		}
		underLock(this.permits::purge);
		drain();
		return swept;
	}

	private int takeIf(Predicate<? super I> filter, DisposeReason reason) {
		List<Slot<I>> taken = new ArrayList<>();
		Predicate<Slot<I>> slotFilter = (slot) -> {
			I item = slot.getItem();
			return item != null && filter.test(item);
		};
		underLock(() -> {
			for (AdmissionRoute<K, I> route : this.permits.routes()) {
				for (Iterator<Slot<I>> slots = route.stateful.iterator(); slots.hasNext();) {
					Slot<I> slot = slots.next();
					if (slotFilter.test(slot)) {
						slots.remove();
						taken.add(slot);
					}
				}
				route.idle.takeIf(slotFilter, (slot) -> {
					slot.letGo();
					taken.add(slot);
				});
			}
		});
		taken.forEach((slot) -> scrap(slot, reason));
		drain();
		return taken.size();
	}

	/**
	 * Refuse everyone from now on: callers that wait are told at once, idle connections
	 * are disposed of now, others when they come back.
	 */
	public void close() {
		this.closed = true;
		takeIf((item) -> true, DisposeReason.CLOSED);
	}

	/**
	 * Return whether this admission is closed.
	 * @return whether it is closed
	 */
	public boolean isClosed() {
		return this.closed;
	}

	/**
	 * Return the routes that are known now.
	 * @return a copy
	 */
	public Set<K> getRoutes() {
		return this.permits.routes().stream().map((route) -> route.key).collect(Collectors.toUnmodifiableSet());
	}

	/**
	 * Return whether a limit is reached that holds for a route. Takes no lock, so it may
	 * be a moment behind.
	 * @param key the route
	 * @return whether nobody is admitted to the route until someone else leaves
	 */
	public boolean isFull(K key) {
		AdmissionRoute<K, I> route = this.permits.find(key);
		return route != null && this.permits.isFull(route);
	}

	/**
	 * Return how many callers wait for a route. Takes no lock.
	 * @param key the route
	 * @return the callers, those included that are about to be served
	 */
	public int getPending(K key) {
		AdmissionRoute<K, I> route = this.permits.find(key);
		return (route != null) ? Math.max(0, route.waiting.get()) : 0;
	}

	/**
	 * Read one route. Takes the lock for a moment.
	 * @param key the route
	 * @return the reading, empty for a route that is not known
	 */
	public Occupancy read(K key) {
		AdmissionRoute<K, I> route = this.permits.find(key);
		if (route == null) {
			return new Occupancy(0, 0, 0, 0, getMaxPerRoute(key));
		}
		this.lock.lock();
		try {
			this.permits.settle();
			return read(route);
		}
		finally {
			this.lock.unlock();
			drain();
		}
	}

	/**
	 * Read all routes together. Takes the lock for a moment.
	 * @return the reading
	 */
	public Occupancy read() {
		int available = 0;
		int pending = 0;
		long oldestWaitNanos = 0;
		this.lock.lock();
		try {
			this.permits.settle();
			for (AdmissionRoute<K, I> route : this.permits.routes()) {
				Occupancy reading = read(route);
				available += reading.available();
				pending += reading.pending();
				oldestWaitNanos = Math.max(oldestWaitNanos, reading.oldestWaitNanos());
			}
			return new Occupancy(Math.max(0, this.permits.total() - available), available, pending, oldestWaitNanos,
					this.permits.maxTotal());
		}
		finally {
			this.lock.unlock();
			drain();
		}
	}

	/**
	 * Read each route. Takes the lock for a moment, once for all routes, so that the
	 * readings are of the same instant. What is evicted from a route for another one
	 * counts for both until it is disposed of.
	 * @return the readings by route
	 */
	public Map<K, Occupancy> readRoutes() {
		Map<K, Occupancy> readings = new HashMap<>();
		this.lock.lock();
		try {
			this.permits.settle();
			for (AdmissionRoute<K, I> route : this.permits.routes()) {
				readings.put(route.key, read(route));
			}
			return readings;
		}
		finally {
			this.lock.unlock();
			drain();
		}
	}

	private Occupancy read(AdmissionRoute<K, I> route) {
		int available = route.idleCount();
		Waiter<I> first = route.firstWaiter();
		long oldestWaitNanos = (first != null) ? Math.max(0, nanos() - first.sinceNanos()) : 0;
		return new Occupancy(Math.max(0, route.allocated - available), available, Math.max(0, route.waiting.get()),
				oldestWaitNanos, this.permits.limit(route));
	}

	private void underLock(Runnable action) {
		this.lock.lock();
		try {
			action.run();
		}
		finally {
			this.lock.unlock();
		}
	}

}
