package io.outboundhttp.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.hc.client5.http.HttpRoute;

import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.pool.admission.Occupancy;

/**
 * Reads a pool: what it has, who holds it, and what was counted. Safe for use by several
 * threads.
 */
final class PoolReader {

	private static final int LEASES_SHOWN = 100;

	private static final int LEASES_TOLD = 3;

	private final ConnectionPool pool;

	private final CallCounts calls;

	private final Starvation starvation;

	PoolReader(ConnectionPool pool, CallCounts calls, Starvation starvation) {
		this.pool = pool;
		this.calls = calls;
		this.starvation = starvation;
	}

	/**
	 * Return the leases of now, the oldest first.
	 */
	List<TrackedLease> leases() {
		List<TrackedLease> leases = new ArrayList<>();
		for (PooledConnection connection : this.pool.connections().all()) {
			TrackedLease lease = connection.lease();
			if (lease != null && !lease.isEnded()) {
				leases.add(lease);
			}
		}
		leases.sort((one, other) -> Long.signum(one.sinceNanos() - other.sinceNanos()));
		return leases;
	}

	boolean hasLeases() {
		return this.pool.connections().all().stream().anyMatch((connection) -> connection.lease() != null);
	}

	Occupancy read() {
		return withoutWarmUp(this.pool.admission().read(), this.pool.warmUp().held(null));
	}

	Occupancy read(HttpRoute route) {
		return withoutWarmUp(this.pool.admission().read(route), this.pool.warmUp().held(route));
	}

	private static Occupancy withoutWarmUp(Occupancy occupancy, int held) {
		return (held == 0) ? occupancy : new Occupancy(Math.max(0, occupancy.leased() - held), occupancy.available(),
				occupancy.pending(), occupancy.oldestWaitNanos(), occupancy.max());
	}

	PoolSnapshot snapshot() {
		Occupancy total = read();
		List<TrackedLease> leases = leases();
		long nowNanos = this.pool.nanos();
		Map<HttpRoute, Integer> leaked = new HashMap<>();
		leases.stream()
			.filter(TrackedLease::isLeaked)
			.forEach((lease) -> leaked.merge(lease.getRoute(), 1, Integer::sum));
		List<PoolSnapshot.Route> routes = this.pool.admission()
			.getRoutes()
			.stream()
			.map((route) -> describe(route, leaked.getOrDefault(route, 0), nowNanos))
			.toList();
		return new PoolSnapshot(this.pool.getName(), total.leased(), total.available(), total.pending(),
				total.oldestWaitNanos() / 1_000_000, this.starvation.starvingMillis(nowNanos), total.max(),
				this.pool.admission().getMaxPerRoute(), routes,
				leases.stream().limit(LEASES_SHOWN).map(TrackedLease::snapshot).toList(),
				this.pool.leaks().figures(leases), this.pool.leaks().recent(nowNanos), connections(),
				this.calls.snapshot());
	}

	private PoolSnapshot.Route describe(HttpRoute route, int leaked, long nowNanos) {
		Occupancy occupancy = read(route);
		return new PoolSnapshot.Route(Routes.target(route), Routes.proxy(route), occupancy.leased(),
				occupancy.available(), occupancy.pending(), occupancy.oldestWaitNanos() / 1_000_000, leaked,
				occupancy.max(), this.pool.connections().learnedReuseAgeMillis(route, nowNanos));
	}

	PoolFigures figures() {
		Occupancy total = read();
		return new PoolFigures(total.leased(), total.available(), total.pending(), total.max(),
				this.pool.leaks().figures(List.of()), connections(), this.calls.snapshot());
	}

	List<PoolFigures.Route> routeFigures() {
		List<PoolFigures.Route> figures = new ArrayList<>();
		this.pool.admission().readRoutes().forEach((route, reading) -> {
			Occupancy occupancy = withoutWarmUp(reading, this.pool.warmUp().held(route));
			figures.add(new PoolFigures.Route(route, occupancy.leased(), occupancy.available(), occupancy.pending(),
					occupancy.max()));
		});
		return figures;
	}

	private PoolSnapshot.Connections connections() {
		Connections connections = this.pool.connections();
		return new PoolSnapshot.Connections(connections.openedCount(), connections.closedCounts(),
				this.calls.notServedCount(), this.calls.rejectedCount(), connections.refusedCount());
	}

	/**
	 * Read what a caller is told that gets no connection. The leases are those of its
	 * route if that has reached its limit, else those of all.
	 * @param route the route
	 * @param thread the caller
	 * @return the reading
	 */
	Shortage shortage(HttpRoute route, ThreadCalls thread) {
		Occupancy occupancy = this.pool.admission().read(route);
		Occupancy total = this.pool.admission().read();
		boolean ofRoute = occupancy.leased() >= occupancy.max();
		List<TrackedLease> leases = leases().stream()
			.filter((lease) -> !ofRoute || lease.getRoute().equals(route))
			.toList();
		int heldByCaller = (int) leases.stream().filter((lease) -> lease.isHeldBy(thread)).count();
		return new Shortage(
				new PoolExhaustedException.RouteSnapshot(this.pool.getName(), Routes.target(route), occupancy.leased(),
						occupancy.available(), occupancy.pending(), occupancy.max(), total.leased() + total.available(),
						total.max(), heldByCaller),
				leases.stream().limit(LEASES_TOLD).map(TrackedLease::snapshot).toList());
	}

	/**
	 * Why a caller gets no connection.
	 *
	 * @param route reading of its route
	 * @param oldest a few of the leases that are in its way, the oldest first
	 */
	record Shortage(PoolExhaustedException.RouteSnapshot route, List<LeaseSnapshot> oldest) {

	}

}
