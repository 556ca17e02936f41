package io.outboundhttp.pool;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.LeakReport;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.pool.egress.EgressMode;

/**
 * Reading of one pool. Totals, rows and leases are separate readings of a pool in use, so
 * they need not add up.
 *
 * @param name name of the pool
 * @param leased connections handed out to callers
 * @param available idle connections kept for reuse
 * @param pending callers waiting for a connection
 * @param oldestWaitMillis for how long the first of them waits
 * @param starvingMillis for how long some caller always waited and none was served
 * @param maxTotal limit of all connections
 * @param maxPerRoute limit of a route without a limit of its own
 * @param routes one row per route with connections or waiting callers
 * @param leases the leases that are held for longest, at most 100, the oldest first
 * @param leaks figures of leaks
 * @param recentLeaks the latest reports of leaks, at most 50, the latest first
 * @param connections figures of connections
 * @param calls figures of calls
 * @since 0.1.0
 */
public record PoolSnapshot(String name, int leased, int available, int pending, long oldestWaitMillis,
		long starvingMillis, int maxTotal, int maxPerRoute, List<Route> routes, List<LeaseSnapshot> leases, Leaks leaks,
		List<RecentLeak> recentLeaks, Connections connections, Calls calls) {

	/**
	 * Create a reading.
	 */
	public PoolSnapshot {
		routes = List.copyOf(routes);
		leases = List.copyOf(leases);
		recentLeaks = List.copyOf(recentLeaks);
	}

	/**
	 * Reading of one route.
	 *
	 * @param target target of the route as {@code scheme://host:port}
	 * @param via proxy of the route as {@code scheme://host:port}, empty when direct
	 * @param leased connections handed out to callers
	 * @param available idle connections kept for reuse
	 * @param pending callers waiting for a connection
	 * @param oldestWaitMillis for how long the first of them waits
	 * @param leaked leases that are suspected, or abandoned and not taken back
	 * @param max limit of this route
	 * @param learnedReuseAgeMillis idle time up to which connections are used again, as
	 * the server has announced or shown, {@code null} if that bounds nothing
	 */
	public record Route(String target, String via, int leased, int available, int pending, long oldestWaitMillis,
			int leaked, int max, @Nullable Long learnedReuseAgeMillis) {

	}

	/**
	 * Figures of leaks. The first two are of now, the others count since the pool was
	 * opened.
	 *
	 * @param suspected leases that are suspected now
	 * @param abandoned leases that are abandoned and not taken back
	 * @param suspectedTotal leases that were ever suspected
	 * @param abandonedTotal leases that were ever found abandoned
	 * @param supersededTotal leases whose place a later response took
	 * @param reclaimedTotal connections that were taken back
	 */
	public record Leaks(int suspected, int abandoned, long suspectedTotal, long abandonedTotal, long supersededTotal,
			long reclaimedTotal) {

	}

	/**
	 * Report of a leak, and when it was made.
	 *
	 * @param ageMillis how long ago
	 * @param report the report
	 */
	public record RecentLeak(long ageMillis, LeakReport report) {

	}

	/**
	 * Figures of connections since the pool was opened.
	 *
	 * @param opened connections that were opened
	 * @param closed connections that were closed, by reason
	 * @param timeouts callers that got none in time
	 * @param rejected callers that were turned away
	 * @param refused places that HttpClient's own pool had not for an admitted
	 * connection; anything but zero is a defect
	 */
	public record Connections(long opened, Map<CloseReason, Long> closed, long timeouts, long rejected, long refused) {

		/**
		 * Create figures.
		 */
		public Connections {
			closed = Map.copyOf(closed);
		}

	}

	/**
	 * Figures of calls since the pool was opened.
	 *
	 * @param retries requests that were sent again, by reason
	 * @param retriesDenied requests that were not sent again although a failure called
	 * for it, by reason
	 * @param timeouts calls that took longer than their call timeout, by phase
	 * @param egressDenied connections that the egress policy denies, by what became of
	 * them
	 */
	public record Calls(Map<RetryReason, Long> retries, Map<RetryDenial, Long> retriesDenied,
			Map<CallPhase, Long> timeouts, Map<EgressMode, Long> egressDenied) {

		/**
		 * Create figures.
		 */
		public Calls {
			retries = Map.copyOf(retries);
			retriesDenied = Map.copyOf(retriesDenied);
			timeouts = Map.copyOf(timeouts);
			egressDenied = Map.copyOf(egressDenied);
		}

	}

}
