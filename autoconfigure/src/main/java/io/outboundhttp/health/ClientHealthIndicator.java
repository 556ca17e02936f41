package io.outboundhttp.health;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * {@link HealthIndicator} of one client, from a snapshot of its pool. It opens no pool
 * and sends no request.
 */
class ClientHealthIndicator extends AbstractHealthIndicator {

	private final OutboundHttpClients clients;

	private final String name;

	ClientHealthIndicator(OutboundHttpClients clients, String name) {
		super("Reading the pool of client '" + name + "' failed");
		this.clients = clients;
		this.name = name;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		ConnectionPool pool = this.clients.openPools()
			.stream()
			.filter((candidate) -> candidate.getName().equals(this.name))
			.findFirst()
			.orElse(null);
		builder.up();
		if (pool != null) {
			PoolSnapshot snapshot = pool.snapshot();
			details(builder, snapshot.leased(), snapshot.available(), snapshot.pending(), snapshot.maxTotal());
		}
		else if (this.clients.names().contains(this.name)) {
			ClientDefinition definition = this.clients.definition(this.name);
			details(builder, 0, 0, 0, definition.require(ClientSetting.POOL_MAX_TOTAL));
		}
	}

	private static void details(Health.Builder builder, int leased, int available, int pending, int max) {
		builder.withDetail("leased", leased)
			.withDetail("available", available)
			.withDetail("pending", pending)
			.withDetail("max", max);
	}

}
