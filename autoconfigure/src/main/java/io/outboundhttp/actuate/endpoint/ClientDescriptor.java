package io.outboundhttp.actuate.endpoint;

import java.util.List;
import java.util.Map;

import io.outboundhttp.actuate.endpoint.ClientsDescriptor.ClientSummary;
import io.outboundhttp.pool.PoolSnapshot;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * One client alone.
 *
 * @param status status of the client
 * @param problems what is wrong with it
 * @param pool its pool
 * @param busiestRoute the route with the least room, absent without routes
 * @param leaks its leaks
 * @param acquire how long callers waited for a connection, absent if its pool is not open
 * @param usage how long callers held a connection, absent if its pool is not open
 * @param tls its SSL bundle, absent without
 * @param override limits that an operator has set for a while, absent without
 * @param counts what was counted since its pool was opened, absent if it is not open
 * @param routes the routes with connections or waiting callers
 * @param leases the connections that are held for longest, at most 100
 * @param recentLeaks the latest leaks, at most 50
 * @param valuesShown whether stacks and names of threads are shown to who asks
 * @param sizing how large its pool should be, absent as long as too few calls were seen
 * @param advice what to change
 * @param settings value and origin of every setting by key
 * @since 0.1.0
 */
public record ClientDescriptor(String status, List<String> problems, PoolDescriptor pool,
		@Nullable RouteDescriptor busiestRoute, LeaksDescriptor leaks, @Nullable TimesDescriptor acquire,
		@Nullable TimesDescriptor usage, @Nullable TlsDescriptor tls, @Nullable OverrideDescriptor override,
		@Nullable CountsDescriptor counts, List<RouteDescriptor> routes, List<LeaseDescriptor> leases,
		List<LeakDescriptor> recentLeaks, boolean valuesShown, @Nullable SizingDescriptor sizing,
		List<AdviceDescriptor> advice, Map<String, SettingDescriptor> settings) implements OperationResponseBody {

	static ClientDescriptor of(ClientSummary summary, @Nullable PoolSnapshot snapshot,
			@Nullable SizingDescriptor sizing, List<AdviceDescriptor> advice, Map<String, SettingDescriptor> settings,
			boolean showValues) {
		return new ClientDescriptor(summary.status(), summary.problems(), summary.pool(), summary.busiestRoute(),
				summary.leaks(), summary.acquire(), summary.usage(), summary.tls(), summary.override(),
				(snapshot != null) ? CountsDescriptor.of(snapshot) : null,
				(snapshot != null) ? snapshot.routes().stream().map(RouteDescriptor::of).toList() : List.of(),
				(snapshot != null) ? leases(snapshot, showValues) : List.of(),
				(snapshot != null) ? leaks(snapshot, showValues) : List.of(), showValues, sizing, advice, settings);
	}

	private static List<LeaseDescriptor> leases(PoolSnapshot snapshot, boolean showValues) {
		return snapshot.leases().stream().map((lease) -> LeaseDescriptor.of(lease, showValues)).toList();
	}

	private static List<LeakDescriptor> leaks(PoolSnapshot snapshot, boolean showValues) {
		return snapshot.recentLeaks().stream().map((leak) -> LeakDescriptor.of(leak, showValues)).toList();
	}

}
