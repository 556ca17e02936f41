package io.outboundhttp.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;

import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.pool.FuzzedPool.Waiting;
import io.outboundhttp.pool.TrackedLease.TakeReason;
import io.outboundhttp.pool.admission.Slot;
import io.outboundhttp.pool.admission.Waiter;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Random steps of the callers of a {@link FuzzedPool}, of its owner and of the world.
 */
final class FuzzSteps {

	private static final List<String> STATES = List.of("alice", "bob");

	private final List<Step> steps = new ArrayList<>();

	private final FuzzedPool fuzzed;

	private final Random random;

	FuzzSteps(FuzzedPool fuzzed, Random random) {
		this.fuzzed = fuzzed;
		this.random = random;
		add(200, this::lease);
		add(50, this::enqueue);
		add(80, this::takeAssigned);
		add(20, this::openIdle);
		add(20, this::cancelWait);
		add(150, this::connect);
		add(140, this::execute);
		add(180, this::release);
		add(30, this::closeEndpoint);
		add(30, this::abort);
		add(20, this::take);
		add(30, this::touchEnded);
		add(15, this::loseIdle);
		add(2, this::breakClose);
		add(15, this::changeLimit);
		add(15, this::sweep);
		add(2, this::replaceManager);
		add(20, this::turnClock);
	}

	private void add(int weight, Step step) {
		this.steps.addAll(Collections.nCopies(weight, step));
	}

	/**
	 * Take a step.
	 * @return what it did
	 */
	String step() throws Exception {
		return this.steps.get(this.random.nextInt(this.steps.size())).take();
	}

	private <T> @Nullable T any(List<T> list) {
		return list.isEmpty() ? null : list.get(this.random.nextInt(list.size()));
	}

	private HttpRoute anyRoute() {
		return FuzzedPool.ROUTES.get(this.random.nextInt(FuzzedPool.ROUTES.size()));
	}

	private @Nullable Object anyState() {
		return (this.random.nextInt(4) == 0) ? any(STATES) : null;
	}

	// Getting

	private String lease() throws Exception {
		HttpRoute route = anyRoute();
		Object state = anyState();
		String step = "lease " + route.getTargetHost() + " for " + state;
		boolean free = this.fuzzed.isServable(route) && this.fuzzed.waiting.stream().noneMatch(Waiting::isWaiting);
		try {
			LeasedEndpoint endpoint = (LeasedEndpoint) this.fuzzed.manager.lease("x", route, Timeout.DISABLED, state)
				.get(Timeout.ZERO_MILLISECONDS);
			this.fuzzed.hold(endpoint, state);
			return step + " = " + FuzzedPool.name(endpoint);
		}
		catch (TimeoutException ex) {
			if (free) {
				throw new AssertionError("refused although there is room: " + step, ex);
			}
			return step + " timed out";
		}
	}

	private String openIdle() {
		HttpRoute route = anyRoute();
		String step = "open an idle connection of " + route.getTargetHost();
		boolean open;
		try {
			open = this.fuzzed.pool.openIdle(route, HttpClientContext.create(), null);
		}
		catch (IOException ex) {
			return step + " failed";
		}
		return step + (open ? "" : " found no room");
	}

	private String enqueue() {
		if (this.fuzzed.waiting.size() > 6) {
			return "nothing";
		}
		HttpRoute route = anyRoute();
		Object state = anyState();
		Waiting newcomer = new Waiting(route, state, this.fuzzed.pool.admission().enqueue(route, state));
		if (newcomer.waiter().status() == Waiter.Status.REJECTED) {
			long before = this.fuzzed.waiting.stream()
				.filter((other) -> other.isWaiting() && other.route() == route)
				.count();
			if (before < FuzzedPool.MAX_PENDING) {
				throw new AssertionError("turned away although only " + before + " wait");
			}
			return "turned away from " + route.getTargetHost();
		}
		this.fuzzed.waiting.add(newcomer);
		return "enqueue " + route.getTargetHost() + " for " + state + ": " + newcomer.waiter().status();
	}

	private String takeAssigned() throws Exception {
		for (Waiting candidate : this.fuzzed.waiting) {
			if (candidate.isAssigned()) {
				this.fuzzed.waiting.remove(candidate);
				Slot<PooledConnection> slot = candidate.waiter().await(0);
				if (slot == null) {
					throw new AssertionError("assigned slot is gone: " + candidate.waiter().status());
				}
				long now = this.fuzzed.time.nanos();
				LeasedEndpoint endpoint = this.fuzzed.pool.lease(slot, "x", candidate.route(), candidate.state(),
						this.fuzzed.calls.current(), now, now);
				this.fuzzed.hold(endpoint, candidate.state());
				return "take assigned = " + FuzzedPool.name(endpoint);
			}
		}
		return "nothing";
	}

