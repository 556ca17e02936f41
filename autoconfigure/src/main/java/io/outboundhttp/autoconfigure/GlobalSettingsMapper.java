package io.outboundhttp.autoconfigure;

import java.time.Duration;

import io.outboundhttp.client.HealthRules;
import io.outboundhttp.metrics.RouteTag;

import org.springframework.core.env.Environment;

/**
 * Maps the properties that belong to no single client.
 */
final class GlobalSettingsMapper {

	private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

	private static final int MOST_ROUTES = 1000;

	private final PropertyOrigins origins;

	GlobalSettingsMapper(Environment environment) {
		this.origins = new PropertyOrigins(environment);
	}

	/**
	 * Map the properties of health.
	 * @param properties the bound properties
	 * @return the rules
	 * @throws OutboundHttpConfigurationException if a value is out of its range
	 */
	HealthRules healthRules(OutboundHttpProperties.Health properties) {
		double leakRatio = properties.getLeakRatio();
		if (!(leakRatio > 0 && leakRatio <= 1)) {
			throw invalid("health.leak-ratio", leakRatio, "above 0 and up to 1");
		}
		Duration threshold = properties.getStarvationThreshold();
		if (threshold.isNegative() || threshold.toMillis() == 0) {
			throw invalid("health.starvation-threshold", threshold, "1ms or more");
		}
		return new HealthRules(properties.getDownOn(), leakRatio, threshold);
	}

	/**
	 * Map the properties of meters.
	 * @param properties the bound properties
	 * @return the tag of the route
	 * @throws OutboundHttpConfigurationException if a value is out of its range
	 */
	RouteTag routeTag(OutboundHttpProperties.Metrics properties) {
		int max = properties.getRouteTag().getMax();
		if (max < 1 || max > MOST_ROUTES) {
			throw invalid("metrics.route-tag.max", max, "1 to " + MOST_ROUTES);
		}
		return new RouteTag(properties.getRouteTag().isEnabled(), max);
	}

	/**
	 * Map the properties of the end.
	 * @param properties the bound properties
	 * @return the longest wait for connections in use
	 * @throws OutboundHttpConfigurationException if a value is out of its range
	 */
	Duration drainTimeout(OutboundHttpProperties.Shutdown properties) {
		Duration timeout = properties.getDrainTimeout();
		if (timeout.isNegative() || timeout.compareTo(LONGEST) > 0) {
			throw invalid("shutdown.drain-timeout", timeout,
					"0 (at once) or more, at most " + LONGEST.toMillis() + "ms");
		}
		return timeout;
	}

	private OutboundHttpConfigurationException invalid(String key, Object value, String expected) {
		return new OutboundHttpConfigurationException(
				"'%s' has the value '%s'. Expected %s."
					.formatted(this.origins.describe(OutboundHttpProperties.PREFIX + "." + key), value, expected),
				"Correct the value, or remove it to use the built-in one.");
	}

}
