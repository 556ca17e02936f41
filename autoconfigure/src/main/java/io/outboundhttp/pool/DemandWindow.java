package io.outboundhttp.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * What was observed of a pool in the latest ten minutes. Made of observations at any
 * distance from each other: what happened between two of them is spread evenly over the
 * slots between them. For one thread at a time.
 */
final class DemandWindow {

	static final Duration SLOT = Duration.ofSeconds(10);

	static final int SLOTS = 60;

	/** Looks that are kept: one a second. */
	private static final int LOOKS = 600;

	private static final long LOOK_NANOS = 1_000_000_000;

	private static final double NANOS_PER_MILLI = 1_000_000;

	private static final double NANOS_PER_SECOND = 1_000_000_000;

	private final Deque<Slot> slots = new ArrayDeque<>();

	private final Deque<Look> looks = new ArrayDeque<>();

	private Observation last = new Observation(0, 0, 0, 0, 0, 0, 0, 0, 0);

	long lastNanos() {
		return this.last.nanos();
	}

	/**
	 * Add an observation.
	 * @param now the observation, not before the one before
	 */
	void add(Observation now) {
		Observation before = this.last;
		forget(now.nanos());
		if (now.nanos() > before.nanos()) {
			this.last = now;
			spread(before.nanos(), now.nanos(), new Slot(-1).add(before, now));
		}
		if (now.wanted() > 0 || now.arrivals() > before.arrivals()) {
			look(new Look(now.nanos(), now.wanted(), now.wantedOfRoute()));
		}
	}

	/**
	 * Keep a look. Whoever reads the window looks too: those of one second are one, or
	 * frequent readers would shorten what it remembers.
	 */
	private void look(Look now) {
		Look latest = this.looks.peekLast();
		if (latest != null && now.nanos - latest.nanos < LOOK_NANOS) {
			this.looks.removeLast();
			this.looks.add(latest.and(now));
		}
		else {
			this.looks.add(now);
		}
		while (this.looks.size() > LOOKS) {
			this.looks.remove();
		}
	}

	private void spread(long fromNanos, long toNanos, Slot change) {
		long from = Math.max(fromNanos, toNanos - SLOT.toNanos() * SLOTS);
		while (from < toNanos) {
			long number = from / SLOT.toNanos();
			long end = Math.min(toNanos, (number + 1) * SLOT.toNanos());
			Slot slot = this.slots.peekLast();
			if (slot == null || slot.number != number) {
				slot = new Slot(number);
				this.slots.add(slot);
			}
			slot.add(change, end - from, (double) (end - from) / (toNanos - fromNanos));
			from = end;
		}
	}

	private void forget(long nowNanos) {
		long oldest = nowNanos / SLOT.toNanos() - SLOTS + 1;
		for (Slot slot = this.slots.peek(); slot != null && slot.number < oldest; slot = this.slots.peek()) {
			this.slots.remove();
		}
		long oldestNanos = SLOT.toNanos() * SLOTS;
		for (Look look = this.looks.peek(); look != null
				&& nowNanos - look.nanos > oldestNanos; look = this.looks.peek()) {
			this.looks.remove();
		}
	}

	/**
	 * Return what was needed.
	 * @param routes number of routes of the pool
	 */
	PoolUsage.Demand read(int routes) {
		List<Slot> known = new ArrayList<>(this.slots);
		known.removeIf(Slot::isIdle);
		Slot total = new Slot(-1);
		known.forEach((slot) -> total.add(slot, slot.coveredNanos, 1));
		Slot busy = busy(known);
		return new PoolUsage.Demand(Duration.ofNanos(total.coveredNanos), Math.round(total.arrivals),
				Math.round(total.waited), Math.round(total.notServed), per(busy.arrivals, busy.seconds()),
				per(busy.heldNanos, busy.released) / NANOS_PER_MILLI, busy.meanLeased(), wanted((look) -> look.wanted),
				routes, wanted((look) -> look.wantedOfRoute));
	}

