package io.outboundhttp.actuate.endpoint;

import java.time.Duration;

import io.outboundhttp.pool.PoolLimits;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.convert.DurationStyle;

/**
 * Request of an operator to change the limits of a client for a while, checked.
 *
 * @param maxTotal limit of all connections, {@code null} to leave it
 * @param maxPerRoute limit of a route, {@code null} to leave it
 * @param revertAfter for how long
 */
record LimitsRequest(@Nullable Integer maxTotal, @Nullable Integer maxPerRoute, Duration revertAfter) {

	private static final int MAX = 10_000;

	private static final Duration SHORTEST = Duration.ofSeconds(1);

	private static final Duration LONGEST = Duration.ofHours(24);

	private static final Duration DEFAULT = Duration.ofHours(1);

	private static final int SHOWN = 40;

	/**
	 * Check what an operator says.
	 * @throws InvalidEndpointRequestException if it cannot be done; the reason says what
	 * can
	 */
	static LimitsRequest parse(@Nullable String maxTotal, @Nullable String maxPerRoute, @Nullable String revertAfter) {
		if (maxTotal == null && maxPerRoute == null) {
			throw invalid("nothing to change: say 'maxTotal' or 'maxPerRoute' (1 to %d connections) or both, and for "
					+ "how long with 'revertAfter' (1s to 24h, 1h if it is not said)", MAX);
		}
		return new LimitsRequest(limit("maxTotal", maxTotal), limit("maxPerRoute", maxPerRoute), duration(revertAfter));
	}

	private static @Nullable Integer limit(String name, @Nullable String value) {
		if (value == null) {
			return null;
		}
		try {
			int limit = Integer.parseInt(value.strip());
			if (limit >= 1 && limit <= MAX) {
				return limit;
			}
		}
		catch (NumberFormatException ex) {
			// said below
		}
		throw invalid("'%s' is '%s', which is no whole number from 1 to %d", name, shown(value), MAX);
	}

	private static Duration duration(@Nullable String value) {
		if (value == null) {
			return DEFAULT;
		}
		try {
			Duration duration = DurationStyle.detectAndParse(value.strip());
			if (duration.compareTo(SHORTEST) >= 0 && duration.compareTo(LONGEST) <= 0) {
				return duration;
			}
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			// said below
		}
		throw invalid("'revertAfter' is '%s', which is no duration from 1s to 24h, such as 15m", shown(value));
	}

	/**
	 * Return the limits that are asked for.
	 * @param now the limits that hold now
	 * @throws InvalidEndpointRequestException if they contradict each other
	 */
	PoolLimits applyTo(PoolLimits now) {
		PoolLimits limits = new PoolLimits((this.maxTotal != null) ? this.maxTotal : now.maxTotal(),
				(this.maxPerRoute != null) ? this.maxPerRoute : now.maxPerRoute());
		if (this.maxPerRoute != null && limits.maxPerRoute() > limits.maxTotal()) {
			throw invalid(
					"'maxPerRoute' %d cannot be reached, since the limit of all routes together is %d: "
							+ "say a 'maxTotal' of at least %d too",
					limits.maxPerRoute(), limits.maxTotal(), limits.maxPerRoute());
		}
		return limits;
	}

	static InvalidEndpointRequestException invalid(String format, @Nullable Object... arguments) {
		String reason = format.formatted(arguments);
		return new InvalidEndpointRequestException(reason, reason);
	}

	static String shown(String value) {
		return (value.length() > SHOWN) ? value.substring(0, SHOWN) + "…" : value;
	}

}
