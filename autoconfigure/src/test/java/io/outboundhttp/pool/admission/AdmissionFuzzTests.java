package io.outboundhttp.pool.admission;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;

import io.outboundhttp.pool.admission.AdmissionModel.Wait;
import io.outboundhttp.pool.admission.Waiter.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that compare an {@link Admission} with a simple model, step by step, over long
 * random histories. The system property {@code outboundhttp.soak} tells how many random
 * seeds to add.
 */
@Timeout(900)
class AdmissionFuzzTests {

	private static final int STEPS = 100_000;

	private static final List<String> ROUTES = List.of("a", "b", "c", "d", "limited");

	@ParameterizedTest
	@MethodSource
	void admissionDoesWhatTheModelDoes(long seed) throws Exception {
		History history = new History(seed);
		int step = 0;
		try {
			for (; step < STEPS; step++) {
				if (step == STEPS - 2000 && seed % 2 == 0) {
					history.close();
				}
				history.step();
				history.check();
			}
			history.end();
		}
		catch (AssertionError | RuntimeException ex) {
			throw new AssertionError("seed %d, step %d: %s".formatted(seed, step, history.last), ex);
		}
	}

	static LongStream admissionDoesWhatTheModelDoes() {
		LongStream random = ThreadLocalRandom.current().longs(Long.getLong("outboundhttp.soak", 0));
		return LongStream.concat(LongStream.rangeClosed(1, 8), random);
	}

	/**
	 * A caller that has not ended its wait.
	 *
	 * @param waiter its wait
	 * @param expected what the model thinks of it
	 */
	private record Caller(Waiter<FakeConnection> waiter, Wait expected) {

	}

	/**
	 * A slot in use.
	 *
	 * @param slot the slot
	 * @param connection its connection
	 * @param state the state that was asked for
	 */
	private record Lease(Slot<FakeConnection> slot, FakeConnection connection, @Nullable Object state) {

	}

	/**
	 * One history.
	 */
	private static final class History {

		private final Random random;

		private final List<FakeConnection> disposed = new ArrayList<>();

		private final Referee referee;

		private final Admission<String, FakeConnection> admission;

		private final AdmissionModel model;

		private final List<Caller> callers = new ArrayList<>();

		private final List<Lease> leases = new ArrayList<>();

		private long nowNanos;

		private boolean closed;

		/** Routes, and the empty string for the total, whose limit may be exceeded. */
		private final Set<String> lowered = new HashSet<>();

		private String last = "";

		History(long seed) {
			this.random = new Random(seed);
			this.nowNanos = this.random.nextLong();
			this.referee = new Referee(() -> this.nowNanos, (connection, reason) -> this.disposed.add(connection));
			this.referee.limits(Integer.MAX_VALUE, Integer.MAX_VALUE);
			int maxPerRoute = 1 + this.random.nextInt(4);
			int maxTotal = 1 + this.random.nextInt(8);
			int maxPending = this.random.nextBoolean() ? -1 : this.random.nextInt(4);
			Map<String, Integer> ownLimits = Map.of("limited", 1);
			this.admission = new Admission<>(maxPerRoute, maxTotal, maxPending,
					(route) -> ownLimits.getOrDefault(route, -1), this.referee, () -> this.nowNanos);
			this.model = new AdmissionModel(maxPerRoute, maxTotal, maxPending, ownLimits);
		}

		void step() throws InterruptedException {
			this.disposed.clear();
			int dice = this.random.nextInt(1000);
			if (dice < 140) {
				tryTake();
			}
			else if (dice < 160) {
				tryTakeOldest();
			}
			else if (dice < 200) {
				tryOpen();
			}
			else if (dice < 450) {
				enqueue();
			}
			else if (dice < 620) {
				await();
			}
			else if (dice < 690) {
				cancel();
			}
			else if (dice < 930) {
				release();
			}
			else if (dice < 945) {
				sweep();
			}
			else if (dice < 955) {
				changeLimit();
			}
			else {
				this.last = "time";
				this.nowNanos += this.random.nextInt(1_000_000);
			}
		}

		private String route() {
			return ROUTES.get(this.random.nextInt(ROUTES.size()));
		}

		private void tryTake() {
			String route = route();
			this.last = "tryTake " + route;
			FakeConnection expected = this.model.peek(route);
			Slot<FakeConnection> slot = this.admission.tryTake(route);
			if (slot != null) {
				assertThat(this.model.mayTake(route)).isTrue();
				assertThat(slot.getItem()).isSameAs(expected);
				this.model.take(route);
				enter(slot, route, null);
			}
			else if (expected != null && this.model.mayTake(route)) {
				// It may still think of someone who has left; then it serves at once.
				this.last = "enqueue after tryTake " + route;
				enqueue(route, null);
				assertThat(this.callers.get(this.callers.size() - 1).waiter().status()).isEqualTo(Status.ASSIGNED);
			}
		}

