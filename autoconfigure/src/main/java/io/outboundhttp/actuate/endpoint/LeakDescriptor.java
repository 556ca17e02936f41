package io.outboundhttp.actuate.endpoint;

import java.util.Locale;

import io.outboundhttp.LeakReport;
import io.outboundhttp.pool.PoolSnapshot;

/**
 * A leak that was found.
 *
 * @param agoMillis how long ago
 * @param kind why the connection is thought to be leaked
 * @param reclaimed whether it was taken back
 * @param lease the connection when it was found
 * @since 0.1.0
 */
public record LeakDescriptor(long agoMillis, String kind, boolean reclaimed, LeaseDescriptor lease) {

	static LeakDescriptor of(PoolSnapshot.RecentLeak leak) {
		LeakReport report = leak.report();
		return new LeakDescriptor(leak.ageMillis(), report.kind().name().toLowerCase(Locale.ROOT), report.reclaimed(),
				LeaseDescriptor.of(report.lease()));
	}

}
