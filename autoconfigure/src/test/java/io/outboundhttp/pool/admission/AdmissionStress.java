package io.outboundhttp.pool.admission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import io.outboundhttp.pool.admission.Waiter.Status;
import org.jspecify.annotations.Nullable;

/**
 * Many threads on one admission with small limits. Ends at the first promise that is
 * broken.
 */
final class AdmissionStress {

	private static final long FOR_EVER = TimeUnit.HOURS.toNanos(1);

	private final Mode mode;

	private final long stuckNanos;

	private final Referee referee;

	private final Admission<String, FakeConnection> admission;

	private final List<Worker> workers = new ArrayList<>();

	private final CountDownLatch ended = new CountDownLatch(1);

	private final LongAdder leases = new LongAdder();

	private final AtomicLong sequence = new AtomicLong();

	private volatile boolean stopped;

	private AdmissionStress(Mode mode, int threads, Duration stuck) {
		this.mode = mode;
		this.stuckNanos = stuck.toNanos();
		this.referee = new Referee(System::nanoTime, (connection, reason) -> nap());
		this.referee.limits(mode.maxPerRoute, mode.maxTotal);
		this.admission = new Admission<>(mode.maxPerRoute, mode.maxTotal, -1, (route) -> -1, this.referee,
				System::nanoTime);
		for (int i = 0; i < threads; i++) {
			this.workers.add(new Worker());
		}
	}

	/**
	 * Run until a promise is broken or the time is over.
	 * @param mode what the threads do
	 * @param threads how many there are
	 * @param time for how long
	 * @param stuck a thread that waits or hangs longer is stuck
	 * @param kind kind of threads
	 * @return what came of it
	 */
	static Verdict run(Mode mode, int threads, Duration time, Duration stuck, Threads kind) {
		AdmissionStress stress = new AdmissionStress(mode, threads, stuck);
		stress.run(time, kind);
		return new Verdict(mode, stress.leases.sum(), stress.referee.violations());
	}

	private void run(Duration time, Threads kind) {
		List<Thread> threads = new ArrayList<>();
		for (Worker worker : this.workers) {
			threads.add(kind.start("stress " + threads.size(), () -> guard(worker)));
		}
		threads.add(kind.start("stress administrator", () -> guard(this::administer)));
		long startNanos = System.nanoTime();
		while (System.nanoTime() - startNanos < time.toNanos() && !pause()) {
			for (Worker worker : this.workers) {
				long since = worker.waitsForEverSince;
				if (since != 0 && System.nanoTime() - since > this.stuckNanos) {
					violation("stuck: " + worker.awaited + " of " + this.admission.read());
				}
			}
		}
		this.stopped = true;
		if (this.referee.hasViolations()) {
			this.admission.close();
		}
		long stopNanos = System.nanoTime();
		for (Thread thread : threads) {
			join(thread, this.stuckNanos - (System.nanoTime() - stopNanos));
		}
		if (!this.referee.hasViolations()) {
			checkAccounts();
		}
	}

