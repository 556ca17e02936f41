package io.outboundhttp.client;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

import io.outboundhttp.pool.PoolSnapshot;

/**
 * Rules by which the state of a client is judged from a reading of its pool. No request
 * is sent to find out. Immutable.
 *
 * @param downOn problems that make a client unhealthy; others are only told
 * @param leakRatio share of a route's limit, held by leaked leases, from which a client
 * is leaking
 * @param starvationThreshold time without anyone served from which a client is starving
 * @since 0.1.0
 */
public record HealthRules(Set<Problem> downOn, double leakRatio, Duration starvationThreshold) {

	/**
	 * What the properties fall back to.
	 */
	public static final HealthRules DEFAULT = new HealthRules(Set.of(Problem.LEAKING, Problem.MAINTENANCE), 0.5,
			Duration.ofSeconds(10));

	/** Three of the longest pauses between two sweeps. */
	private static final Duration MAINTENANCE_THRESHOLD = Duration.ofSeconds(15);

	/**
	 * Create rules.
	 */
	public HealthRules {
		downOn = Set.copyOf(downOn);
	}

	/**
	 * Return what is wrong with a client.
	 * @param pool reading of its pool
	 * @param maintenanceDelay by how much the background work is late
	 * @return the problems, empty if there are none
	 */
	public Set<Problem> problems(PoolSnapshot pool, Duration maintenanceDelay) {
		Set<Problem> problems = EnumSet.noneOf(Problem.class);
		if (pool.routes()
			.stream()
			.anyMatch((route) -> route.leaked() > 0 && route.leaked() >= route.max() * this.leakRatio)) {
			problems.add(Problem.LEAKING);
		}
		if (maintenanceDelay.compareTo(MAINTENANCE_THRESHOLD) >= 0 || pool.connections().refused() > 0) {
			problems.add(Problem.MAINTENANCE);
		}
		if (pool.starvingMillis() >= this.starvationThreshold.toMillis()) {
			problems.add(Problem.STARVING);
		}
		return problems;
	}

	/**
	 * Return whether a client with such problems is unhealthy.
	 * @param problems the problems
	 * @return whether it is down
	 */
	public boolean isDown(Set<Problem> problems) {
		return problems.stream().anyMatch(this.downOn::contains);
	}

}
