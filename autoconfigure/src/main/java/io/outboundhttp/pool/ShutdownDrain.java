package io.outboundhttp.pool;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the open leases of pools that give no more connections, before they are
 * closed. For one thread.
 */
final class ShutdownDrain {

	/*
	 * Looked at anew every few milliseconds, since a lease counts no longer not only when
	 * it ends: it may become suspected, or its response unreachable.
	 */

	static final String KEY = "outbound-http.shutdown.drain-timeout";

	private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private static final int LEASES_TOLD = 3;

	private static final Logger logger = LoggerFactory.getLogger(ShutdownDrain.class);

	private final List<ConnectionPool> pools;

	private final TimeSource timeSource;

	ShutdownDrain(List<ConnectionPool> pools, TimeSource timeSource) {
		this.pools = pools;
		this.timeSource = timeSource;
	}

	/**
	 * Wait until no lease is open that may still end by itself, and tell which ones are
	 * left. Ends at once when the thread is interrupted.
	 * @param timeout longest wait for all pools together
	 */
	void await(Duration timeout) {
		long startNanos = this.timeSource.nanos();
		while (isInUse() && this.timeSource.nanos() - startNanos < timeout.toNanos()
				&& !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(this, PAUSE_NANOS);
		}
		long millis = TimeUnit.NANOSECONDS.toMillis(this.timeSource.nanos() - startNanos);
		this.pools.forEach((pool) -> tell(pool, millis));
	}

	private boolean isInUse() {
		return this.pools.stream()
			.flatMap((pool) -> pool.reader().leases().stream())
			.anyMatch((lease) -> !lease.isLeaked());
	}

	private static void tell(ConnectionPool pool, long millis) {
		List<TrackedLease> leases = pool.reader().leases();
		if (leases.isEmpty()) {
			return;
		}
		long leaked = leases.stream().filter(TrackedLease::isLeaked).count();
		logger.warn(
				"Client '{}': {} connections are closed while in use, {} ms after the application context began to close"
						+ " ({} of them leaked, hence not waited for): {}. Let them end earlier, or change {}",
				pool.getName(), leases.size(), millis, leaked,
				leases.stream()
					.limit(LEASES_TOLD)
					.map((lease) -> PoolMessages.describe(lease.snapshot()))
					.collect(Collectors.joining("; ")),
				KEY);
	}

}
