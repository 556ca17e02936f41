package io.outboundhttp.pool;

import java.time.Duration;

/**
 * What the callers of a pool do: how long they wait for a connection and hold it, and how
 * many connections they could use at once. Connections that are opened in advance do not
 * count. Immutable.
 *
 * @param waits how long callers waited for a connection since the pool was opened, those
 * that got none included, those that were turned away at once not
 * @param holds how long callers held a connection since the pool was opened
 * @param demand what they needed lately
 * @since 0.1.0
 */
public record PoolUsage(Distribution waits, Distribution holds, Demand demand) {

	/**
	 * Distribution of times. The percentiles are exact to a quarter of their power of
	 * two.
	 *
	 * @param count number of times
	 * @param p50Millis milliseconds that half of them stay within
	 * @param p90Millis milliseconds that 90 percent of them stay within
	 * @param p99Millis milliseconds that 99 percent of them stay within
	 * @param maxMillis the longest, in milliseconds
	 * @param meanMillis the mean, in milliseconds
	 */
	public record Distribution(long count, double p50Millis, double p90Millis, double p99Millis, double maxMillis,
			double meanMillis) {

	}

	/**
	 * What callers needed in the latest ten minutes. The window is made of slots of ten
	 * seconds. Those in which nobody came and nobody held a connection do not count. The
	 * busy slot is the one at the 95th percentile of the others by the mean number of
	 * connections in use, so that a single stall is none.
	 *
	 * @param busyTime how much of the window there was something to observe
	 * @param arrivals callers that asked for a connection
	 * @param waited callers among them that had to wait
	 * @param notServed callers among them that got none in time, or were turned away
	 * @param arrivalsPerSecond callers per second in the busy slot
	 * @param meanHoldMillis how long they held a connection on average, in milliseconds
	 * @param meanLeased mean number of connections in use in the busy slot: callers per
	 * second times the time that each holds one
	 * @param wanted connections in use and callers waiting for one, looked at about once
	 * a second
	 * @param routes number of routes that the pool has now
	 * @param wantedOfRoute the same of the route that wanted most at each look,
	 * {@link Wanted#NONE} where there are too many routes to look at each
	 */
	public record Demand(Duration busyTime, long arrivals, long waited, long notServed, double arrivalsPerSecond,
			double meanHoldMillis, double meanLeased, Wanted wanted, int routes, Wanted wantedOfRoute) {

	}

	/**
	 * Connections that could be used at once, by the share of looks that saw at most as
	 * many. Looks at times in which nobody came do not count.
	 *
	 * @param p95 the 95th percentile
	 * @param p99 the 99th percentile
	 * @param peak the most; sees a caller that has to wait for a moment only, too
	 */
	public record Wanted(int p95, int p99, int peak) {

		/**
		 * Nothing was seen.
		 */
		public static final Wanted NONE = new Wanted(0, 0, 0);

	}

}
