package io.outboundhttp.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.LeakReport;
import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.pool.TrackedLease.TakeReason;

/**
 * Finds the leaked leases of a pool, takes their connections back where the settings say
 * so, and keeps the reports. Safe for use by several threads.
 */
final class LeakDetector {

	/*
	 * Who finds a leak: the upkeep thread, by sweep() and by the reference queue; the
	 * clock thread, by reclaimOverdue(); a caller, where a response was superseded; an
	 * operator. Each lease is reported once by each, since what is reported hangs on a
	 * flag of the lease (the first two) or on the one end of the lease (the others).
	 * `lock` guards `recent`. Listeners are told without it, by the upkeep thread.
	 */

	/** How soon an unreachable response is noticed after the collector has found it. */
	static final Duration LATENCY = Duration.ofMillis(250);

	private static final int RECENT = 50;

	private static final Duration LONGEST_SWEEP_INTERVAL = Duration.ofSeconds(1);

	private static final Duration SHORTEST_SWEEP_INTERVAL = Duration.ofMillis(50);

	private final ReentrantLock lock = new ReentrantLock();

	private final Deque<Found> recent = new ArrayDeque<>();

	private final AtomicLong suspectedTotal = new AtomicLong();

	private final AtomicLong abandonedTotal = new AtomicLong();

	private final AtomicLong supersededTotal = new AtomicLong();

	private final AtomicLong reclaimedTotal = new AtomicLong();

	private final ConnectionPool pool;

	private volatile LeakDetection settings;

	private final StackSampling stacks;

	LeakDetector(ConnectionPool pool) {
		this.pool = pool;
		this.settings = pool.getSettings().getLeakDetection();
		this.stacks = new StackSampling(this.settings);
	}

	/**
	 * Go on with other settings.
	 * @param settings the settings
	 */
	void apply(LeakDetection settings) {
		this.settings = settings;
		this.stacks.apply(settings);
	}

	private @Nullable Long thresholdNanos() {
		LeakDetection settings = this.settings;
		Duration threshold = settings.enabled() ? settings.threshold() : null;
		return (threshold != null) ? threshold.toNanos() : null;
	}

	boolean isEnabled() {
		return this.settings.enabled();
	}

	StackSampling stacks() {
		return this.stacks;
	}

	/**
	 * Look for suspected leases.
	 * @param nowNanos the current reading of the clock
	 */
	void sweep(long nowNanos) {
		Long threshold = thresholdNanos();
		for (PooledConnection connection : this.pool.connections().all()) {
			TrackedLease lease = connection.lease();
			if (lease != null && lease.isActive()) {
				SupersededResponses.sweep(lease, nowNanos, this);
				if (threshold != null) {
					look(lease, nowNanos, threshold);
				}
			}
		}
	}

	/**
	 * Return how often to look for suspected leases.
	 * @return nanoseconds, the largest value for never
	 */
	long sweepNanos() {
		if (!isEnabled()) {
			return Long.MAX_VALUE;
		}
		Long threshold = thresholdNanos();
		long interval = (threshold != null) ? threshold / 4 : Long.MAX_VALUE;
		return Math.max(SHORTEST_SWEEP_INTERVAL.toNanos(), Math.min(LONGEST_SWEEP_INTERVAL.toNanos(), interval));
	}

	boolean isReclaimingOverdue() {
		return isEnabled() && this.settings.reclaim() == Reclaim.OVERDUE;
	}

	private void look(TrackedLease lease, long nowNanos, long threshold) {
		if (lease.isAbandoned()) {
			return;
		}
		boolean stuck = !lease.call().isLeakExempt() && !lease.exchange().isWaitingForUpstream()
				&& nowNanos - lease.exchange().progressNanos() >= threshold;
		if (!stuck) {
			if (lease.clearSuspicion()) {
				this.pool.listener().leakCleared(lease);
			}
			return;
		}
		if (lease.suspect()) {
			this.suspectedTotal.incrementAndGet();
			report(lease, LeakReport.Kind.SUSPECTED, false);
		}
	}

	/**
	 * Note that the response of a lease is unreachable.
	 * @param lease the lease, found on the reference queue
	 */
	void abandoned(TrackedLease lease) {
		if (!lease.abandon()) {
			return;
		}
		this.abandonedTotal.incrementAndGet();
		boolean reclaim = this.settings.reclaim() != Reclaim.NEVER;
		LeakReport report = describe(lease, LeakReport.Kind.ABANDONED, reclaim);
		if (reclaim && lease.take(TakeReason.ABANDONED)) {
			this.reclaimedTotal.incrementAndGet();
		}
		publish(lease, report);
	}

