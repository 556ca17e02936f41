package io.outboundhttp.pool.admission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.outboundhttp.pool.admission.Waiter.Status;
import org.jspecify.annotations.Nullable;

/**
 * Races of two or three threads, with a fresh admission per round and no later traffic
 * that could make up for a lost wake-up.
 */
final class AdmissionHandshake {

	/*
	 * A lost wake-up is not told by the time: if every thread of a round has either
	 * finished or waits, after all that it had to do, for a slot that is not assigned,
	 * then nobody is left who could assign one. Rounds are made so that there always is
	 * one. Only a thread that is assigned a slot but not woken shows by the time.
	 */

	private static final long FOR_EVER = TimeUnit.HOURS.toNanos(1);

	private static final int LONGEST_DELAY = 60;

	private static final Map<String, Consumer<Round>> RACES = new LinkedHashMap<>();

	static {
		RACES.put("release, enqueue", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			round.party((party) -> round.giveBack(held));
			round.party((party) -> party.use("a"));
		});
		RACES.put("discard, enqueue", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			round.party((party) -> round.discard(held));
			round.party((party) -> party.use("a"));
		});
		RACES.put("release, park", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			Party waiting = round.party((party) -> party.use("a"));
			round.party((party) -> {
				while (waiting.awaited == null && !waiting.finished && !round.isSpoilt()) {
					party.spin();
				}
				round.giveBack(held);
			});
		});
		RACES.put("release of a state, enqueue of the same", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a", "alice");
			round.party((party) -> round.giveBack(held, "alice"));
			round.party((party) -> party.use("a", "alice"));
		});
		RACES.put("release of a state, enqueue of another", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a", "alice");
			round.party((party) -> round.giveBack(held, "alice"));
			round.party((party) -> party.use("a", "bob"));
		});
		RACES.put("release of a state, enqueue without", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a", "alice");
			round.party((party) -> round.giveBack(held, "alice"));
			round.party((party) -> party.use("a"));
		});
		RACES.put("release, enqueue of another route", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			round.party((party) -> round.giveBack(held));
			round.party((party) -> party.use("b"));
		});
		RACES.put("discard, enqueue of another route", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			round.party((party) -> round.discard(held));
			round.party((party) -> party.use("b"));
		});
		RACES.put("release of a state, enqueue of another route", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a", "alice");
			round.party((party) -> round.giveBack(held, "alice"));
			round.party((party) -> party.use("b", "alice"));
		});
		RACES.put("take, eviction", (round) -> {
			round.limits(1, 1);
			round.giveBack(round.lease("a"));
			round.party((party) -> party.use("a"));
			round.party((party) -> party.use("b"));
		});
		RACES.put("two takes, eviction of what is left", (round) -> {
			round.limits(1, 3);
			round.giveBack(round.lease("a"));
			round.giveBack(round.lease("b"));
			round.giveBack(round.lease("c"));
			round.party((party) -> round.useUntilTheEnd(round.admission.tryTake("a"), "a", null));
			round.party((party) -> round.useUntilTheEnd(round.admission.tryTake("b"), "b", null));
			round.party((party) -> party.use("d"));
		});
		RACES.put("disposal of an evicted connection, enqueue", (round) -> {
			round.limits(1, 2);
			round.giveBack(round.lease("a"));
			round.lease("b");
			Waiter<FakeConnection> evicting = round.admission.enqueue("c", null);
			round.limits(1, 3);
			round.party((party) -> round.useUntilTheEnd(evicting.await(FOR_EVER), "c", null));
			round.party((party) -> party.use("a"));
		});
		RACES.put("cancel of an eviction, enqueue", (round) -> {
			round.limits(1, 2);
			round.giveBack(round.lease("a"));
			round.lease("b");
			Waiter<FakeConnection> evicting = round.admission.enqueue("c", null);
			round.party((party) -> evicting.cancel());
			round.party((party) -> party.use("a"));
		});
		RACES.put("raise per route, enqueue", (round) -> {
			round.limits(1, 9);
			round.lease("a");
			round.referee.limits(2, 9);
			round.party((party) -> round.admission.setMaxPerRoute(2));
			round.party((party) -> party.use("a"));
		});
		RACES.put("raise of a route, enqueue", (round) -> {
			round.limits(1, 9);
			round.lease("a");
			round.referee.limits(2, 9);
			round.party((party) -> round.admission.setMaxPerRoute("a", 2));
			round.party((party) -> party.use("a"));
		});
		RACES.put("raise in total, enqueue", (round) -> {
			round.limits(1, 1);
			round.lease("a");
			round.referee.limits(1, 2);
			round.party((party) -> round.admission.setMaxTotal(2));
			round.party((party) -> party.use("b"));
		});
		RACES.put("lowering, two releases, enqueue", (round) -> {
			round.limits(2, 2);
			Slot<FakeConnection> first = round.lease("a");
			Slot<FakeConnection> second = round.lease("a");
			round.party((party) -> round.admission.setMaxPerRoute("a", 1));
			round.party((party) -> {
				round.giveBack(first);
				round.giveBack(second);
			});
			round.party((party) -> party.use("a"));
		});
		RACES.put("cancel of an assigned wait, enqueue", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			Waiter<FakeConnection> cancelled = round.admission.enqueue("a", null);
			boolean cancelFirst = ThreadLocalRandom.current().nextBoolean();
			round.party((party) -> {
				if (cancelFirst) {
					cancelled.cancel();
				}
				round.giveBack(held);
				cancelled.cancel();
			});
			round.party((party) -> party.use("a"));
		});
		RACES.put("cancel, release, other waiter", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			Waiter<FakeConnection> cancelled = round.admission.enqueue("a", null);
			round.party((party) -> cancelled.cancel());
			round.party((party) -> round.giveBack(held));
			round.party((party) -> party.use("a"));
		});
		RACES.put("cancel, discard, other waiter", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			Waiter<FakeConnection> cancelled = round.admission.enqueue("a", null);
			round.party((party) -> cancelled.cancel());
			round.party((party) -> round.discard(held));
			round.party((party) -> party.use("a"));
		});
		RACES.put("sweep, enqueue", (round) -> {
			round.limits(1, 1);
			round.giveBack(round.lease("a"));
			round.party((party) -> round.admission.sweep((connection) -> true));
			round.party((party) -> party.use("a"));
		});
		RACES.put("purge, enqueue, enqueue", (round) -> {
			round.limits(1, 2);
			round.discard(round.lease("a"));
			round.party((party) -> {
				round.admission.sweep((connection) -> false);
				party.use("a");
			});
			round.party((party) -> party.use("a"));
		});
		RACES.put("close, enqueue", (round) -> {
			round.limits(1, 1);
			round.lease("a");
			round.party((party) -> round.admission.close());
			round.party((party) -> party.useUnlessClosed("a"));
		});
		RACES.put("close, take", (round) -> {
			round.limits(1, 1);
			round.giveBack(round.lease("a"));
			round.party((party) -> round.admission.close());
			round.party((party) -> party.useUnlessClosed("a"));
		});
		RACES.put("close, release", (round) -> {
			round.limits(1, 2);
			Slot<FakeConnection> first = round.lease("a");
			Slot<FakeConnection> second = round.lease("b", "alice");
			round.party((party) -> round.admission.close());
			round.party((party) -> {
				round.giveBack(first);
				round.giveBack(second, "alice");
			});
		});
		RACES.put("timeout, release, other waiter", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			round.party((party) -> round.giveBack(held));
			round.party((party) -> party.useWithin(ThreadLocalRandom.current().nextInt(20_000), "a"));
			round.party((party) -> party.use("a"));
		});
		RACES.put("wait without time, discard, other waiter", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			round.party((party) -> round.discard(held));
			round.party((party) -> party.useWithin(0, "a"));
			round.party((party) -> party.use("a"));
		});
		RACES.put("interrupt, release", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			Party interrupted = round.party((party) -> party.useUnlessInterrupted("a"));
			round.party((party) -> {
				interrupted.interrupt();
				round.giveBack(held);
			});
		});
		RACES.put("interrupt, release, other waiter", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			Party interrupted = round.party((party) -> party.useUnlessInterrupted("a"));
			boolean releaseFirst = ThreadLocalRandom.current().nextBoolean();
			round.party((party) -> {
				if (releaseFirst) {
					round.giveBack(held);
				}
				interrupted.interrupt();
				if (!releaseFirst) {
					round.giveBack(held);
				}
			});
			round.party((party) -> party.use("a"));
		});
		RACES.put("two releases, two waiters", (round) -> {
			round.limits(2, 2);
			Slot<FakeConnection> first = round.lease("a");
			Slot<FakeConnection> second = round.lease("a");
			Waiter<FakeConnection> one = round.admission.enqueue("a", null);
			Waiter<FakeConnection> two = round.admission.enqueue("a", null);
			round.party((party) -> round.giveBack(first));
			round.party((party) -> round.giveBack(second));
			round.check(() -> {
				round.assertAssigned(one, "a");
				round.assertAssigned(two, "a");
			});
		});
		RACES.put("two discards, two waiters", (round) -> {
			round.limits(1, 2);
			Slot<FakeConnection> first = round.lease("a");
			Slot<FakeConnection> second = round.lease("b");
			Waiter<FakeConnection> one = round.admission.enqueue("a", null);
			Waiter<FakeConnection> two = round.admission.enqueue("b", null);
			round.party((party) -> round.discard(first));
			round.party((party) -> round.discard(second));
			round.check(() -> {
				round.assertAssigned(one, "a");
				round.assertAssigned(two, "b");
			});
		});
		RACES.put("release, use, use", (round) -> {
			round.limits(2, 2);
			Slot<FakeConnection> first = round.lease("a");
			Slot<FakeConnection> second = round.lease("a");
			round.party((party) -> {
				round.giveBack(first);
				round.discard(second);
				party.use("a");
			});
			round.party((party) -> party.use("a"));
		});
		RACES.put("reading, release, waiter", (round) -> {
			round.limits(1, 1);
			Slot<FakeConnection> held = round.lease("a");
			Waiter<FakeConnection> waiter = round.admission.enqueue("a", null);
			round.party((party) -> round.admission.read());
			round.party((party) -> round.giveBack(held));
			round.check(() -> round.assertAssigned(waiter, "a"));
		});
		RACES.put("full queue, two enqueues", (round) -> {
			round.limits(1, 1, 1);
			round.lease("a");
			List<Waiter<FakeConnection>> waiters = new ArrayList<>();
			for (int i = 0; i < 2; i++) {
				round.party((party) -> {
					Waiter<FakeConnection> waiter = round.admission.enqueue("a", null);
					synchronized (waiters) {
						waiters.add(waiter);
					}
				});
			}
			round.check(() -> {
				Set<Status> statuses = Set.of(waiters.get(0).status(), waiters.get(1).status());
				if (!statuses.equals(Set.of(Status.WAITING, Status.REJECTED))) {
					round.referee.violation("one should wait and one be rejected: " + statuses);
				}
				waiters.forEach(Waiter::cancel);
			});
		});
	}

	private final Consumer<Round> race;

	private final long slowestRoundNanos;

	private final CountDownLatch ended = new CountDownLatch(1);

	/** The round that runs is the last one. */
	private volatile boolean lastRound;

	/** No thread has to go on. */
	private volatile boolean over;

	private volatile Round current;

	private AdmissionHandshake(Consumer<Round> race, Duration slowestRound) {
		this.race = race;
		this.slowestRoundNanos = slowestRound.toNanos();
		this.current = new Round(race, 1);
	}

	static Set<String> races() {
		return RACES.keySet();
	}

	/**
	 * Run rounds of a race until one goes wrong or the time is over.
	 * @param name which race
	 * @param time for how long
	 * @param slowestRound a round that takes longer hangs
	 * @param threads kind of threads
	 * @return what went right, or wrong
	 */
	static Verdict run(String name, Duration time, Duration slowestRound, Threads threads) {
		Consumer<Round> race = RACES.get(name);
		if (race == null) {
			throw new IllegalArgumentException("No such race: " + name);
		}
		AdmissionHandshake handshake = new AdmissionHandshake(race, slowestRound);
		List<String> violations = handshake.run(name, time, threads);
		return new Verdict(name, handshake.current.number - 1, violations);
	}

	private List<String> run(String name, Duration time, Threads kind) {
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < this.current.parties.size(); i++) {
			int index = i;
			threads.add(kind.start(name + " " + i, () -> work(index)));
		}
		List<String> violations = watch(time, threads);
		if (!violations.isEmpty()) {
			this.over = true;
			threads.forEach(Thread::interrupt);
		}
		threads.forEach(this::join);
		return !violations.isEmpty() ? violations : this.current.referee.violations();
	}

	private void join(Thread thread) {
		try {
			thread.join(TimeUnit.NANOSECONDS.toMillis(this.slowestRoundNanos));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private List<String> watch(Duration time, List<Thread> threads) {
		long startNanos = System.nanoTime();
		Round seen = this.current;
		long seenNanos = startNanos;
		while (!pause()) {
			long nowNanos = System.nanoTime();
			Round round = this.current;
			if (round != seen) {
				seen = round;
				seenNanos = nowNanos;
			}
			else if (round.isLost()) {
				return List.of("lost, in round " + round.number + ": " + round.describe());
			}
			else if (nowNanos - seenNanos > this.slowestRoundNanos) {
				return List.of("hangs, in round " + round.number + ": " + round.describe() + stacks(threads));
			}
			this.lastRound = nowNanos - startNanos > time.toNanos();
		}
		return List.of();
	}

	private static String stacks(List<Thread> threads) {
		StringBuilder stacks = new StringBuilder();
		for (Thread thread : threads) {
			stacks.append("\n").append(thread).append(" ").append(thread.getState());
			for (StackTraceElement frame : thread.getStackTrace()) {
				stacks.append("\n\tat ").append(frame);
			}
		}
		return stacks.toString();
	}

	private boolean pause() {
		try {
			return this.ended.await(1, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return true;
		}
	}

	private void work(int index) {
		long done = 0;
		int idle = 0;
		while (!this.over) {
			Round round = this.current;
			if (round.number == done) {
				Round.relax(++idle);
				continue;
			}
			done = round.number;
			round.run(round.parties.get(index));
			if (round.left.decrementAndGet() == 0) {
				round.finish();
				if (this.lastRound || round.isSpoilt()) {
					this.over = true;
					this.ended.countDown();
				}
				else {
					this.current = new Round(this.race, round.number + 1);
				}
			}
		}
	}

	/**
	 * What came of a race.
	 *
	 * @param race name of the race
	 * @param rounds rounds that were right
	 * @param violations what went wrong, empty if nothing did
	 */
	record Verdict(String race, long rounds, List<String> violations) {

	}

	/**
	 * One part in a round, or the check of it.
	 *
	 * @param <T> the type of what it works on
	 */
	@FunctionalInterface
	private interface Part<T> {

		void play(T on) throws InterruptedException;

	}

	/**
	 * One round.
	 */
	private static final class Round {

		private static final int YIELD_EVERY = 20;

		private static final int PARK_EVERY = 50 * YIELD_EVERY;

		private final long number;

		private final List<Party> parties = new ArrayList<>();

		private final AtomicInteger left;

		/** Spins of a reading of the clock, which widens what lies around it. */
		private final int clockDelay;

		private final Referee referee = new Referee(System::nanoTime, (connection, reason) -> {
		});

		/** Slots that are given back after the parties have finished, if still in use. */
		private final Queue<Slot<FakeConnection>> atEnd = new ConcurrentLinkedQueue<>();

		private final List<Runnable> checks = new ArrayList<>();

		private Admission<String, FakeConnection> admission;

		private boolean prepared;

		Round(Consumer<Round> race, long number) {
			this.number = number;
			ThreadLocalRandom random = ThreadLocalRandom.current();
			this.clockDelay = random.nextBoolean() ? random.nextInt(LONGEST_DELAY) : 0;
			this.admission = create(1, 1, -1);
			race.accept(this);
			this.prepared = true;
			this.left = new AtomicInteger(this.parties.size());
		}

		private Admission<String, FakeConnection> create(int maxPerRoute, int maxTotal, int maxPending) {
			return new Admission<>(maxPerRoute, maxTotal, maxPending, (route) -> -1, this.referee, () -> {
				if (this.prepared) {
					Party.spin(ThreadLocalRandom.current().nextInt(this.clockDelay + 1));
				}
				return System.nanoTime();
			});
		}

		/**
		 * Let others run. Virtual threads that do no more than yield can keep one that
		 * has not begun from all carriers, for ever: so now and then they park.
		 */
		private static void relax(int idle) {
			if (idle % PARK_EVERY == 0) {
				LockSupport.parkNanos(10_000);
			}
			else if (idle % YIELD_EVERY == 0) {
				Thread.yield();
			}
			Thread.onSpinWait();
		}

		void limits(int maxPerRoute, int maxTotal) {
			if (this.referee.live() == 0) {
				limits(maxPerRoute, maxTotal, -1);
			}
			else {
				this.referee.limits(maxPerRoute, maxTotal);
				this.admission.setMaxTotal(maxTotal);
			}
		}

		void limits(int maxPerRoute, int maxTotal, int maxPending) {
			this.referee.limits(maxPerRoute, maxTotal);
			this.admission = create(maxPerRoute, maxTotal, maxPending);
		}

		Slot<FakeConnection> lease(String route) {
			return lease(route, null);
		}

		/**
		 * Lease a slot while the round is prepared. It is given back in the end unless a
		 * party does.
		 */
		Slot<FakeConnection> lease(String route, @Nullable Object state) {
			Slot<FakeConnection> slot = await(this.admission.enqueue(route, state));
			if (slot == null) {
				throw new IllegalStateException("There should be a slot for " + route);
			}
			useUntilTheEnd(slot, route, state);
			return slot;
		}

		@Nullable Slot<FakeConnection> await(Waiter<FakeConnection> waiter) {
			try {
				return waiter.await(0);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		void useUntilTheEnd(@Nullable Slot<FakeConnection> slot, String route, @Nullable Object state) {
			if (slot != null) {
				this.referee.enter(slot, route, state);
				this.atEnd.add(slot);
			}
		}

		void giveBack(Slot<FakeConnection> slot) {
			giveBack(slot, null);
		}

		void giveBack(Slot<FakeConnection> slot, @Nullable Object state) {
			this.referee.leave(slot, state);
			this.admission.release(slot, true);
		}

		void discard(Slot<FakeConnection> slot) {
			this.referee.leave(slot, null);
			this.admission.release(slot, false);
		}

		Party party(Part<Party> part) {
			Party party = new Party(this, part);
			this.parties.add(party);
			return party;
		}

		void check(Runnable check) {
			this.checks.add(check);
		}

		void assertAssigned(Waiter<FakeConnection> waiter, String route) {
			if (waiter.status() == Status.WAITING) {
				this.referee.violation("lost: nobody serves a waiter of " + route);
			}
			useUntilTheEnd(await(waiter), route, null);
		}

		boolean isSpoilt() {
			return this.referee.hasViolations();
		}

		/**
		 * Return whether all parties that have not finished wait for a slot that nobody
		 * is going to give them.
		 */
		boolean isLost() {
			List<@Nullable Waiter<FakeConnection>> stuck = stuck();
			// Seen twice, each was stuck in between, and so all were at one instant.
			return !stuck.isEmpty() && stuck.equals(stuck());
		}

		private List<@Nullable Waiter<FakeConnection>> stuck() {
			List<@Nullable Waiter<FakeConnection>> stuck = new ArrayList<>();
			boolean anyone = false;
			for (Party party : this.parties) {
				Waiter<FakeConnection> awaited = party.awaited;
				if (party.finished) {
					stuck.add(null);
				}
				else if (awaited != null && awaited.status() == Status.WAITING) {
					stuck.add(awaited);
					anyone = true;
				}
				else {
					return List.of();
				}
			}
			return anyone ? stuck : List.of();
		}

		String describe() {
			List<String> descriptions = new ArrayList<>();
			for (Party party : this.parties) {
				Waiter<FakeConnection> awaited = party.awaited;
				descriptions
					.add(party.finished ? "finished" : (awaited != null) ? awaited.status().toString() : "busy");
			}
			return descriptions + " " + this.admission.read();
		}

		void run(Party party) {
			try {
				party.play();
			}
			catch (InterruptedException ex) {
				this.referee.violation("interrupted");
			}
			catch (RuntimeException | Error ex) {
				this.referee.violation(party + " failed: " + ex);
			}
		}

		/**
		 * Check what is left by the parties, when all have finished.
		 */
		void finish() {
			try {
				this.checks.forEach(Runnable::run);
				for (Slot<FakeConnection> slot : this.atEnd) {
					FakeConnection connection = slot.getItem();
					if (connection != null && connection.hands().get() != 0) {
						giveBack(slot);
					}
				}
				this.admission.sweep((connection) -> false);
				Occupancy reading = this.admission.read();
				if (reading.leased() != 0 || reading.pending() != 0 || reading.available() != this.referee.live()
						|| reading.available() > (this.admission.isClosed() ? 0 : reading.max())) {
					this.referee.violation("accounts of " + this.referee.live() + " connections: " + reading);
				}
				if (!this.admission.isClosed()) {
					takeAll();
				}
			}
			catch (RuntimeException ex) {
				this.referee.violation("check failed: " + ex);
			}
		}

		private void takeAll() {
			int max = this.admission.getMaxTotal();
			for (int i = 0; i < max; i++) {
				if (await(this.admission.enqueue("end" + i, null)) == null) {
					this.referee.violation("permits left: " + i + " of " + max);
					return;
				}
			}
		}

	}

	/**
	 * One thread's part of a round.
	 */
	private static final class Party {

		private final Round round;

		private final Part<Party> part;

		private final int delay = ThreadLocalRandom.current().nextInt(LONGEST_DELAY);

		private volatile @Nullable Waiter<FakeConnection> awaited;

		private volatile boolean finished;

		private volatile @Nullable Thread thread;

		private int spins;

		Party(Round round, Part<Party> part) {
			this.round = round;
			this.part = part;
		}

		void play() throws InterruptedException {
			Thread.interrupted(); // came too late for the round before
			this.thread = Thread.currentThread();
			spin(this.delay);
			try {
				this.part.play(this);
			}
			finally {
				this.thread = null;
				this.finished = true;
			}
		}

		static void spin(int times) {
			for (int i = 0; i < times; i++) {
				Thread.onSpinWait();
			}
		}

		void spin() {
			Round.relax(++this.spins);
		}

		void use(String route) throws InterruptedException {
			use(route, null);
		}

		void use(String route, @Nullable Object state) throws InterruptedException {
			use(FOR_EVER, route, state, (status) -> false);
		}

		void useWithin(long nanos, String route) throws InterruptedException {
			use(nanos, route, null, (status) -> status == Status.TIMED_OUT);
		}

		void useUnlessClosed(String route) throws InterruptedException {
			use(FOR_EVER, route, null, (status) -> status == Status.CLOSED);
		}

		void useUnlessInterrupted(String route) {
			try {
				use(route);
			}
			catch (InterruptedException ex) {
				this.awaited = null;
			}
		}

		void interrupt() {
			Thread target = this.thread;
			if (target != null) {
				target.interrupt();
			}
		}

		private void use(long nanos, String route, @Nullable Object state, Predicate<Status> mayEndSo)
				throws InterruptedException {
			Slot<FakeConnection> slot = (state == null) ? this.round.admission.tryTake(route) : null;
			if (slot == null) {
				Waiter<FakeConnection> waiter = this.round.admission.enqueue(route, state);
				if (nanos == FOR_EVER) {
					this.awaited = waiter;
				}
				slot = waiter.await(nanos);
				this.awaited = null;
				if (slot == null) {
					if (!mayEndSo.test(waiter.status())) {
						this.round.referee.violation("wait for " + route + " ended as " + waiter.status());
					}
					return;
				}
			}
			this.round.referee.enter(slot, route, state);
			this.round.giveBack(slot, state);
		}

	}

}
