package io.outboundhttp.metrics;

/**
 * Whether meters carry the route, and how many routes of a pool they tell apart.
 * Immutable.
 *
 * @param enabled whether meters carry the route
 * @param max number of routes of a pool that have meters of their own; all further ones
 * share those of {@value #OTHER}
 * @since 0.1.0
 */
public record RouteTag(boolean enabled, int max) {

	/** Meters without the route. */
	public static final RouteTag OFF = new RouteTag(false, 50);

	/** Value of the tag for all routes beyond the number of those told apart. */
	static final String OTHER = "other";

	/** Value of the tag for the limit of the pool, which is that of no single route. */
	static final String ALL = "all";

}
