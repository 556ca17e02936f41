package io.outboundhttp.pool;

import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.pool.TrackedLease.TakeReason;
import io.outboundhttp.pool.admission.Admission;
import io.outboundhttp.pool.admission.DisposeReason;
import io.outboundhttp.pool.admission.Slot;
import io.outboundhttp.pool.connect.NameResolver;
import io.outboundhttp.pool.connect.PenaltyBox;
import io.outboundhttp.pool.egress.EgressDenial;
import io.outboundhttp.pool.egress.EgressMode;

/**
 * One client's pool of connections. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class ConnectionPool {

	/*
	 * Who does what: `admission` decides who gets a connection and keeps the idle ones,
	 * `connections` opens, checks and closes them, a TrackedLease is one of them in the
	 * hands of a caller, `leaks` finds the leases that will not come back. Each guards
	 * itself. `warmUp` keeps connections ready that nobody has asked for. Here, `closed`
	 * goes from false to true once; settings and what is made of them are replaced as a
	 * whole by one thread, and read by all.
	 *
	 * An idle connection lies in a slot of the admission and keeps its place in
	 * HttpClient's own pool, which therefore sees it as leased. That pool never makes
	 * anyone wait; it connects, and it referees: see Generation.
	 */

	private final String name;

	private volatile PoolSettings settings;

	private final PoolSupport support;

	private final PoolMessages messages;

	private final Admission<HttpRoute, PooledConnection> admission;

	private final Connections connections;

	private final LeakDetector leaks;

	private final WarmUp warmUp;

	private final PoolReader reader;

	private final Limits limits;

	private final Starvation starvation = new Starvation();

	private final CallCounts calls = new CallCounts();

	private final UsageRecorder usage;

	private volatile Drain drain;

	private volatile long sweepNanos;

	private final AtomicBoolean closed = new AtomicBoolean();

	ConnectionPool(String name, PoolSettings settings, PoolingHttpClientConnectionManager manager,
			PoolSupport support) {
		this.name = name;
		this.settings = settings;
		this.support = support;
		this.messages = new PoolMessages(name);
		this.connections = new Connections(this, manager, support.listener());
		this.admission = new Admission<>(manager.getDefaultMaxPerRoute(), manager.getMaxTotal(),
				settings.getMaxPending(), this::override, this.connections, support.timeSource()::nanos);
		this.warmUp = new WarmUp(this, support.warmUps());
		this.leaks = new LeakDetector(this);
		this.reader = new PoolReader(this, this.calls, this.starvation);
		this.limits = new Limits(new PoolLimits(manager.getMaxTotal(), manager.getDefaultMaxPerRoute()),
				this.admission);
		this.usage = new UsageRecorder(this);
		this.drain = new Drain(settings, support.timeSource());
		this.sweepNanos = sweepNanos(settings);
	}

	private long sweepNanos(PoolSettings settings) {
		long latency = this.leaks.isEnabled() ? LeakDetector.LATENCY.toNanos() : Long.MAX_VALUE;
		return Math.min(settings.getEvictInterval().toNanos(), Math.min(latency, this.leaks.sweepNanos()));
	}

	private int override(HttpRoute route) {
		Integer max = this.settings.getMaxPerRouteOverrides().get(Routes.host(route));
		return (max != null) ? max : -1;
	}

	/**
	 * Return the name of the pool: the client's name, or that name and a number for a
	 * pool that is kept apart.
	 * @return the name
	 */
	public String getName() {
		return this.name;
	}

	/**
	 * Return the settings of the pool.
	 * @return the settings
	 */
	public PoolSettings getSettings() {
		return this.settings;
	}

	// Leases

	/**
	 * Hand a connection to a caller.
	 * @param slot slot of the caller, which is given back if this method fails
	 * @param id identifier of the exchange
	 * @param route the route
	 * @param state the state asked for, {@code null} for none
	 * @param thread the caller
	 * @param startNanos when the caller asked
	 * @param nowNanos the current reading of the clock
	 * @return what the caller holds from now on
	 * @throws TimeoutException if HttpClient's pool has no place for a connection
	 * @throws ExecutionException if HttpClient's pool has failed
	 */
	LeasedEndpoint lease(Slot<PooledConnection> slot, String id, HttpRoute route, @Nullable Object state,
			ThreadCalls thread, long startNanos, long nowNanos) throws TimeoutException, ExecutionException {
		boolean fresh = thread.current().isFresh();
		Slot<PooledConnection> usable = usable(slot, route, state, nowNanos, fresh);
		PooledConnection connection = usable.getItem();
		boolean done = false;
		try {
			if (connection == null) {
				connection = create(id, route);
				usable.setItem(connection);
			}
			else {
				connection.activate();
			}
			CallContext call = thread.current();
			OuterCall outerCall = call.outerCall();
			TrackedLease earlier = (outerCall != null) ? SupersededResponses.open(outerCall.latest()) : null;
			LeasedEndpoint endpoint = new LeasedEndpoint(queue(), this, usable, connection, call, thread,
					this.leaks.stacks().sample(route, earlier != null, nowNanos), nowNanos);
			TrackedLease lease = endpoint.lease();
			connection.lease(lease);
			CallDeadline deadline = call.deadline();
			if (deadline != null) {
				deadline.leased(lease);
			}
			if (outerCall != null) {
				lease.earlier(earlier);
				outerCall.latest(lease);
			}
			done = true;
			this.usage.acquired(nowNanos - startNanos);
			this.support.listener().leaseAcquired(lease, nowNanos - startNanos);
			if (this.closed.get()) {
				lease.take(TakeReason.SHUTDOWN);
			}
			return endpoint;
		}
		finally {
			if (!done) {
				this.admission.release(usable, false);
			}
		}
	}

	PooledConnection create(String id, HttpRoute route) throws TimeoutException, ExecutionException {
		PoolLimits highest = this.limits.highest();
		int max = this.admission.getMaxPerRoute(route);
		PooledConnection connection = this.connections.create(id, route,
				(override(route) < 0) ? Math.max(max, highest.maxPerRoute()) : max, highest.maxTotal());
		this.support.wakeWithin(this.sweepNanos);
		return connection;
	}

	private @Nullable ReferenceQueue<? super LeasedEndpoint> queue() {
		return this.leaks.isEnabled() ? this.support.unreachable() : null;
	}

	/**
	 * Return a slot whose connection may be used: the given one, another one if its
	 * connection may not, or the given one without a connection. Who needs a fresh
	 * connection gives up the one that it was handed: where one was stale, others are.
	 */
	private Slot<PooledConnection> usable(Slot<PooledConnection> slot, HttpRoute route, @Nullable Object state,
			long nowNanos, boolean fresh) {
		Slot<PooledConnection> candidate = slot;
		boolean done = false;
		try {
			PooledConnection connection = candidate.getItem();
			CloseReason reason = null;
			while (connection != null
					&& (reason = fresh ? CloseReason.STALE : this.connections.unusable(connection, nowNanos)) != null) {
				connection.closeReason(reason);
				if (reason == CloseReason.STALE && !fresh) {
					connection.reuseAge().failed(nowNanos - connection.idleSinceNanos(), nowNanos);
				}
				Slot<PooledConnection> other = (state == null && !fresh) ? this.admission.tryTake(route) : null;
				if (other == null) {
					candidate.setItem(null);
					candidate.setState(null);
					this.connections.dispose(connection, DisposeReason.SWEPT);
					break;
				}
				this.admission.release(candidate, false);
				candidate = other;
				connection = candidate.getItem();
			}
			done = true;
			return candidate;
		}
		finally {
			if (!done) {
				this.admission.release(candidate, false);
			}
		}
	}

	/**
	 * Take a connection back that may be used again.
	 * @param lease its lease, which has ended
	 * @param keepAlive for how long it may be kept, negative for any time
	 */
	void giveBack(TrackedLease lease, TimeValue keepAlive) {
		long nowNanos = nanos();
		PooledConnection connection = lease.connection();
		boolean current = this.connections.isCurrent(connection);
		if (!current) {
			connection.closeReason(CloseReason.SHUTDOWN);
		}
		else if (connection.isRetired()) {
			connection.closeReason(CloseReason.EXPIRED);
		}
		giveBack(lease, connection.passivate(keepAlive, nowNanos) && current && !connection.isRetired());
		ended(lease, nowNanos);
	}

	/**
	 * Take a connection back that must not be used again.
	 * @param lease its lease, which has ended
	 * @param reason why its connection is closed
	 */
	void giveBack(TrackedLease lease, CloseReason reason) {
		long nowNanos = nanos();
		lease.connection().closeReason(reason);
		boolean background = lease.isTakenInBackground();
		if (background) {
			lease.connection().closedInBackground();
		}
		giveBack(lease, false);
		if (background) {
			later(() -> ended(lease, nowNanos));
		}
		else {
			ended(lease, nowNanos);
		}
	}

	private void giveBack(TrackedLease lease, boolean reusable) {
		lease.connection().lease(null);
		SupersededResponses.ended(lease, this.leaks);
		this.admission.release(lease.slot(), reusable);
	}

	private void ended(TrackedLease lease, long nowNanos) {
		if (lease.isWarmUp()) {
			return;
		}
		this.usage.released(nowNanos - lease.sinceNanos());
		CallDeadline deadline = lease.call().deadline();
		if (deadline != null) {
			deadline.leaseEnded(lease);
		}
		if (lease.clearSuspicion() && !lease.isTaken()) {
			this.support.listener().leakCleared(lease);
		}
		this.support.listener().leaseReleased(lease, nowNanos - lease.sinceNanos());
	}

	/**
	 * Note that a request is sent again.
	 * @param reason why
	 */
	public void retried(RetryReason reason) {
		this.calls.retried(reason);
		this.support.listener().requestRetried(this, reason);
	}

	/**
	 * Note that a request is not sent again, although a failure calls for it.
	 * @param reason why not
	 */
	public void retryDenied(RetryDenial reason) {
		this.calls.denied(reason);
		this.support.listener().retryDenied(this, reason);
	}

	/**
	 * Return what the caller of a response is told that is too large.
	 * @param call the exchange
	 * @param route its route
	 * @param maxBytes the limit
	 * @return the text
	 */
	public String tooLarge(CallContext call, HttpRoute route, long maxBytes) {
		return this.messages.tooLarge(call, route, maxBytes);
	}

	/**
	 * Note that the egress policy denies a target.
	 * @param denial why
	 * @param mode what becomes of it
	 */
	void egressDenied(EgressDenial denial, EgressMode mode) {
		this.calls.egressDenied(mode);
		this.support.listener().egressDenied(this, denial, mode);
	}

	void callTimedOut(CallPhase phase) {
		this.calls.timedOut(phase);
		this.support.listener().callTimedOut(this, phase);
	}

	/**
	 * Do what can be done before a caller has to wait.
	 * @param thread the caller
	 */
	void beforeWaiting(ThreadCalls thread) {
		this.warmUp.giveWay();
		if (this.leaks.isEnabled()) {
			SupersededResponses.release(thread, this.leaks);
		}
	}

	/**
	 * Return how many connections of a route are wanted now, by those who have one and
	 * those who wait.
	 * @param route the route, which has reached a limit
	 */
	int wanted(HttpRoute route) {
		return this.usage.wanted(route);
	}

	/**
	 * Return what a caller is told that gets no connection.
	 */
	PoolExhaustedException exhausted(HttpRoute route, ThreadCalls thread, long startNanos, boolean isRejected) {
		PoolReader.Shortage shortage = this.reader.shortage(route, thread);
		if (isRejected) {
			this.calls.rejected();
			this.usage.rejected();
			this.support.listener().leaseRejected(this, route);
			return this.messages.queueFull(shortage.route(), shortage.oldest(), this.settings.getMaxPending());
		}
		long waitedNanos = nanos() - startNanos;
		this.calls.notServed();
		this.usage.leftWithout(waitedNanos);
		this.support.listener().leaseTimedOut(this, route, waitedNanos);
		return this.messages.exhausted(shortage.route(), shortage.oldest(), waitedNanos / 1_000_000);
	}

	/**
	 * Note that a caller gave up waiting.
	 * @param route its route
	 * @param startNanos when it asked
	 */
	void cancelled(HttpRoute route, long startNanos) {
		long waitedNanos = nanos() - startNanos;
		this.usage.leftWithout(waitedNanos);
		this.support.listener().leaseCancelled(this, route, waitedNanos);
	}

	/**
	 * Note that a call timed out while its caller waited. Listeners hear of it as the end
	 * of a call.
	 * @param startNanos when it asked
	 */
	void gaveUp(long startNanos) {
		this.usage.leftWithout(nanos() - startNanos);
	}

	// Warm-up

	/**
	 * Open as many connections of a route as the settings want to be idle, and keep that
	 * number ready from then on. A caller never waits for it: it takes only places that
	 * nobody needs. Returns at once; the work is done on other threads.
	 * @param route route of the connections; one that needs a tunnel cannot be kept ready
	 * @param opener opens one by {@link #openIdle}
	 * @param limit the time that the first connections may take
	 * @return completed when that is over, whatever came of it
	 */
	public CompletableFuture<Void> warmUp(HttpRoute route, ConnectionOpener opener, Duration limit) {
		CompletableFuture<Void> done = this.warmUp.start(route, opener, limit);
		this.support.wakeWithin(0);
		return done;
	}

	/**
	 * Open a connection that nobody has asked for, and let it lie idle. It is no lease:
	 * no listener hears of one.
	 * @param route its route
	 * @param context context of the exchange that stands for it
	 * @param limit the time that it may take, {@code null} for the connect timeout
	 * @return whether it was opened; if not, there was no room, or a caller needed it
	 * @throws IOException if it could not be opened, or the route needs a tunnel
	 */
	public boolean openIdle(HttpRoute route, HttpContext context, @Nullable TimeValue limit) throws IOException {
		if (route.isTunnelled()) {
			throw new IOException("a proxy opens it by CONNECT");
		}
		return this.warmUp.open(route, context, limit);
	}

	// Reading

	/**
	 * Read the pool. Takes the pool's lock for a moment, once for the totals and once for
	 * each route.
	 * @return the reading
	 */
	public PoolSnapshot snapshot() {
		return this.reader.snapshot();
	}

	/**
	 * Read the figures of the pool. Takes the pool's lock for a moment, whatever the
	 * number of its routes and connections.
	 * @return the reading
	 */
	public PoolFigures figures() {
		return this.reader.figures();
	}

	/**
	 * Read the figures of each route. Takes the pool's lock for a moment, once for all
	 * routes, so that they are of the same instant.
	 * @return one reading per route with connections or waiting callers
	 */
	public List<PoolFigures.Route> routeFigures() {
		return this.reader.routeFigures();
	}

	/**
	 * Read what the callers of the pool do. Takes the pool's lock for a moment, and time
	 * in proportion to the number of its connections.
	 * @return the reading
	 */
	public PoolUsage usage() {
		return this.usage.read();
	}

	PoolReader reader() {
		return this.reader;
	}

	/**
	 * Return whether the pool is closed. A closed pool gives no connection any more.
	 * @return whether the pool is closed
	 */
	public boolean isClosed() {
		return this.closed.get();
	}

	// Changing

	/**
	 * Close the connections that are idle for at least the given time.
	 * @param idleTime the idle time, zero for all idle connections
	 * @return how many there were
	 */
	public int closeIdle(Duration idleTime) {
		long nowNanos = nanos();
		long idleNanos = idleTime.toNanos();
		return this.admission.sweep((connection) -> nowNanos - connection.idleSinceNanos() >= idleNanos);
	}

	/**
	 * Close the idle connections whose life time or keep-alive time has ended.
	 * @return how many there were
	 */
	public int closeExpired() {
		long nowNanos = nanos();
		return this.admission.sweep((connection) -> connection.isExpired(nowNanos));
	}

	/**
	 * Use no connection again that is open now: those in use are closed when they come
	 * back, idle ones with the next sweep or {@link #closeIdle}. No call is disturbed.
	 * @return how many are in use
	 */
	public int retireAll() {
		int leased = 0;
		for (PooledConnection connection : this.connections.all()) {
			connection.retire();
			leased += (connection.lease() != null) ? 1 : 0;
		}
		return leased;
	}

	/**
	 * Take back the connections of all leases that are suspected to be leaked. Their
	 * callers get a {@link io.outboundhttp.LeaseReclaimedException}.
	 * @return how many there were
	 */
	public int reclaimSuspected() {
		return this.leaks.reclaimSuspected();
	}

	/**
	 * Put another connection manager behind the pool, with other timeouts or another SSL
	 * context. Callers notice nothing: leased connections go on, and are closed when they
	 * come back; the connection manager is closed with the last of them.
	 * @param manager the connection manager, owned by the pool from now on
	 */
	public void replaceManager(PoolingHttpClientConnectionManager manager) {
		this.connections.replace(manager);
		this.admission.sweep((connection) -> !this.connections.isCurrent(connection));
	}

	/**
	 * Go on with other settings. They hold from the next lease or sweep on; connections
	 * that are open keep their end of life. Not to be called by two threads at once.
	 * @param settings the settings
	 */
	public void apply(PoolSettings settings) {
		Map<HttpHost, Integer> overridesBefore = this.settings.getMaxPerRouteOverrides();
		this.settings = settings;
		this.connections.apply(settings);
		this.leaks.apply(settings.getLeakDetection());
		this.drain = new Drain(settings, this.support.timeSource());
		this.sweepNanos = sweepNanos(settings);
		this.admission.setMaxPending(settings.getMaxPending());
		for (HttpRoute route : this.admission.getRoutes()) {
			HttpHost host = Routes.host(route);
			if (!Objects.equals(overridesBefore.get(host), settings.getMaxPerRouteOverrides().get(host))) {
				this.admission.renewMaxPerRoute(route);
			}
		}
		this.support.wakeWithin(0);
	}

	/**
	 * Return the limits that are configured. They hold unless there is an override.
	 * @return the limits
	 */
	public PoolLimits getConfiguredLimits() {
		return this.limits.configured();
	}

	/**
	 * Return the limits that hold now.
	 * @return the limits
	 */
	public PoolLimits getLimits() {
		return this.limits.effective();
	}

	/**
	 * Return what an operator has set for a while.
	 * @return the override, {@code null} if the configured limits hold
	 */
	public @Nullable LimitOverride getOverride() {
		return this.limits.override();
	}

	/**
	 * Change the limits that are configured. Callers that wait are served at once if one
	 * rises; idle connections above are closed if one falls, those in use when they come
	 * back. As long as there is an override, it goes on.
	 * @param change gives the new limits for the former ones; must be fast
	 */
	public void configureLimits(UnaryOperator<PoolLimits> change) {
		this.limits.configure(change);
	}

	/**
	 * Set other limits for a while, as {@link #configureLimits} does. They replace those
	 * of an earlier call; the configured limits of that moment follow when the time is
	 * over.
	 * @param change gives the limits for those that hold until now; must be fast; what it
	 * throws is thrown, and nothing has changed
	 * @param by who changes them
	 * @param until when they end, as it is told
	 * @param duration for how long, positive
	 * @return what has changed
	 */
	public LimitsChange override(UnaryOperator<PoolLimits> change, String by, Instant until, Duration duration) {
		LimitsChange changed = this.limits.override(change, by, until, duration, nanos());
		this.support.wakeWithin(duration.toNanos());
		return changed;
	}

	/**
	 * Let the configured limits hold again if those of an operator have ended.
	 * @param nowNanos the current reading of the clock
	 * @return nanoseconds until the next look, the largest value for none
	 */
	long revertLimits(long nowNanos) {
		LimitOverride ended = this.limits.revert(nowNanos);
		if (ended != null) {
			this.support.listener().limitsReverted(this, ended);
		}
		return this.limits.remainingNanos(nowNanos);
	}

	/**
	 * Change the configured limit of all connections.
	 * @param max the limit, positive
	 */
	void setMaxTotal(int max) {
		configureLimits((limits) -> new PoolLimits(max, limits.maxPerRoute()));
	}

	/**
	 * Change the configured limit of a route without a limit of its own.
	 * @param max the limit, positive
	 */
	void setMaxPerRoute(int max) {
		configureLimits((limits) -> new PoolLimits(limits.maxTotal(), max));
	}

	/**
	 * Return the limit of a route.
	 * @param route the route, not necessarily in use
	 * @return the limit
	 */
	public int getMaxPerRoute(HttpRoute route) {
		return this.admission.getMaxPerRoute(route);
	}

	/**
	 * Close what is idle too long, expired, or opened by a replaced connection manager.
	 * @param nowNanos the current reading of the clock
	 */
	void evict(long nowNanos) {
		this.warmUp.mark();
		RetiredAddresses.find(this);
		this.admission.sweep((connection) -> this.connections.worn(connection, nowNanos) != null);
	}

	/**
	 * Look whether callers wait and none is served, and how many connections are wanted.
	 * @param nowNanos the current reading of the clock
	 */
	void observeWaiting(long nowNanos) {
		this.starvation.observe(this.admission.read().pending(), nowNanos);
		this.usage.observe(nowNanos);
	}

	/**
	 * Note the end of a wait.
	 * @param wanted what {@link #wanted} gave when it began, zero if there was no wait
	 * @param startNanos when the caller asked
	 */
	void waited(int wanted, long startNanos) {
		if (wanted > 0) {
			this.usage.waited(wanted, nanos() - startNanos);
		}
	}

	/**
	 * Note that a caller that had to wait was served.
	 */
	void waiterServed() {
		this.starvation.served();
	}

	void announceOpened() {
		this.support.listener().poolOpened(this);
	}

	/**
	 * Give no more connections: callers that wait are told at once, idle connections are
	 * closed. Those in use go on.
	 */
	void refuse() {
		this.admission.close();
		this.warmUp.close();
	}

	void close() {
		if (this.closed.compareAndSet(false, true)) {
			refuse();
			for (PooledConnection connection : this.connections.all()) {
				TrackedLease lease = connection.lease();
				if (lease != null) {
					lease.take(TakeReason.SHUTDOWN);
				}
			}
			this.connections.close();
			this.support.listener().poolClosed(this);
		}
	}

	/**
	 * Return the reading of the clock that all times of the pool are taken from.
	 * @return nanoseconds since an arbitrary origin
	 */
	public long nanos() {
		return this.support.timeSource().nanos();
	}

	Admission<HttpRoute, PooledConnection> admission() {
		return this.admission;
	}

	Connections connections() {
		return this.connections;
	}

	WarmUp warmUp() {
		return this.warmUp;
	}

	LeakDetector leaks() {
		return this.leaks;
	}

	PoolListener listener() {
		return this.support.listener();
	}

	PoolMessages messages() {
		return this.messages;
	}

	Clock clock() {
		return this.support.clock();
	}

	NameResolver names() {
		return this.support.names();
	}

	PenaltyBox penalties() {
		return this.support.penalties();
	}

	Drain drain() {
		return this.drain;
	}

	Calls calls() {
		return this.support.calls();
	}

	/**
	 * Tell listeners later, on the upkeep thread.
	 * @param event tells them
	 */
	void later(Runnable event) {
		this.support.later(event);
	}

}
