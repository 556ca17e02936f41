package io.outboundhttp.actuate.endpoint;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.outboundhttp.actuate.endpoint.ClientsDescriptor.ClientSummary;
import io.outboundhttp.advice.Advice;
import io.outboundhttp.advice.Advisor;
import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.client.Problem;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.pool.PoolUsage;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;

/**
 * Describes clients from readings of their pools. Opens no pool and sends no request.
 */
final class ClientDescriptions {

	private final OutboundHttpClients clients;

	private final HealthRules rules;

	private final Advisor advisor;

	private final Access access;

	ClientDescriptions(OutboundHttpClients clients, HealthRules rules, Advisor advisor, Access access) {
		this.clients = clients;
		this.rules = rules;
		this.advisor = advisor;
		this.access = access;
	}

	ClientsDescriptor all() {
		Map<String, ClientSummary> summaries = new LinkedHashMap<>();
		for (String name : this.clients.names()) {
			summaries.put(name, notOpen(this.clients.definition(name)));
		}
		for (ConnectionPool pool : this.clients.openPools()) {
			summaries.put(pool.getName(), summary(pool, pool.snapshot()));
		}
		return new ClientsDescriptor(this.access.name().toLowerCase(Locale.ROOT).replace('_', '-'),
				this.clients.maintenanceDelay().toMillis(), summaries, descriptors(this.advisor.advice()),
				this.advisor.strays().stream().map(StrayDescriptor::of).toList());
	}

	/**
	 * Describe one client.
	 * @param name its name
	 * @param showValues whether to show stacks and names of threads
	 * @return the description, {@code null} if there is no such client
	 */
	@Nullable ClientDescriptor one(String name, boolean showValues) {
		LiveClient live = this.clients.live(name);
		if (live != null) {
			PoolSnapshot snapshot = live.pool().snapshot();
			return ClientDescriptor.of(summary(live.pool(), snapshot), snapshot,
					SizingDescriptor.of(this.advisor.sizing(live.pool())), descriptors(this.advisor.advice(name)),
					EffectiveSettings.of(live), showValues);
		}
		if (this.clients.names().contains(name)) {
			ClientDefinition definition = this.clients.definition(name);
			return ClientDescriptor.of(notOpen(definition), null, null, descriptors(this.advisor.advice(name)),
					EffectiveSettings.of(definition), showValues);
		}
		return null;
	}

	private ClientSummary summary(ConnectionPool pool, PoolSnapshot snapshot) {
		PoolUsage usage = pool.usage();
		Set<Problem> problems = this.rules.problems(snapshot, this.clients.maintenanceDelay());
		return new ClientSummary(this.rules.isDown(problems) ? "DOWN" : "UP", names(problems),
				PoolDescriptor.of(snapshot), busiestRoute(snapshot), LeaksDescriptor.of(snapshot.leaks()),
				TimesDescriptor.of(usage.waits()), TimesDescriptor.of(usage.holds()),
				TlsDescriptor.of(this.clients.tls(pool)), OverrideDescriptor.of(pool.getOverride()));
	}

	private static ClientSummary notOpen(ClientDefinition definition) {
		return new ClientSummary("UP", List.of(), PoolDescriptor.notOpen(definition), null, LeaksDescriptor.NONE, null,
				null, null, null);
	}

	/**
	 * Describe the route with the least room, which is where callers come to wait.
	 */
	private static @Nullable RouteDescriptor busiestRoute(PoolSnapshot snapshot) {
		return snapshot.routes()
			.stream()
			.max(Comparator.comparingDouble((route) -> (double) (route.leased() + route.pending()) / route.max()))
			.map(RouteDescriptor::of)
			.orElse(null);
	}

	private static List<AdviceDescriptor> descriptors(List<Advice> advice) {
		return advice.stream().map(AdviceDescriptor::of).toList();
	}

	private static List<String> names(Set<Problem> problems) {
		return problems.stream().map((problem) -> problem.name().toLowerCase(Locale.ROOT)).toList();
	}

}
