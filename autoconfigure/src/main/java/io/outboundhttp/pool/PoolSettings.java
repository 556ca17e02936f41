package io.outboundhttp.pool;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ConnectionPool} must know beyond its connection manager: how often it is
 * swept, after which idle time a connection is closed, and the limits of single routes.
 * Immutable.
 *
 * @since 0.1.0
 */
public final class PoolSettings {

	private final @Nullable Duration idleTimeout;

	private final Duration evictInterval;

	private final Map<HttpHost, Integer> maxPerRouteOverrides;

	/**
	 * Create new settings.
	 * @param idleTimeout idle time after which a connection is closed in the background,
	 * or {@code null} to keep idle connections until they expire
	 * @param evictInterval pause between two background sweeps, positive
	 * @param maxPerRouteOverrides limits of single routes by target (scheme, host, port)
	 */
	public PoolSettings(@Nullable Duration idleTimeout, Duration evictInterval,
			Map<HttpHost, Integer> maxPerRouteOverrides) {
		Objects.requireNonNull(evictInterval, "'evictInterval' must not be null");
		if (evictInterval.isNegative() || evictInterval.isZero()) {
			throw new IllegalArgumentException("evictInterval: " + evictInterval + " (expected: > 0)");
		}
		if (idleTimeout != null && (idleTimeout.isNegative() || idleTimeout.isZero())) {
			throw new IllegalArgumentException("idleTimeout: " + idleTimeout + " (expected: > 0 or null)");
		}
		this.idleTimeout = idleTimeout;
		this.evictInterval = evictInterval;
		this.maxPerRouteOverrides = Map.copyOf(maxPerRouteOverrides);
	}

	/**
	 * Return the idle time after which a connection is closed in the background.
	 * @return the idle time or {@code null} if idle connections stay until they expire
	 */
	public @Nullable Duration getIdleTimeout() {
		return this.idleTimeout;
	}

	/**
	 * Return the pause between two background sweeps.
	 * @return the pause, positive
	 */
	public Duration getEvictInterval() {
		return this.evictInterval;
	}

	/**
	 * Return the limits of single routes by target.
	 * @return an immutable map
	 */
	public Map<HttpHost, Integer> getMaxPerRouteOverrides() {
		return this.maxPerRouteOverrides;
	}

}
