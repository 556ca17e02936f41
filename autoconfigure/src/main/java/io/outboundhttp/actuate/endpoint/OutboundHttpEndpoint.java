package io.outboundhttp.actuate.endpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@link Endpoint} that shows the outbound HTTP clients and their pools. Reading it opens
 * no pool and sends no request.
 *
 * @since 0.1.0
 */
@Endpoint(id = "outboundhttp", defaultAccess = Access.READ_ONLY)
public class OutboundHttpEndpoint {

	private final OutboundHttpClients clients;

	private final HealthRules rules;

	/**
	 * Create the endpoint.
	 * @param clients the clients to show
	 * @param rules rules by which their status is judged
	 */
	public OutboundHttpEndpoint(OutboundHttpClients clients, HealthRules rules) {
		this.clients = clients;
		this.rules = rules;
	}

	/**
	 * Return all clients.
	 * @return one entry per client, and per pool that is kept apart
	 */
	@ReadOperation
	public ClientsDescriptor clients() {
		Map<String, ClientSummary> descriptors = new LinkedHashMap<>();
		for (String name : this.clients.names()) {
			descriptors.put(name, new ClientSummary("UP", PoolDescriptor.notOpen(this.clients.definition(name)),
					LeaksDescriptor.NONE, null));
		}
		for (ConnectionPool pool : this.clients.openPools()) {
			PoolSnapshot snapshot = pool.snapshot();
			descriptors.put(pool.getName(), new ClientSummary(status(snapshot), PoolDescriptor.of(snapshot),
					LeaksDescriptor.of(snapshot.leaks()), TlsDescriptor.of(this.clients.tls(pool))));
		}
		return new ClientsDescriptor(descriptors);
	}

	/**
	 * Return one client.
	 * @param client name of the client
	 * @return the client, or {@code null} if there is none of that name
	 */
	@ReadOperation
	public @Nullable ClientDescriptor client(@Selector String client) {
		LiveClient live = this.clients.live(client);
		if (live == null) {
			return this.clients.names().contains(client) ? notOpen(this.clients.definition(client)) : null;
		}
		PoolSnapshot snapshot = live.pool().snapshot();
		return new ClientDescriptor(status(snapshot), PoolDescriptor.of(snapshot), LeaksDescriptor.of(snapshot.leaks()),
				TlsDescriptor.of(this.clients.tls(live.pool())), CountsDescriptor.of(snapshot),
				snapshot.routes().stream().map(RouteDescriptor::of).toList(),
				snapshot.leases().stream().map(LeaseDescriptor::of).toList(),
				snapshot.recentLeaks().stream().map(LeakDescriptor::of).toList(), EffectiveSettings.of(live));
	}

	private String status(PoolSnapshot snapshot) {
		return this.rules.isDown(this.rules.problems(snapshot, this.clients.maintenanceDelay())) ? "DOWN" : "UP";
	}

	private static ClientDescriptor notOpen(ClientDefinition definition) {
		return new ClientDescriptor("UP", PoolDescriptor.notOpen(definition), LeaksDescriptor.NONE, null, null,
				List.of(), List.of(), List.of(), EffectiveSettings.of(definition));
	}

	/**
	 * All clients.
	 *
	 * @param clients the clients by name
	 */
	public record ClientsDescriptor(Map<String, ClientSummary> clients) implements OperationResponseBody {

	}

	/**
	 * One client among all.
	 *
	 * @param status status of the client
	 * @param pool its pool
	 * @param leaks its leaks
	 * @param tls its SSL bundle, absent without
	 */
	public record ClientSummary(String status, PoolDescriptor pool, LeaksDescriptor leaks,
			@Nullable TlsDescriptor tls) {

	}

	/**
	 * One client alone.
	 *
	 * @param status status of the client
	 * @param pool its pool
	 * @param leaks its leaks
	 * @param tls its SSL bundle, absent without
	 * @param counts what was counted since its pool was opened, absent if it is not open
	 * @param routes the routes with connections or waiting callers
	 * @param leases the connections that are held for longest, at most 100
	 * @param recentLeaks the latest leaks, at most 50
	 * @param settings value and origin of every setting by key
	 */
	public record ClientDescriptor(String status, PoolDescriptor pool, LeaksDescriptor leaks,
			@Nullable TlsDescriptor tls, @Nullable CountsDescriptor counts, List<RouteDescriptor> routes,
			List<LeaseDescriptor> leases, List<LeakDescriptor> recentLeaks,
			Map<String, SettingDescriptor> settings) implements OperationResponseBody {

	}

	/**
	 * One route of a client.
	 *
	 * @param route target as {@code scheme://host:port}
	 * @param via proxy as {@code scheme://host:port}, absent when direct
	 * @param leased connections handed out to callers
	 * @param available idle connections kept for reuse
	 * @param pending callers waiting for a connection
	 * @param max limit of the route
	 * @param learnedReuseAgeMillis idle time up to which connections are used again, as
	 * the server has announced or shown, absent if that bounds nothing
	 */
	public record RouteDescriptor(String route, @Nullable String via, int leased, int available, int pending, int max,
			@Nullable Long learnedReuseAgeMillis) {

		static RouteDescriptor of(PoolSnapshot.Route route) {
			return new RouteDescriptor(route.target(), route.via().isEmpty() ? null : route.via(), route.leased(),
					route.available(), route.pending(), route.max(), route.learnedReuseAgeMillis());
		}

	}

}
