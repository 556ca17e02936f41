package io.outboundhttp;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.Lease;
import io.outboundhttp.pool.PoolListener;

/**
 * {@link PoolListener} that writes down what it is told of leaks. Thread-safe.
 */
public final class RecordedLeaks implements PoolListener {

	private final List<LeakReport> reports = new CopyOnWriteArrayList<>();

	private final List<LeaseSnapshot> cleared = new CopyOnWriteArrayList<>();

	@Override
	public void leakDetected(ConnectionPool pool, LeakReport report) {
		this.reports.add(report);
	}

	@Override
	public void leakCleared(Lease lease) {
		this.cleared.add(lease.snapshot());
	}

	/**
	 * Return the leaks that were found, the first one first.
	 * @return an immutable copy
	 */
	public List<LeakReport> reports() {
		return List.copyOf(this.reports);
	}

	/**
	 * Return the leases that were cleared of suspicion, the first one first.
	 * @return an immutable copy
	 */
	public List<LeaseSnapshot> cleared() {
		return List.copyOf(this.cleared);
	}

}
