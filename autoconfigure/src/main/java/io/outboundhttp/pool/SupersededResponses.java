package io.outboundhttp.pool;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.LeaseSnapshot.Phase;

/**
 * Finds the responses that a call leaves open behind its back. An interceptor that sends
 * the request again and forgets the first response leaks a connection, and so does one
 * that throws after it got a response; the application cannot close what it never sees.
 * <p>
 * Within one call, an earlier response is closed when the one that the application got is
 * closed, or when this very caller would have to wait. Of a call that has failed, all are
 * closed. Never one whose body was asked for: its reader may still be at work. A nested
 * call is a call of its own, so it closes nothing of the one around it; and an
 * interceptor that sends a request twice and returns the first response keeps it, since
 * only earlier ones are closed.
 */
final class SupersededResponses {

	private static final long FAILED_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

	private SupersededResponses() {
	}

	/**
	 * Return the latest of a chain of leases that has not ended.
	 * @param latest head of the chain
	 * @return the lease or {@code null}
	 */
	static @Nullable TrackedLease open(@Nullable TrackedLease latest) {
		TrackedLease lease = latest;
		while (lease != null && lease.isEnded()) {
			lease = lease.earlier();
		}
		return lease;
	}

	/**
	 * A lease has ended: close the responses that it has superseded.
	 * @param lease the lease
	 * @param leaks what closes them
	 */
	static void ended(TrackedLease lease, LeakDetector leaks) {
		OuterCall call = lease.call().outerCall();
		if (call == null) {
			return;
		}
		if (call.latest() == lease) {
			call.latest(open(lease.earlier()));
		}
		if (lease.earlier() != null && call.hasReturned() && lease.thread() == Thread.currentThread()) {
			close(lease.earlier(), leaks);
		}
	}

	/**
	 * This caller is about to wait: close what it holds without knowing.
	 * @param thread the caller
	 * @param leaks what closes it
	 */
	static void release(ThreadCalls thread, LeakDetector leaks) {
		OuterCall current = thread.current().outerCall();
		if (current != null) {
			close(current.latest(), leaks);
		}
		if (thread.outerCalls().stream().anyMatch((call) -> call != current && isOpenWithoutReturn(call))) {
			releaseFailed(thread, leaks);
		}
	}

	private static boolean isOpenWithoutReturn(OuterCall call) {
		return call.latest() != null && !call.hasReturned();
	}

	/**
	 * Of the calls with interceptors that have not returned, the latest ones are those
	 * under way; the others have failed.
	 */
	private static void releaseFailed(ThreadCalls thread, LeakDetector leaks) {
		StackTraceElement[] stack = Thread.currentThread().getStackTrace();
		int underWay = -1;
		for (OuterCall call : List.copyOf(thread.outerCalls())) {
			if (call.hasInterceptors() && !call.hasReturned()) {
				underWay = (underWay < 0) ? call.interceptedCalls(stack) : underWay;
				if (underWay > 0) {
					underWay--;
				}
				else {
					close(call.latest(), leaks);
				}
			}
		}
	}

	/**
	 * Close the response of a lease if its call has failed, for whatever thread.
	 * @param lease the lease
	 * @param nowNanos the current reading of the clock
	 * @param leaks what closes it
	 */
	static void sweep(TrackedLease lease, long nowNanos, LeakDetector leaks) {
		OuterCall call = lease.call().outerCall();
		if (call == null || lease.exchange().phase() != Phase.RESPONSE_UNREAD
				|| nowNanos - lease.exchange().progressNanos() < FAILED_AFTER_NANOS) {
			return;
		}
		Thread thread = lease.thread();
		// The stack first: if the call is not on it, what it has written is seen.
		boolean gone = thread == null || !call.isAnyUnderWay(thread.getStackTrace());
		if (gone && !call.isUnreachable() && !call.hasReturned()) {
			close(lease, leaks);
		}
	}

	private static void close(@Nullable TrackedLease latest, LeakDetector leaks) {
		for (TrackedLease lease = latest; lease != null; lease = lease.earlier()) {
			if (lease.isActive() && lease.exchange().phase() == Phase.RESPONSE_UNREAD) {
				leaks.superseded(lease);
			}
		}
	}

}
