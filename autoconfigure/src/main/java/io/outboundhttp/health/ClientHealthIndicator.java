package io.outboundhttp.health;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.client.Problem;
import io.outboundhttp.client.TlsStatus;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * {@link HealthIndicator} of one client, from a snapshot of its pool. It opens no pool
 * and sends no request.
 */
class ClientHealthIndicator extends AbstractHealthIndicator {

	private final OutboundHttpClients clients;

	private final HealthRules rules;

	private final String name;

	ClientHealthIndicator(OutboundHttpClients clients, HealthRules rules, String name) {
		super("Reading the pool of client '" + name + "' failed");
		this.clients = clients;
		this.rules = rules;
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
			judge(builder, pool.snapshot());
			tls(builder, this.clients.tls(pool));
		}
		else if (this.clients.names().contains(this.name)) {
			ClientDefinition definition = this.clients.definition(this.name);
			pool(builder, 0, 0, 0, definition.require(ClientSetting.POOL_MAX_TOTAL));
			maintenance(builder, new PoolSnapshot.Leaks(0, 0, 0, 0, 0, 0), 0);
		}
	}

	private void judge(Health.Builder builder, PoolSnapshot snapshot) {
		pool(builder, snapshot.leased(), snapshot.available(), snapshot.pending(), snapshot.maxTotal());
		maintenance(builder, snapshot.leaks(), snapshot.starvingMillis());
		Duration maintenanceDelay = this.clients.maintenanceDelay();
		Set<Problem> problems = this.rules.problems(snapshot, maintenanceDelay);
		if (!problems.isEmpty()) {
			builder.withDetail("problems",
					problems.stream().map((problem) -> problem.name().toLowerCase(Locale.ROOT)).toList());
			builder.withDetail("actions", problems.stream().map(Problem::getAction).toList());
		}
		if (this.rules.isDown(problems)) {
			builder.down();
		}
	}

	private static void pool(Health.Builder builder, int leased, int available, int pending, int max) {
		builder.withDetail("leased", leased)
			.withDetail("available", available)
			.withDetail("pending", pending)
			.withDetail("max", max);
	}

	private static void tls(Health.Builder builder, @Nullable TlsStatus status) {
		if (status == null) {
			return;
		}
		Long certificateDays = status.certificateExpiresInDays();
		Long trustDays = status.trustExpiresInDays();
		builder.withDetail("sslBundle", status.bundle());
		if (certificateDays != null) {
			builder.withDetail("certificateExpiresInDays", certificateDays);
		}
		if (trustDays != null) {
			builder.withDetail("trustExpiresInDays", trustDays);
		}
		if (status.failedReload() != null) {
			builder.withDetail("sslReloadFailed", status.failedReload());
		}
	}

	private void maintenance(Health.Builder builder, PoolSnapshot.Leaks leaks, long starvingMillis) {
		builder.withDetail("suspectedLeaks", leaks.suspected())
			.withDetail("abandonedLeaks", leaks.abandoned())
			.withDetail("supersededTotal", leaks.supersededTotal())
			.withDetail("reclaimedTotal", leaks.reclaimedTotal())
			.withDetail("starvingMillis", starvingMillis)
			.withDetail("maintenanceDelayMillis", this.clients.maintenanceDelay().toMillis());
	}

}
