package io.outboundhttp.actuate.endpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.outboundhttp.actuate.endpoint.ClientsDescriptor.ClientSummary;
import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.client.Problem;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;

/**
 * Describes clients from readings of their pools. Opens no pool and sends no request.
 */
final class ClientDescriptions {

	private final OutboundHttpClients clients;

	private final HealthRules rules;

	private final Access access;

	ClientDescriptions(OutboundHttpClients clients, HealthRules rules, Access access) {
		this.clients = clients;
		this.rules = rules;
		this.access = access;
	}

	ClientsDescriptor all() {
		Map<String, ClientSummary> summaries = new LinkedHashMap<>();
		for (String name : this.clients.names()) {
			summaries.put(name, new ClientSummary("UP", List.of(), PoolDescriptor.notOpen(this.clients.definition(name)),
					LeaksDescriptor.NONE, null, null));
		}
		for (ConnectionPool pool : this.clients.openPools()) {
			PoolSnapshot snapshot = pool.snapshot();
			Set<Problem> problems = problems(snapshot);
			summaries.put(pool.getName(),
					new ClientSummary(status(problems), names(problems), PoolDescriptor.of(snapshot),
							LeaksDescriptor.of(snapshot.leaks()), TlsDescriptor.of(this.clients.tls(pool)),
							OverrideDescriptor.of(pool.getOverride())));
		}
		return new ClientsDescriptor(this.access.name().toLowerCase(Locale.ROOT).replace('_', '-'),
				this.clients.maintenanceDelay().toMillis(), summaries);
	}

	/**
	 * Describe one client.
	 * @param name its name
	 * @param showStacks whether to show stacks and names of threads
	 * @return the description, {@code null} if there is no such client
	 */
	@Nullable ClientDescriptor one(String name, boolean showStacks) {
		LiveClient live = this.clients.live(name);
		if (live == null) {
			return this.clients.names().contains(name) ? notOpen(this.clients.definition(name)) : null;
		}
		ConnectionPool pool = live.pool();
		PoolSnapshot snapshot = pool.snapshot();
		Set<Problem> problems = problems(snapshot);
		return new ClientDescriptor(status(problems), names(problems), PoolDescriptor.of(snapshot),
				LeaksDescriptor.of(snapshot.leaks()), TlsDescriptor.of(this.clients.tls(pool)),
				OverrideDescriptor.of(pool.getOverride()), CountsDescriptor.of(snapshot),
				snapshot.routes().stream().map(RouteDescriptor::of).toList(),
				snapshot.leases().stream().map((lease) -> LeaseDescriptor.of(lease, showStacks)).toList(),
				snapshot.recentLeaks().stream().map((leak) -> LeakDescriptor.of(leak, showStacks)).toList(),
				EffectiveSettings.of(live));
	}

	private static ClientDescriptor notOpen(ClientDefinition definition) {
		return new ClientDescriptor("UP", List.of(), PoolDescriptor.notOpen(definition), LeaksDescriptor.NONE, null,
				null, null, List.of(), List.of(), List.of(), EffectiveSettings.of(definition));
	}

	private Set<Problem> problems(PoolSnapshot snapshot) {
		return this.rules.problems(snapshot, this.clients.maintenanceDelay());
	}

	private String status(Set<Problem> problems) {
		return this.rules.isDown(problems) ? "DOWN" : "UP";
	}

	private static List<String> names(Set<Problem> problems) {
		return problems.stream().map((problem) -> problem.name().toLowerCase(Locale.ROOT)).toList();
	}

}
