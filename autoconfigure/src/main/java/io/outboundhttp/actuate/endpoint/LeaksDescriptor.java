package io.outboundhttp.actuate.endpoint;

import io.outboundhttp.pool.PoolSnapshot;

/**
 * Leaks of a client.
 *
 * @param suspected leases that are suspected now
 * @param abandoned leases that are abandoned and not taken back
 * @param superseded leases whose place a later response took, since the pool was opened
 * @param reclaimed connections that were taken back since the pool was opened
 * @since 0.1.0
 */
public record LeaksDescriptor(int suspected, int abandoned, long superseded, long reclaimed) {

	static final LeaksDescriptor NONE = new LeaksDescriptor(0, 0, 0, 0);

	static LeaksDescriptor of(PoolSnapshot.Leaks leaks) {
		return new LeaksDescriptor(leaks.suspected(), leaks.abandoned(), leaks.supersededTotal(),
				leaks.reclaimedTotal());
	}

}