		private void tryTakeOldest() {
			String route = route();
			this.last = "tryTakeOldest " + route;
			FakeConnection expected = this.model.mayTake(route) ? this.model.peekOldest(route) : null;
			Slot<FakeConnection> slot = this.admission.tryTakeOldest(route);
			if (slot == null && expected != null) {
				// It may have thought of someone who has left.
				slot = this.admission.tryTakeOldest(route);
			}
			assertThat((slot != null) ? slot.getItem() : null).isSameAs(expected);
			if (slot != null) {
				this.model.takeOldest(route);
				enter(slot, route, null);
			}
		}

		private void tryOpen() {
			String route = route();
			this.last = "tryOpen " + route;
			boolean expected = this.model.mayOpen(route);
			Slot<FakeConnection> slot = this.admission.tryOpen(route);
			if (slot == null && expected) {
				// It may have thought of someone who has left.
				slot = this.admission.tryOpen(route);
			}
			assertThat(slot != null).isEqualTo(expected);
			if (slot != null) {
				assertThat(slot.getItem()).isNull();
				this.model.open(route);
				enter(slot, route, null);
			}
		}

		private void enter(Slot<FakeConnection> slot, String route, @Nullable Object state) {
			this.leases.add(new Lease(slot, this.referee.enter(slot, route, state), state));
		}

		private void enqueue() {
			if (this.callers.size() > 20) {
				await();
				return;
			}
			String state = (this.random.nextInt(3) == 0) ? (this.random.nextBoolean() ? "alice" : "bob") : null;
			String route = route();
			this.last = "enqueue " + route + " " + state;
			enqueue(route, state);
		}

		private void enqueue(String route, @Nullable Object state) {
			Wait wait = this.model.enqueue(route, state, this.nowNanos);
			this.callers.add(new Caller(this.admission.enqueue(route, state), wait));
		}

		private void await() {
			if (this.callers.isEmpty()) {
				return;
			}
			Caller caller = this.callers.remove(this.random.nextInt(this.callers.size()));
			Wait wait = caller.expected();
			this.last = "await of " + wait.status() + " " + wait.route();
			Slot<FakeConnection> slot = awaitQuietly(caller.waiter());
			if (wait.status() == Status.ASSIGNED) {
				assertThat(slot).isNotNull();
				assertThat(slot.getItem()).isSameAs(wait.connection());
				assertDisposed(this.model.take(wait), DisposeReason.EVICTED);
				enter(slot, wait.route(), wait.state());
			}
			else {
				assertThat(slot).isNull();
				if (wait.status() == Status.WAITING) {
					this.model.leave(wait, Status.TIMED_OUT);
				}
			}
			assertThat(caller.waiter().status()).isEqualTo(wait.status());
		}

