package io.outboundhttp.autoconfigure;

import java.time.Duration;

import io.outboundhttp.client.HealthRules;

import org.springframework.core.env.Environment;

/**
 * Maps the properties of health to {@link HealthRules}.
 */
final class HealthRulesMapper {

	private static final String PREFIX = OutboundHttpProperties.PREFIX + ".health.";

	private final PropertyOrigins origins;

	HealthRulesMapper(Environment environment) {
		this.origins = new PropertyOrigins(environment);
	}

	/**
	 * Map the properties.
	 * @param properties the bound properties
	 * @return the rules
	 * @throws OutboundHttpConfigurationException if a value is out of its range
	 */
	HealthRules map(OutboundHttpProperties.Health properties) {
		double leakRatio = properties.getLeakRatio();
		if (!(leakRatio > 0 && leakRatio <= 1)) {
			throw invalid("leak-ratio", leakRatio, "above 0 and up to 1");
		}
		Duration threshold = properties.getStarvationThreshold();
		if (threshold.isNegative() || threshold.toMillis() == 0) {
			throw invalid("starvation-threshold", threshold, "1ms or more");
		}
		return new HealthRules(properties.getDownOn(), leakRatio, threshold);
	}

	private OutboundHttpConfigurationException invalid(String key, Object value, String expected) {
		return new OutboundHttpConfigurationException(
				"'%s' has the value '%s'. Expected %s.".formatted(this.origins.describe(PREFIX + key), value, expected),
				"Correct the value, or remove it to use the built-in one.");
	}

}