	private void join(Thread thread, long nanos) {
		try {
			thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
			if (thread.isAlive()) {
				violation("hung: " + thread);
				this.admission.close();
				thread.interrupt();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private boolean pause() {
		try {
			return this.ended.await(20, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return true;
		}
	}

	private void guard(Runnable work) {
		try {
			work.run();
		}
		catch (RuntimeException | Error ex) {
			violation("failed: " + ex);
		}
	}

	private void violation(String what) {
		this.referee.violation(what);
		this.ended.countDown();
	}

	/**
	 * Everyone has gone: the accounts must agree, and every permit must be there.
	 */
	private void checkAccounts() {
		this.admission.sweep((connection) -> false);
		Occupancy reading = this.admission.read();
		int live = this.referee.live();
		if (reading.leased() != 0 || reading.pending() != 0 || reading.available() != live
				|| live > this.admission.getMaxTotal()) {
			violation("accounts of " + live + " connections: " + reading);
		}
		for (int i = 0; i < this.mode.routes; i++) {
			Occupancy ofRoute = this.admission.read(route(i));
			if (ofRoute.leased() != 0 || ofRoute.pending() != 0 || ofRoute.available() != this.referee.live(route(i))
					|| ofRoute.available() > ofRoute.max()) {
				violation("accounts of route " + route(i) + ": " + ofRoute);
			}
		}
		takeAll();
	}

	private void takeAll() {
		int taken = 0;
		for (int i = 0; i < this.mode.routes; i++) {
			for (int j = 0; j < this.admission.getMaxPerRoute(); j++) {
				taken += (await(this.admission.enqueue(route(i), null)) != null) ? 1 : 0;
			}
		}
		int all = Math.min(this.admission.getMaxTotal(), this.mode.routes * this.admission.getMaxPerRoute());
		if (taken != all) {
			violation("permits left: " + taken + " of " + all);
		}
	}

	private static @Nullable Slot<FakeConnection> await(Waiter<FakeConnection> waiter) {
		try {
			return waiter.await(0);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String route(int index) {
		return "route" + index;
	}

	private static void nap() {
		Random random = ThreadLocalRandom.current();
		switch (random.nextInt(10)) {
			case 0, 1, 2, 3 -> {
			}
			case 4, 5, 6 -> Thread.yield();
			case 7, 8 -> LockSupport.parkNanos(random.nextInt(200_000));
			default -> {
				for (int i = 0; i < 500; i++) {
					Thread.onSpinWait();
				}
			}
		}
	}

	private void administer() {
		long changedNanos = System.nanoTime();
		while (!this.stopped) {
			LockSupport.parkNanos(300_000);
			if (this.mode.chaos) {
				disturb();
			}
			long sinceNanos = System.nanoTime() - changedNanos;
			if (this.mode == Mode.RAISE && sinceNanos > 50_000_000 && raise()) {
				changedNanos = System.nanoTime();
			}
			if (this.mode == Mode.LOWER && sinceNanos > 10_000_000) {
				changedNanos = System.nanoTime();
				Random random = ThreadLocalRandom.current();
				this.admission.setMaxPerRoute(1 + random.nextInt(this.mode.highestMaxPerRoute));
				this.admission.setMaxTotal(1 + random.nextInt(this.mode.highestMaxTotal));
			}
		}
	}

	private void disturb() {
		Random random = ThreadLocalRandom.current();
		Worker worker = this.workers.get(random.nextInt(this.workers.size()));
		switch (random.nextInt(8)) {
			case 0 -> {
				Thread thread = worker.thread;
				if (thread != null) {
					thread.interrupt();
				}
			}
			case 1 -> {
				Waiter<FakeConnection> awaited = worker.awaited;
				if (awaited != null) {
					awaited.cancel();
				}
			}
			case 2 -> {
				int part = random.nextInt(4);
				this.admission.sweep((connection) -> connection.id() % 4 == part);
			}
			case 3 -> this.admission.read();
			default -> {
			}
		}
	}

	private boolean raise() {
		int maxPerRoute = this.admission.getMaxPerRoute();
		int maxTotal = this.admission.getMaxTotal();
		if (maxTotal >= this.mode.highestMaxTotal) {
			return false;
		}
		int raised = Math.min(maxPerRoute + 1, this.mode.highestMaxPerRoute);
		this.referee.limits(raised, maxTotal + 1);
		this.admission.setMaxTotal(maxTotal + 1);
		this.admission.setMaxPerRoute(raised);
		return true;
	}

	/**
	 * What the threads do.
	 */
	enum Mode {

		/** Timeouts, interrupts, cancels and sweeps. */
		CHAOS(5, 2, 4, 2, 4, true),

		/** The same while limits rise. */
		RAISE(5, 1, 2, 5, 12, true),

		/** The same while limits rise and fall. */
		LOWER(5, 4, 8, 4, 8, true),

		/** One connection, no pauses. */
		PINGPONG(1, 1, 1, 1, 1, false),

		/** Connections are hardly ever reused. */
		CHURN(5, 2, 4, 2, 4, false),

		/** One route; the order in which threads are served is checked. */
		FIFO(1, 4, 4, 4, 4, false);

		private final int routes;

		private final int maxPerRoute;

		private final int maxTotal;

		private final int highestMaxPerRoute;

		private final int highestMaxTotal;

		private final boolean chaos;

		Mode(int routes, int maxPerRoute, int maxTotal, int highestMaxPerRoute, int highestMaxTotal, boolean chaos) {
			this.routes = routes;
			this.maxPerRoute = maxPerRoute;
			this.maxTotal = maxTotal;
			this.highestMaxPerRoute = highestMaxPerRoute;
			this.highestMaxTotal = highestMaxTotal;
			this.chaos = chaos;
		}

	}

	/**
	 * What came of it.
	 *
	 * @param mode what the threads did
	 * @param leases how often a thread had a slot
	 * @param violations what went wrong, empty if nothing did
	 */
	record Verdict(Mode mode, long leases, List<String> violations) {

	}

	/**
	 * A wait that has begun.
	 *
	 * @param waiter the wait
	 * @param sequence when it had begun
	 */
	private record Begun(Waiter<FakeConnection> waiter, long sequence) {

	}

	/**
	 * One thread.
	 */
	private final class Worker implements Runnable {

		private volatile @Nullable Thread thread;

		private volatile @Nullable Waiter<FakeConnection> awaited;

		private volatile @Nullable Begun begun;

		private volatile long waitsForEverSince;

		@Override
		public void run() {
			this.thread = Thread.currentThread();
			Random random = ThreadLocalRandom.current();
			AdmissionStress stress = AdmissionStress.this;
			while (!stress.stopped) {
				String route = route(random.nextInt(stress.mode.routes));
				String state = (stress.mode.routes > 1 && random.nextInt(5) == 0)
						? (random.nextBoolean() ? "alice" : "bob") : null;
				long sequence = stress.sequence.incrementAndGet();
				Slot<FakeConnection> slot = lease(route, state, random);
				if (slot != null) {
					if (stress.mode == Mode.FIFO) {
						checkOrder(sequence);
					}
					use(slot, route, state, random);
				}
				if (stress.mode != Mode.PINGPONG && random.nextInt(4) == 0) {
					nap();
				}
				if (stress.referee.hasViolations()) {
					stress.ended.countDown();
				}
			}
			this.thread = null;
		}

		private @Nullable Slot<FakeConnection> lease(String route, @Nullable Object state, Random random) {
			AdmissionStress stress = AdmissionStress.this;
			Slot<FakeConnection> slot = (state == null && random.nextInt(4) != 0) ? stress.admission.tryTake(route)
					: null;
			if (slot == null && random.nextInt(8) == 0) {
				slot = random.nextBoolean() ? stress.admission.tryOpen(route) : stress.admission.tryTakeOldest(route);
			}
			if (slot != null) {
				return slot;
			}
			boolean forEver = !stress.mode.chaos || random.nextInt(3) == 0;
			this.waitsForEverSince = forEver ? System.nanoTime() | 1 : 0;
			Waiter<FakeConnection> waiter = stress.admission.enqueue(route, state);
			this.awaited = waiter;
			this.begun = new Begun(waiter, stress.sequence.incrementAndGet());
			try {
				slot = waiter.await(forEver ? FOR_EVER : random.nextInt(3_000_000));
				checkEnd(waiter, slot, forEver);
			}
			catch (InterruptedException ex) {
				if (!stress.mode.chaos) {
					violation("interrupted by nobody");
				}
			}
			finally {
				this.waitsForEverSince = 0;
				this.begun = null;
				this.awaited = null;
			}
			return slot;
		}

		private void checkEnd(Waiter<FakeConnection> waiter, @Nullable Slot<FakeConnection> slot, boolean forEver) {
			Status status = waiter.status();
			boolean expected = switch (status) {
				case TAKEN -> slot != null;
				case TIMED_OUT -> slot == null && !forEver;
				case CANCELLED -> slot == null && AdmissionStress.this.mode.chaos;
				case CLOSED -> slot == null && AdmissionStress.this.admission.isClosed();
				default -> false;
			};
			if (!expected) {
				violation("ended as " + status + " with " + slot);
			}
		}

		/**
		 * Whoever had begun to wait before this thread came must have been served before.
		 */
		private void checkOrder(long sequence) {
			for (Worker other : AdmissionStress.this.workers) {
				Begun earlier = other.begun;
				if (other != this && earlier != null && earlier.sequence() < sequence
						&& earlier.waiter().status() == Status.WAITING) {
					violation("overtook a thread that came before");
				}
			}
		}

		private void use(Slot<FakeConnection> slot, String route, @Nullable Object state, Random random) {
			AdmissionStress stress = AdmissionStress.this;
			boolean pingPong = stress.mode == Mode.PINGPONG;
			int reused = switch (stress.mode) {
				case PINGPONG -> 95;
				case CHURN -> 10;
				default -> 80;
			};
			FakeConnection connection = stress.referee.enter(slot, route, state);
			if (!pingPong) {
				nap();
			}
			boolean reusable = random.nextInt(100) < reused;
			if (reusable) {
				boolean keepsState = state != null && (connection.state() != null || random.nextInt(4) != 0);
				stress.referee.leave(slot, keepsState ? state : null);
			}
			else if (random.nextBoolean()) {
				stress.referee.disposeInUse(slot);
			}
			else {
				stress.referee.leave(slot, null);
			}
			stress.admission.release(slot, reusable);
			stress.leases.increment();
		}

	}

}
