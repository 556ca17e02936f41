package io.outboundhttp.pool;

import java.util.List;

import io.outboundhttp.LeakReport;
import io.outboundhttp.LeaseSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a flood of leaks from flooding the log: of those that look the same, the first is
 * admitted, then one a minute with the number of those left out. Safe for use by several
 * threads.
 */
final class LeakLogLimit {

	private final LogLimit<Fingerprint> limit = new LogLimit<>();

	/**
	 * Ask whether a report may be logged.
	 * @param report the report
	 * @param nowNanos the current reading of the clock
	 * @return the number of similar reports left out before, negative if this one is left
	 * out too
	 */
	long admit(LeakReport report, long nowNanos) {
		return this.limit.admit(Fingerprint.of(report.kind(), report.reclaimed(), report.lease()), nowNanos);
	}

	/**
	 * Return whether the end of a suspected lease may be logged: not while those that
	 * look the same are left out.
	 * @param lease the lease
	 * @return whether it may
	 */
	boolean wasLogged(LeaseSnapshot lease) {
		return this.limit.wasAdmitted(Fingerprint.of(LeakReport.Kind.SUSPECTED, false, lease));
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
