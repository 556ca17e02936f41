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
 * @since 0.1.0
 */
public record ClientsDescriptor(String access, long maintenanceDelayMillis,
		Map<String, ClientSummary> clients) implements OperationResponseBody {

	/**
	 * One client among all.
	 *
	 * @param status status of the client
	 * @param problems what is wrong with it
	 * @param pool its pool
	 * @param busiestRoute the route with the least room, absent without routes
	 * @param leaks its leaks
	 * @param tls its SSL bundle, absent without
	 * @param override limits that an operator has set for a while, absent without
	 */
	public record ClientSummary(String status, List<String> problems, PoolDescriptor pool,
			@Nullable RouteDescriptor busiestRoute, LeaksDescriptor leaks, @Nullable TlsDescriptor tls,
			@Nullable OverrideDescriptor override) {

	}

}
