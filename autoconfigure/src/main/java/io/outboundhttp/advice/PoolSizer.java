package io.outboundhttp.advice;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.advice.Sizing.Confidence;
import io.outboundhttp.pool.PoolLimits;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.pool.PoolUsage;
import io.outboundhttp.pool.PoolUsage.Demand;
import io.outboundhttp.pool.PoolUsage.Wanted;

/**
 * Concludes how large a pool should be.
 * <p>
 * Callers that need not wait show what they need: by Little's law, callers per second
 * times the time for which each holds a connection. Callers that wait hide it, since they
 * come no faster than they are served. What they offer is then more than the limit by
 * that law where they come on their own accord; where each comes again only after it was
 * served, all that are in use or wait are what could be in use.
 */
final class PoolSizer {

	/** The highest limit that is ever recommended. */
	static final int MAX = 10_000;

	private static final int FEWEST_CALLS = 20;

	/** Share of callers that may wait in a pool that is large enough. */
	private static final double WAITING_SHARE = 0.01;

	/** Where demand above the limit is no chance any more. */
	private static final double OVERLOAD = 1.25;

	private static final Duration LONG_ENOUGH_FOR_OVERLOAD = Duration.ofSeconds(5);

	/**
	 * How far the mean must be above what most calls take for the server to have stalled.
	 */
	private static final double STALL = 2;

	private final PoolUsage usage;

	private final Demand demand;

	private final PoolSnapshot pool;

	private final PoolLimits configured;

	private final List<String> basis = new ArrayList<>();

	private PoolSizer(PoolUsage usage, PoolSnapshot pool, PoolLimits configured) {
		this.usage = usage;
		this.demand = usage.demand();
		this.pool = pool;
		this.configured = configured;
	}

	/**
	 * Size a pool.
	 * @param usage what its callers do
	 * @param pool reading of the pool
	 * @param configured the limits that are configured, which an operator may have
	 * overridden
	 * @return the size, {@code null} after too few calls
	 */
	static @Nullable Sizing size(PoolUsage usage, PoolSnapshot pool, PoolLimits configured) {
		return (usage.demand().arrivals() >= FEWEST_CALLS) ? new PoolSizer(usage, pool, configured).size() : null;
	}

	private Sizing size() {
		boolean saturated = this.demand.notServed() > 0
				|| this.demand.waited() > WAITING_SHARE * this.demand.arrivals();
		double needed = saturated ? whenSaturated() : whenNobodyWaits();
		int leaked = this.pool.leaks().suspected() + this.pool.leaks().abandoned();
		if (leaked > 0) {
			say("%d leaked connections are not counted; find the leak before you change the size", leaked);
		}
		int whole = whole(needed - leaked);
		int recommended = withHeadroom(whole, this.demand.wanted(), saturated);
		boolean stalled = stalled();
		Confidence confidence = confidence(saturated, stalled || leaked > 0);
		@Nullable String yaml = limits(whole, recommended, saturated);
		return new Sizing(whole, recommended - whole, recommended, confidence, String.join(". ", this.basis) + ".",
				this.demand.arrivalsPerSecond(), this.demand.meanHoldMillis(),
				new Sizing.Concurrency(this.demand.meanLeased(), this.demand.wanted().p95(), this.demand.wanted().p99(),
						this.demand.wanted().peak()),
				saturated, yaml);
	}

	private double whenNobodyWaits() {
		say("%.1f calls per second times %s make %.1f connections in use", this.demand.arrivalsPerSecond(), hold(),
				this.demand.meanLeased());
		return this.demand.meanLeased();
	}

	private double whenSaturated() {
		double offered = this.demand.arrivalsPerSecond() * this.demand.meanHoldMillis() / 1000;
		say("%d of %d callers had to wait, %d got no connection", this.demand.waited(), this.demand.arrivals(),
				this.demand.notServed());
		if (offered > OVERLOAD * limit() && this.demand.busyTime().compareTo(LONG_ENOUGH_FOR_OVERLOAD) >= 0) {
			say("%.1f calls per second times %s would keep %.1f connections in use", this.demand.arrivalsPerSecond(),
					hold(), offered);
			return offered;
		}
		int wanted = this.demand.wanted().p95();
		say("Up to %d connections were in use or waited for at once", wanted);
		return Math.max(wanted, offered);
	}