	private String cancelWait() {
		Waiting candidate = any(this.fuzzed.waiting);
		if (candidate == null) {
			return "nothing";
		}
		this.fuzzed.waiting.remove(candidate);
		if (!candidate.waiter().cancel()) {
			throw new AssertionError("cannot be cancelled: " + candidate.waiter().status());
		}
		return "cancel wait for " + candidate.route().getTargetHost();
	}

	// Using

	private String connect() {
		LeasedEndpoint endpoint = any(this.fuzzed.held);
		if (endpoint == null || endpoint.isConnected()) {
			return "nothing";
		}
		String step = "connect " + FuzzedPool.name(endpoint);
		int choice = this.random.nextInt(10);
		if (choice == 0) {
			this.fuzzed.wire.refuse();
			step += ", refused";
		}
		else if (choice == 1) {
			this.fuzzed.wire.duringResolution(() -> disturb(endpoint));
			step += ", disturbed before there is a socket";
		}
		else if (choice == 2) {
			this.fuzzed.wire.duringConnect(() -> disturb(endpoint));
			step += ", disturbed when there is a socket";
		}
		try {
			this.fuzzed.manager.connect(endpoint, null, HttpClientContext.create());
			if (!endpoint.isConnected()) {
				throw new AssertionError("not connected: " + step);
			}
			return step;
		}
		catch (IOException ex) {
			if (choice > 2) {
				throw new AssertionError(step, ex);
			}
			this.fuzzed.forgetEnded();
			return step + ": " + ex;
		}
	}

	private void disturb(LeasedEndpoint endpoint) {
		switch (this.random.nextInt(4)) {
			case 0 -> endpoint.lease().take(TakeReason.BY_HAND);
			case 1 -> endpoint.close(CloseMode.IMMEDIATE);
			case 2 -> this.fuzzed.manager.release(endpoint, null, TimeValue.ZERO_MILLISECONDS);
			default -> {
				endpoint.close(CloseMode.IMMEDIATE);
				this.fuzzed.manager.release(endpoint, null, TimeValue.ZERO_MILLISECONDS);
				endpoint.lease().take(TakeReason.OVERDUE);
			}
		}
	}

	private String execute() throws HttpException {
		LeasedEndpoint endpoint = any(this.fuzzed.held);
		if (endpoint == null || !endpoint.isConnected()) {
			return "nothing";
		}
		String step = "execute on " + FuzzedPool.name(endpoint);
		int choice = this.random.nextInt(12);
		boolean taken = false;
		try {
			endpoint.execute("x", new BasicClassicHttpRequest("GET", "/"), (request, connection, context) -> {
				StubWire.Connection stub = (StubWire.Connection) connection;
				Object user = this.fuzzed.users.getOrDefault(endpoint, "nobody");
				if (!stub.isOpen()) {
					throw new AssertionError("request of " + user + " on a connection that is not open");
				}
				stub.user(user);
				if (choice == 0) {
					stub.inconsistent();
				}
				if (choice < 3) {
					disturb(endpoint);
					throw new IOException("disturbed");
				}
				return new BasicClassicHttpResponse(200);
			}, HttpClientContext.create());
			return step;
		}
		catch (LeaseReclaimedException ex) {
			taken = true;
			return step + ": " + ex;
		}
		catch (IOException ex) {
			return step + ": " + ex;
		}
		finally {
			if (taken && !endpoint.lease().isEnded()) {
				throw new AssertionError("told that it ended, which it has not: " + step);
			}
			this.fuzzed.forgetEnded();
		}
	}

	// Giving back

	private String release() {
		LeasedEndpoint endpoint = any(this.fuzzed.held);
		if (endpoint == null) {
			return "nothing";
		}
		Object user = this.fuzzed.users.get(endpoint);
		Object state = STATES.contains(user) ? user : null;
		TimeValue keepAlive = any(List.of(TimeValue.NEG_ONE_MILLISECOND, TimeValue.ofSeconds(3), TimeValue.ofMinutes(3),
				TimeValue.ZERO_MILLISECONDS));
		this.fuzzed.manager.release(endpoint, state, (this.random.nextInt(20) == 0) ? null : keepAlive);
		if (!endpoint.lease().isEnded()) {
			throw new AssertionError("released but not ended: " + FuzzedPool.name(endpoint));
		}
		this.fuzzed.forgetEnded();
		return "release " + FuzzedPool.name(endpoint) + " for " + state + ", " + keepAlive;
	}