		private static @Nullable Slot<FakeConnection> awaitQuietly(Waiter<FakeConnection> waiter) {
			try {
				return waiter.await(0);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		private void cancel() {
			if (this.callers.isEmpty()) {
				return;
			}
			Caller caller = this.callers.remove(this.random.nextInt(this.callers.size()));
			Wait wait = caller.expected();
			this.last = "cancel of " + wait.status() + " " + wait.route();
			assertThat(caller.waiter().cancel()).isTrue();
			if (wait.status() == Status.ASSIGNED) {
				DisposeReason reason = (wait.connection() == null) ? DisposeReason.EVICTED : excess();
				assertDisposed(this.model.cancelAssigned(wait), reason);
			}
			else if (wait.status() == Status.WAITING) {
				this.model.leave(wait, Status.CANCELLED);
			}
			assertThat(caller.waiter().status()).isEqualTo(wait.status());
		}

		private DisposeReason excess() {
			return this.closed ? DisposeReason.CLOSED : DisposeReason.EXCESS;
		}

		private void release() {
			if (!this.leases.isEmpty()) {
				release(this.random.nextInt(10) < 7);
			}
		}

		private void release(boolean reusable) {
			Lease lease = this.leases.remove(this.random.nextInt(this.leases.size()));
			FakeConnection connection = lease.connection();
			Object state = (this.random.nextInt(5) != 0) ? lease.state() : null;
			this.last = "release of " + connection + " " + state + " " + reusable;
			// So that no two are idle for equally long.
			this.nowNanos++;
			this.referee.leave(lease.slot(), state);
			boolean itself = !reusable && this.random.nextBoolean();
			if (itself) {
				connection.state(null);
				this.referee.dispose(connection, DisposeReason.NOT_REUSABLE);
				lease.slot().setItem(null);
				lease.slot().setState(null);
			}
			this.admission.release(lease.slot(), reusable);
			assertDisposed(this.model.release(connection.route(), connection, reusable),
					reusable ? excess() : DisposeReason.NOT_REUSABLE);
		}

		private void assertDisposed(List<FakeConnection> expected, DisposeReason reason) {
			assertThat(this.disposed).containsExactlyInAnyOrderElementsOf(expected)
				.allMatch((connection) -> connection.disposed() == reason);
		}

		private void sweep() {
			int part = this.random.nextInt(4);
			this.last = "sweep " + part;
			int swept = this.admission.sweep((connection) -> connection.id() % 4 == part);
			assertDisposed(this.model.sweep((connection) -> connection.id() % 4 == part), DisposeReason.SWEPT);
			assertThat(swept).isEqualTo(this.disposed.size());
			assertThat(this.admission.getRoutes()).isEqualTo(this.model.routes());
		}

		private void changeLimit() {
			this.lowered.add("");
			this.lowered.addAll(ROUTES);
			switch (this.random.nextInt(3)) {
				case 0 -> {
					int max = 1 + this.random.nextInt(8);
					this.last = "setMaxTotal " + max;
					this.model.maxTotal(max);
					this.admission.setMaxTotal(max);
				}
				case 1 -> {
					int max = 1 + this.random.nextInt(4);
					this.last = "setMaxPerRoute " + max;
					this.model.maxPerRoute(max);
					this.admission.setMaxPerRoute(max);
				}
				default -> {
					String route = ROUTES.get(3 + this.random.nextInt(2));
					int max = this.random.nextInt(4);
					this.last = "setMaxPerRoute " + route + " " + max;
					this.model.maxPerRoute(route, max);
					this.admission.setMaxPerRoute(route, max);
				}
			}
			assertThat(this.disposed).allMatch((connection) -> connection.disposed() == DisposeReason.EXCESS);
			assertThat(this.model.trimmed(this.disposed)).isTrue();
		}

		void close() {
			this.last = "close";
			this.disposed.clear();
			this.closed = true;
			this.admission.close();
			assertDisposed(this.model.close(), DisposeReason.CLOSED);
			check();
		}

		/**
		 * Check everything that must be so after every step.
		 */
		void check() {
			if (this.referee.hasViolations()) {
				assertThat(this.referee.violations()).isEmpty();
			}
			int open = this.leases.size();
			for (Caller caller : this.callers) {
				assertSame(caller.waiter().status(), caller.expected().status());
				if (caller.expected().status() == Status.ASSIGNED) {
					open += (caller.expected().connection() != null || caller.expected().evicts()) ? 1 : 0;
				}
			}
			for (String route : ROUTES) {
				Occupancy reading = this.admission.read(route);
				assertSame(reading, this.model.read(route, this.nowNanos));
				assertWithinLimit(route, this.model.allocated(route), reading.leased() + reading.available(),
						this.admission.getMaxPerRoute(route));
				assertThat(this.referee.live(route) <= reading.leased() + reading.available()).isTrue();
			}
			Occupancy reading = this.admission.read();
			assertSame(reading, this.model.read(this.nowNanos));
			assertSame(this.referee.live(), open + reading.available());
			assertWithinLimit("", this.model.total(), reading.leased() + reading.available(),
					this.admission.getMaxTotal());
		}

		private static void assertSame(Object actual, Object expected) {
			if (!actual.equals(expected)) {
				assertThat(actual).isEqualTo(expected);
			}
		}

		private void assertWithinLimit(String what, int expected, int actual, int max) {
			assertSame(actual, expected);
			if (actual <= max) {
				this.lowered.remove(what);
			}
			else if (!this.lowered.contains(what)) {
				throw new AssertionError("%d of '%s' although its limit is %d".formatted(actual, what, max));
			}
		}

		/**
		 * Let everyone go: every permit must be back.
		 */
		void end() throws InterruptedException {
			while (!this.callers.isEmpty()) {
				this.disposed.clear();
				cancel();
				check();
			}
			while (!this.leases.isEmpty()) {
				this.disposed.clear();
				release(true);
				check();
			}
			this.last = "end";
			assertThat(this.admission.read().leased()).isZero();
			if (this.closed) {
				assertThat(this.referee.live()).isZero();
				return;
			}
			int all = 0;
			int taken = 0;
			for (String route : ROUTES) {
				int max = this.admission.getMaxPerRoute(route);
				all += max;
				for (int i = 0; i < max; i++) {
					Waiter<FakeConnection> waiter = this.admission.enqueue(route, null);
					taken += (waiter.await(0) != null) ? 1 : 0;
				}
			}
			assertThat(taken).isEqualTo(Math.min(all, this.admission.getMaxTotal()));
			assertThat(this.admission.read().pending()).isZero();
		}

	}

}