	private static int whole(double needed) {
		return (int) Math.max(1, Math.min(MAX, Math.round(needed)));
	}

	/**
	 * Twice the square root is what arrivals at random exceed their mean by in one moment
	 * of forty. A backlog is not what has to be served at once.
	 */
	private static int withHeadroom(int needed, Wanted wanted, boolean saturated) {
		int usual = (int) Math.ceil(needed + 2 * Math.sqrt(needed));
		return Math.min(MAX, saturated ? usual : Math.max(usual, wanted.p99()));
	}

	/**
	 * Where hardly anything is in use, it does not matter.
	 */
	private boolean stalled() {
		double usual = this.usage.holds().p90Millis();
		boolean stalled = this.demand.meanHoldMillis() > STALL * usual && this.demand.meanLeased() >= 2;
		if (stalled) {
			say("Calls took much longer than usual then, when nine of ten took at most %s: look at the server, a larger "
					+ "pool does not make it faster", millis(usual));
		}
		return stalled;
	}

	private Confidence confidence(boolean saturated, boolean unusual) {
		long calls = this.demand.arrivals();
		long seconds = this.demand.busyTime().toSeconds();
		say("Seen: %d calls in %d s of the last ten minutes", calls, seconds);
		if (unusual || calls < 200 || seconds < 60) {
			return Confidence.LOW;
		}
		return (saturated || calls < 1000 || seconds < 300) ? Confidence.MEDIUM : Confidence.HIGH;
	}

	/**
	 * Return the lines that raise what is too low. A limit is never told to be lowered by
	 * what is seen in ten minutes.
	 */
	private @Nullable String limits(int needed, int recommended, boolean saturated) {
		Map<String, Integer> limits = new LinkedHashMap<>();
		int ofRoute = ofRoute(needed, recommended, saturated);
		PoolSnapshot.@Nullable Route own = routeWithLimitOfItsOwn();
		int limit = (own != null) ? own.max() : this.configured.maxPerRoute();
		if (ofRoute > limit) {
			limits.put(
					(own != null) ? "max-per-route-overrides:\n          \"[" + own.target() + "]\"" : "max-per-route",
					ofRoute);
		}
		if (recommended > this.configured.maxTotal()) {
			limits.put("max-total", recommended);
		}
		int lowest = Math.min(limit, this.configured.maxTotal());
		if (limits.isEmpty() && ofRoute > 0 && lowest >= 2 * recommended) {
			say("The limit of %d could be lower, if this is as busy as it gets", lowest);
		}
		return limits.isEmpty() ? null : ClientKeys.yaml(this.pool.name(), limits);
	}

	/**
	 * Return the only route, if its limit is not that of all routes.
	 */
	private PoolSnapshot.@Nullable Route routeWithLimitOfItsOwn() {
		PoolSnapshot.Route first = (this.pool.routes().size() == 1) ? this.pool.routes().get(0) : null;
		return (first != null && first.max() != this.pool.maxPerRoute()) ? first : null;
	}

	private int ofRoute(int needed, int recommended, boolean saturated) {
		if (this.demand.routes() <= 1) {
			return recommended;
		}
		Wanted ofRoute = this.demand.wantedOfRoute();
		if (ofRoute.peak() == 0 || this.demand.wanted().p95() == 0) {
			this.basis
				.add("With %d routes, what the busiest of them needs is not known".formatted(this.demand.routes()));
			return 0;
		}
		say("Of %d routes, the busiest wanted up to %d", this.demand.routes(), ofRoute.p95());
		double share = Math.min(1, (double) ofRoute.p95() / this.demand.wanted().p95());
		return withHeadroom(whole(needed * share), ofRoute, saturated);
	}

	private int limit() {
		int perRoute = this.pool.routes().stream().mapToInt(PoolSnapshot.Route::max).sum();
		return (perRoute > 0) ? Math.min(perRoute, this.pool.maxTotal()) : this.pool.maxPerRoute();
	}

	private void say(String sentence, Object... values) {
		this.basis.add(String.format(Locale.ROOT, sentence, values));
	}

	private String hold() {
		return millis(this.demand.meanHoldMillis());
	}

	private static String millis(double millis) {
		return String.format(Locale.ROOT, (millis < 10) ? "%.1f ms" : "%.0f ms", millis);
	}

}
