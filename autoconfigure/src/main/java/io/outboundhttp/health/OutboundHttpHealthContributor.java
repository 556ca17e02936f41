package io.outboundhttp.health;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;

/**
 * {@link CompositeHealthContributor} with one entry per client, and per pool that is kept
 * apart.
 *
 * @since 0.1.0
 */
public class OutboundHttpHealthContributor implements CompositeHealthContributor {

	private final OutboundHttpClients clients;

	private final HealthRules rules;

	/**
	 * Create the contributor.
	 * @param clients the clients to watch
	 * @param rules rules by which they are judged
	 */
	public OutboundHttpHealthContributor(OutboundHttpClients clients, HealthRules rules) {
		this.clients = clients;
		this.rules = rules;
	}

	@Override
	public @Nullable HealthContributor getContributor(String name) {
		return names().contains(name) ? new ClientHealthIndicator(this.clients, this.rules, name) : null;
	}

	@Override
	public Stream<Entry> stream() {
		return names().stream()
			.map((name) -> new Entry(name, new ClientHealthIndicator(this.clients, this.rules, name)));
	}

	private Set<String> names() {
		Set<String> names = new LinkedHashSet<>(this.clients.names());
		this.clients.openPools().stream().map(ConnectionPool::getName).forEach(names::add);
		names.removeIf((name) -> !isEnabled(name));
		return names;
	}

	private boolean isEnabled(String name) {
		LiveClient live = this.clients.live(name);
		ClientDefinition definition = (live != null) ? live.definition()
				: this.clients.names().contains(name) ? this.clients.definition(name) : null;
		return definition != null && definition.require(ClientSetting.HEALTH_ENABLED);
	}

}
