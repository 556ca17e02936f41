package io.outboundhttp.pool;

/**
 * A change of limits by an operator. Immutable.
 *
 * @param before limits that held until then
 * @param override what holds from then on
 * @since 0.1.0
 */
public record LimitsChange(PoolLimits before, LimitOverride override) {

}