	/**
	 * A slot that has just begun says little where there are others.
	 */
	private static Slot busy(List<Slot> known) {
		List<Slot> begun = known.stream().filter((slot) -> slot.coveredNanos >= SLOT.toNanos() / 2).toList();
		List<Slot> slots = new ArrayList<>(begun.isEmpty() ? known : begun);
		slots.sort(Comparator.comparingDouble(Slot::meanLeased));
		return slots.isEmpty() ? new Slot(-1) : slots.get(rank(0.95, slots.size()));
	}

	private PoolUsage.Wanted wanted(ToIntFunction<Look> value) {
		int[] sorted = this.looks.stream().mapToInt(value).sorted().toArray();
		return (sorted.length == 0) ? PoolUsage.Wanted.NONE : new PoolUsage.Wanted(sorted[rank(0.95, sorted.length)],
				sorted[rank(0.99, sorted.length)], Arrays.stream(sorted).max().orElse(0));
	}

	private static int rank(double share, int count) {
		return Math.max(0, (int) Math.ceil(share * count) - 1);
	}

	private static double per(double value, double unit) {
		return (unit > 0) ? value / unit : 0;
	}

	/**
	 * Reading of a pool and of what was counted since it was opened.
	 *
	 * @param nanos when it was made, since the window was opened
	 * @param arrivals callers that were served or left without a connection
	 * @param waited callers that had to wait
	 * @param notServed callers that left without a connection
	 * @param released connections that came back
	 * @param heldNanos for how long these were held, all together
	 * @param openNanos for how long those in use are held, all together
	 * @param wanted the most connections in use and callers waiting for one since the
	 * observation before
	 * @param wantedOfRoute the same of the route that wanted most
	 */
	record Observation(long nanos, long arrivals, long waited, long notServed, long released, long heldNanos,
			long openNanos, int wanted, int wantedOfRoute) {

	}

	/**
	 * What was wanted at a time.
	 */
	private record Look(long nanos, int wanted, int wantedOfRoute) {

		Look and(Look other) {
			return new Look(this.nanos, Math.max(this.wanted, other.wanted),
					Math.max(this.wantedOfRoute, other.wantedOfRoute));
		}

	}

	/**
	 * What happened in a time.
	 */
	private static final class Slot {

		private final long number;

		private long coveredNanos;

		private double arrivals;

		private double waited;

		private double notServed;

		private double released;

		private double heldNanos;

		/** Connections in use, each times the time for which it was. */
		private double leasedNanos;

		Slot(long number) {
			this.number = number;
		}

		double seconds() {
			return this.coveredNanos / NANOS_PER_SECOND;
		}

		double meanLeased() {
			return per(this.leasedNanos, this.coveredNanos);
		}

		/**
		 * What was spread over many slots may leave a trace in each.
		 */
		boolean isIdle() {
			return this.arrivals < 0.5 && meanLeased() < 0.05;
		}

		/**
		 * Add what happened between two observations. Counts are no snapshot of one
		 * moment: what one observation has missed, the next one has.
		 */
		Slot add(Observation before, Observation now) {
			this.arrivals += Math.max(0, now.arrivals - before.arrivals);
			this.waited += Math.max(0, now.waited - before.waited);
			this.notServed += Math.max(0, now.notServed - before.notServed);
			this.released += Math.max(0, now.released - before.released);
			this.heldNanos += Math.max(0, now.heldNanos - before.heldNanos);
			this.leasedNanos += Math.max(0, now.heldNanos + now.openNanos - before.heldNanos - before.openNanos);
			return this;
		}

		void add(Slot change, long nanos, double share) {
			this.coveredNanos += nanos;
			this.arrivals += share * change.arrivals;
			this.waited += share * change.waited;
			this.notServed += share * change.notServed;
			this.released += share * change.released;
			this.heldNanos += share * change.heldNanos;
			this.leasedNanos += share * change.leasedNanos;
		}

	}

}
