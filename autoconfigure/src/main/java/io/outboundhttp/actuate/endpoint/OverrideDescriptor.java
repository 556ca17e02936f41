package io.outboundhttp.actuate.endpoint;

import java.time.Instant;

import io.outboundhttp.pool.LimitOverride;
import org.jspecify.annotations.Nullable;

/**
 * Limits that an operator has set for a while.
 *
 * @param by who has set them
 * @param until when the configured limits hold again
 * @param maxTotal limit of all connections until then
 * @param maxPerRoute limit of a route until then
 * @since 0.1.0
 */
public record OverrideDescriptor(String by, Instant until, int maxTotal, int maxPerRoute) {

	static @Nullable OverrideDescriptor of(@Nullable LimitOverride override) {
		return (override != null) ? new OverrideDescriptor(override.by(), override.until(),
				override.limits().maxTotal(), override.limits().maxPerRoute()) : null;
	}

}
