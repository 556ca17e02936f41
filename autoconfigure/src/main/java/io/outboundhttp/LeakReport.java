package io.outboundhttp;

import java.util.List;

/**
 * Report of one leaked lease.
 *
 * @param kind why it is thought to be leaked
 * @param lease the lease when it was found
 * @param reclaimed whether the connection was taken back
 * @param threadNow stack of the thread that took the connection when it was found to be
 * leaked, empty if that thread has ended or must not be looked at
 * @since 0.1.0
 */
public record LeakReport(Kind kind, LeaseSnapshot lease, boolean reclaimed, List<StackTraceElement> threadNow) {

	/**
	 * Create a report.
	 */
	public LeakReport {
		threadNow = List.copyOf(threadNow);
	}

	/**
	 * Why a lease is thought to be leaked.
	 */
	public enum Kind {

		/** The response is unreachable, so nobody can close it any more. */
		ABANDONED,

		/** The connection was held, and nothing read from it, for too long. */
		SUSPECTED,

		/** A later response of the same call took the place of this one. */
		SUPERSEDED

	}

}
