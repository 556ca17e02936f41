package io.outboundhttp.actuate.endpoint;

import java.util.List;
import java.util.Locale;

import io.outboundhttp.LeakReport;
import io.outboundhttp.pool.PoolSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * A leak that was found.
 *
 * @param agoMillis how long ago
 * @param kind why the connection is thought to be leaked
 * @param reclaimed whether it was taken back
 * @param lease the connection when it was found
 * @param threadNow stack of the thread that took it when it was found, absent if that
 * thread had ended or is not shown
 * @since 0.1.0
 */
public record LeakDescriptor(long agoMillis, String kind, boolean reclaimed, LeaseDescriptor lease,
		@Nullable List<String> threadNow) {

	static LeakDescriptor of(PoolSnapshot.RecentLeak leak, boolean showValues) {
		LeakReport report = leak.report();
		return new LeakDescriptor(leak.ageMillis(), report.kind().name().toLowerCase(Locale.ROOT), report.reclaimed(),
				LeaseDescriptor.of(report.lease(), showValues),
				showValues ? LeaseDescriptor.frames(report.threadNow()) : null);
	}

}
