package io.outboundhttp.pool;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import io.outboundhttp.LeakReport;
import io.outboundhttp.LeaseSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a flood of leaks from flooding the log: of those that look the same, the first is
 * admitted, then one a minute with the number of those left out. Safe for use by several
 * threads.
 */
final class LeakLogLimit {

	private static final int FINGERPRINTS = 1000;

	private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock. Least recently used out. */
	private final Map<Fingerprint, Line> lines = new LinkedHashMap<>(16, 0.75f, true);

	/**
	 * Ask whether a report may be logged.
	 * @param report the report
	 * @param nowNanos the current reading of the clock
	 * @return the number of similar reports left out before, negative if this one is left
	 * out too
	 */
	long admit(LeakReport report, long nowNanos) {
		Fingerprint fingerprint = Fingerprint.of(report.kind(), report.reclaimed(), report.lease());
		this.lock.lock();
		try {
			Line line = this.lines.get(fingerprint);
			if (line != null && nowNanos - line.atNanos < PAUSE_NANOS) {
				line.leftOut++;
				return -1;
			}
			this.lines.put(fingerprint, new Line(nowNanos));
			removeEldest();
			return (line != null) ? line.leftOut : 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return whether the end of a suspected lease may be logged: not while those that
	 * look the same are left out.
	 * @param lease the lease
	 * @return whether it may
	 */
	boolean wasLogged(LeaseSnapshot lease) {
		this.lock.lock();
		try {
			Line line = this.lines.get(Fingerprint.of(LeakReport.Kind.SUSPECTED, false, lease));
			return line != null && line.leftOut == 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void removeEldest() {
		if (this.lines.size() > FINGERPRINTS) {
			Iterator<Fingerprint> eldest = this.lines.keySet().iterator();
			eldest.next();
			eldest.remove();
		}
	}

	/**
	 * When a line was logged, and how many were left out since.
	 */
	private static final class Line {

		private final long atNanos;

		private long leftOut;

		Line(long atNanos) {
			this.atNanos = atNanos;
		}

	}

	/**
	 * What makes two leaks look the same.
	 */
	private record Fingerprint(String client, LeakReport.Kind kind, boolean reclaimed, String route, String method,
			@Nullable String uriTemplate, List<StackTraceElement> stack) {

		static Fingerprint of(LeakReport.Kind kind, boolean reclaimed, LeaseSnapshot lease) {
			return new Fingerprint(lease.client(), kind, reclaimed, lease.route(), lease.method(), lease.uriTemplate(),
					lease.stack());
		}

	}

}
