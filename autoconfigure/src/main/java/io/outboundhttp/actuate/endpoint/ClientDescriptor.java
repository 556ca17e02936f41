package io.outboundhttp.actuate.endpoint;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * One client alone.
 *
 * @param status status of the client
 * @param problems what is wrong with it
 * @param pool its pool
 * @param leaks its leaks
 * @param tls its SSL bundle, absent without
 * @param override limits that an operator has set for a while, absent without
 * @param counts what was counted since its pool was opened, absent if it is not open
 * @param routes the routes with connections or waiting callers
 * @param leases the connections that are held for longest, at most 100
 * @param recentLeaks the latest leaks, at most 50
 * @param settings value and origin of every setting by key
 * @since 0.1.0
 */
public record ClientDescriptor(String status, List<String> problems, PoolDescriptor pool, LeaksDescriptor leaks,
		@Nullable TlsDescriptor tls, @Nullable OverrideDescriptor override, @Nullable CountsDescriptor counts,
		List<RouteDescriptor> routes, List<LeaseDescriptor> leases, List<LeakDescriptor> recentLeaks,
		Map<String, SettingDescriptor> settings) implements OperationResponseBody {

}
