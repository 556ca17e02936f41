package io.outboundhttp.pool;

/**
 * Limits of a pool's connections. Immutable.
 *
 * @param maxTotal limit of all connections, positive
 * @param maxPerRoute limit of a route without a limit of its own, positive
 * @since 0.1.0
 */
public record PoolLimits(int maxTotal, int maxPerRoute) {

	/**
	 * Create limits.
	 * @throws IllegalArgumentException if one is not positive
	 */
	public PoolLimits {
		if (maxTotal < 1 || maxPerRoute < 1) {
			throw new IllegalArgumentException(
					"maxTotal: %d, maxPerRoute: %d (expected: > 0)".formatted(maxTotal, maxPerRoute));
		}
	}

	@Override
	public String toString() {
		return "max-total " + this.maxTotal + " and max-per-route " + this.maxPerRoute;
	}

}
