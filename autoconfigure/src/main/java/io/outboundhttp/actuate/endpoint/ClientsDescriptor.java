package io.outboundhttp.actuate.endpoint;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * All clients.
 *
 * @param access what the endpoint allows: {@code read-only} or {@code unrestricted}
 * @param maintenanceDelayMillis by how much the background work is late
 * @param clients the clients, and the pools that are kept apart, by name
 * @param advice what to change
 * @param strays beans that send requests past the pools
 * @since 0.1.0
 */
public record ClientsDescriptor(String access, long maintenanceDelayMillis, Map<String, ClientSummary> clients,
		List<AdviceDescriptor> advice, List<StrayDescriptor> strays) implements OperationResponseBody {

	/**
	 * One client among all.
	 *
	 * @param status status of the client
	 * @param problems what is wrong with it
	 * @param pool its pool
	 * @param busiestRoute the route with the least room, absent without routes
	 * @param leaks its leaks
	 * @param acquire how long callers waited for a connection, absent if its pool is not
	 * open
	 * @param usage how long callers held a connection, absent if its pool is not open
	 * @param tls its SSL bundle, absent without
	 * @param override limits that an operator has set for a while, absent without
	 */
	public record ClientSummary(String status, List<String> problems, PoolDescriptor pool,
			@Nullable RouteDescriptor busiestRoute, LeaksDescriptor leaks, @Nullable TimesDescriptor acquire,
			@Nullable TimesDescriptor usage, @Nullable TlsDescriptor tls, @Nullable OverrideDescriptor override) {

	}

}
