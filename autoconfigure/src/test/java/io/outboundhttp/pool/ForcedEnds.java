package io.outboundhttp.pool;

import io.outboundhttp.pool.TrackedLease.TakeReason;

/**
 * Ends leases against their holders, as the background threads do it.
 */
public final class ForcedEnds {

	private ForcedEnds() {
	}

	/**
	 * Take back the connections of all leases of a pool, whatever their holders do.
	 * @param pool the pool
	 * @return how many there were
	 */
	public static int takeAll(ConnectionPool pool) {
		int taken = 0;
		for (PooledConnection connection : pool.connections().all()) {
			TrackedLease lease = connection.lease();
			if (lease != null && lease.take(TakeReason.BY_HAND)) {
				taken++;
			}
		}
		return taken;
	}

}