	/**
	 * Close a response whose place a later one took.
	 * @param lease its lease
	 * @return whether it was open until now
	 */
	boolean superseded(TrackedLease lease) {
		LeakReport report = describe(lease, LeakReport.Kind.SUPERSEDED, true);
		if (!lease.take(TakeReason.SUPERSEDED)) {
			return false;
		}
		this.supersededTotal.incrementAndGet();
		this.pool.later(() -> publish(lease, report));
		return true;
	}

	/**
	 * Note that the call timeout has ended a lease whose response nobody reads or closes.
	 * @param lease the lease, taken back already
	 */
	void forgotten(TrackedLease lease) {
		if (!isEnabled() || lease.call().isLeakExempt()) {
			return;
		}
		this.suspectedTotal.incrementAndGet();
		this.reclaimedTotal.incrementAndGet();
		this.pool.later(() -> publish(lease, describe(lease, LeakReport.Kind.SUSPECTED, true)));
	}

	/**
	 * Take back the suspected leases that are overdue.
	 * @param nowNanos the current reading of the clock
	 * @return nanoseconds until the next one is due, the largest value for none
	 */
	long reclaimOverdue(long nowNanos) {
		if (!isReclaimingOverdue()) {
			return Long.MAX_VALUE;
		}
		long delay = Long.MAX_VALUE;
		for (PooledConnection connection : this.pool.connections().all()) {
			TrackedLease lease = connection.lease();
			if (lease != null && lease.isActive() && lease.isSuspected()) {
				long left = this.settings.reclaimAfter().toNanos() - (nowNanos - lease.sinceNanos());
				if (left > 0) {
					delay = Math.min(delay, left);
				}
				else if (!lease.exchange().isWaitingForUpstream()) {
					reclaim(lease, TakeReason.OVERDUE);
				}
			}
		}
		return delay;
	}

	/**
	 * Take back all suspected leases, and those that are abandoned and not taken back.
	 * @return how many there were
	 */
	int reclaimSuspected() {
		int reclaimed = 0;
		for (PooledConnection connection : this.pool.connections().all()) {
			TrackedLease lease = connection.lease();
			if (lease != null && lease.isLeaked() && reclaim(lease, TakeReason.BY_HAND)) {
				reclaimed++;
			}
		}
		return reclaimed;
	}

	private boolean reclaim(TrackedLease lease, TakeReason reason) {
		if (!lease.take(reason)) {
			return false;
		}
		this.reclaimedTotal.incrementAndGet();
		LeakReport.Kind kind = lease.isAbandoned() ? LeakReport.Kind.ABANDONED : LeakReport.Kind.SUSPECTED;
		this.pool.later(() -> publish(lease, describe(lease, kind, true)));
		return true;
	}

	private void report(TrackedLease lease, LeakReport.Kind kind, boolean reclaimed) {
		publish(lease, describe(lease, kind, reclaimed));
	}

	private LeakReport describe(TrackedLease lease, LeakReport.Kind kind, boolean reclaimed) {
		Thread thread = (kind == LeakReport.Kind.SUSPECTED) ? lease.thread() : null;
		return new LeakReport(kind, lease.snapshot(), reclaimed,
				(thread != null) ? List.of(thread.getStackTrace()) : List.of());
	}

	private void publish(TrackedLease lease, LeakReport report) {
		long nowNanos = this.pool.nanos();
		this.stacks.leaked(lease.getRoute(), nowNanos);
		this.lock.lock();
		try {
			this.recent.addFirst(new Found(nowNanos, report));
			if (this.recent.size() > RECENT) {
				this.recent.removeLast();
			}
		}
		finally {
			this.lock.unlock();
		}
		this.pool.listener().leakDetected(this.pool, report);
	}

	List<PoolSnapshot.RecentLeak> recent(long nowNanos) {
		this.lock.lock();
		try {
			List<PoolSnapshot.RecentLeak> leaks = new ArrayList<>();
			this.recent.forEach((found) -> leaks
				.add(new PoolSnapshot.RecentLeak((nowNanos - found.atNanos()) / 1_000_000, found.report())));
			return leaks;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return the figures of leaks.
	 * @param leases the leases of now
	 * @return the figures
	 */
	PoolSnapshot.Leaks figures(List<TrackedLease> leases) {
		int suspected = (int) leases.stream().filter(TrackedLease::isSuspected).count();
		int abandoned = (int) leases.stream().filter(TrackedLease::isAbandoned).count();
		return new PoolSnapshot.Leaks(suspected, abandoned, this.suspectedTotal.get(), this.abandonedTotal.get(),
				this.supersededTotal.get(), this.reclaimedTotal.get());
	}

	/**
	 * A report, and when it was made.
	 */
	private record Found(long atNanos, LeakReport report) {

	}

}
