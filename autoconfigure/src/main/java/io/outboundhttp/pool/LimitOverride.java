package io.outboundhttp.pool;

import java.time.Instant;

/**
 * Limits that an operator has set for a while in place of the configured ones. Immutable.
 *
 * @param limits the limits
 * @param by who has set them
 * @param until when the configured limits hold again
 * @since 0.1.0
 */
public record LimitOverride(PoolLimits limits, String by, Instant until) {

}