	private String closeEndpoint() {
		LeasedEndpoint endpoint = any(this.fuzzed.held);
		if (endpoint == null) {
			return "nothing";
		}
		endpoint.close(CloseMode.GRACEFUL);
		if (endpoint.isConnected()) {
			throw new AssertionError("closed but connected: " + FuzzedPool.name(endpoint));
		}
		return "close " + FuzzedPool.name(endpoint);
	}

	private String abort() {
		LeasedEndpoint endpoint = any(this.fuzzed.held);
		if (endpoint == null) {
			return "nothing";
		}
		endpoint.close(CloseMode.IMMEDIATE);
		this.fuzzed.manager.release(endpoint, null, TimeValue.ZERO_MILLISECONDS);
		this.fuzzed.forgetEnded();
		return "abort " + FuzzedPool.name(endpoint);
	}

	private String take() {
		LeasedEndpoint endpoint = any(this.fuzzed.held);
		if (endpoint == null) {
			return "nothing";
		}
		if (!endpoint.lease().take(TakeReason.BY_HAND) || endpoint.lease().take(TakeReason.OVERDUE)) {
			throw new AssertionError("not taken once: " + FuzzedPool.name(endpoint));
		}
		this.fuzzed.forgetEnded();
		return "take " + FuzzedPool.name(endpoint);
	}

	/**
	 * Whatever comes late must not reach the next lessee of a connection.
	 */
	private String touchEnded() {
		if (this.fuzzed.ended.isEmpty()) {
			return "nothing";
		}
		LeasedEndpoint endpoint = List.copyOf(this.fuzzed.ended).get(this.random.nextInt(this.fuzzed.ended.size()));
		int choice = this.random.nextInt(6);
		long openBefore = this.fuzzed.wire.open().size();
		switch (choice) {
			case 0 -> endpoint.close(CloseMode.IMMEDIATE);
			case 1 -> this.fuzzed.manager.release(endpoint, null, TimeValue.NEG_ONE_MILLISECOND);
			case 2 -> this.fuzzed.manager.release(endpoint, null, null);
			case 3 -> endpoint.setSocketTimeout(Timeout.ofMilliseconds(1));
			case 4 -> endpoint.lease().take(TakeReason.OVERDUE);
			default -> {
				if (endpoint.isConnected() || endpoint.get() != null || endpoint.getInfo() != null) {
					throw new AssertionError("ended but alive: " + FuzzedPool.name(endpoint));
				}
			}
		}
		if (this.fuzzed.wire.open().size() != openBefore) {
			throw new AssertionError(
					"late step " + choice + " on " + FuzzedPool.name(endpoint) + " has closed a connection");
		}
		return "late step " + choice + " on " + FuzzedPool.name(endpoint);
	}

	// The world

	private String loseIdle() {
		StubWire.Connection connection = any(this.fuzzed.wire.open());
		if (connection == null) {
			return "nothing";
		}
		connection.stale();
		return "the other side closes " + connection;
	}

	private String breakClose() {
		StubWire.Connection connection = any(this.fuzzed.wire.open());
		if (connection == null) {
			return "nothing";
		}
		connection.breakClose();
		return connection + " will throw when it is closed";
	}

	private String changeLimit() {
		int limit = 1 + this.random.nextInt(6);
		switch (this.random.nextInt(3)) {
			case 0 -> {
				this.fuzzed.pool.setMaxTotal(limit);
				return "max-total " + limit;
			}
			case 1 -> {
				this.fuzzed.pool.setMaxPerRoute(limit);
				return "max-per-route " + limit;
			}
			default -> {
				HttpRoute route = anyRoute();
				this.fuzzed.manager.setMaxPerRoute(route, limit);
				return "max of " + route.getTargetHost() + " " + limit;
			}
		}
	}

	private String sweep() {
		long now = this.fuzzed.time.nanos();
		switch (this.random.nextInt(5)) {
			case 0 -> this.fuzzed.pool.closeIdle(Duration.ofMillis(this.random.nextInt(4000)));
			case 1 -> this.fuzzed.pool.closeExpired();
			case 2 -> this.fuzzed.pool.leaks().sweep(now);
			case 3 -> this.fuzzed.pool.reclaimSuspected();
			default -> this.fuzzed.pool.evict(now);
		}
		this.fuzzed.forgetEnded();
		return "sweep";
	}

	private String replaceManager() {
		this.fuzzed.pool.replaceManager(this.fuzzed.wire.manager());
		return "replace manager";
	}

	private String turnClock() {
		Duration duration = Duration.ofMillis(this.random.nextInt(3000));
		this.fuzzed.time.advance(duration);
		return "clock + " + duration.toMillis() + " ms";
	}

	/**
	 * A step that returns what it did.
	 */
	private interface Step {

		String take() throws Exception;

	}

}
