package io.outboundhttp.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.LeakDetection;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.TimeLimit;
import io.outboundhttp.pool.egress.AddressFilter;

/**
 * Tells from the definition of a client, and from what became of it in its HttpClient,
 * what its pool must know.
 */
final class PoolSettingsMapper {

	private static final String IN_CODE = "set in code";

	private PoolSettingsMapper() {
	}

	/**
	 * Map the settings of a pool.
	 * @param definition what the client is
	 * @param config what is in effect, by application code perhaps
	 * @param addressFilter filter of the addresses of targets, {@code null} for none
	 * @return the settings
	 */
	static PoolSettings map(ClientDefinition definition, ConnectionConfig config,
			@Nullable AddressFilter addressFilter) {
		Map<HttpHost, Integer> overrides = new LinkedHashMap<>();
		Map<String, Integer> configured = definition.get(ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES);
		if (configured != null) {
			configured.forEach((target, max) -> overrides.put(RouteTarget.parse(target), max));
		}
		return PoolSettings.builder()
			.timeToLive(positive(config.getTimeToLive()))
			.timeToLiveJitter(definition.require(ClientSetting.POOL_TIME_TO_LIVE_JITTER))
			.idleTimeout(positive(config.getIdleTimeout()))
			.validateAfterInactivity(notNegative(config.getValidateAfterInactivity()))
			.evictInterval(definition.require(ClientSetting.POOL_EVICT_INTERVAL))
			.maxPending(definition.require(ClientSetting.POOL_MAX_PENDING))
			.minIdle(definition.require(ClientSetting.POOL_MIN_IDLE))
			.maxPerRouteOverrides(overrides)
			.leakDetection(leakDetection(definition))
			.connectTimeout(connectTimeout(definition, config))
			.drain(definition.require(ClientSetting.DRAIN_MAX_BYTES).toBytes(),
					definition.require(ClientSetting.DRAIN_TIMEOUT))
			.egress(ClientEgress.policy(definition))
			.addressFilter(addressFilter)
			.build();
	}

	private static TimeLimit connectTimeout(ClientDefinition definition, ConnectionConfig config) {
		TimeLimit defined = ClientCallSettings.limit(definition, ClientSetting.CONNECT_TIMEOUT);
		Duration inEffect = positive(config.getConnectTimeout());
		if (inEffect == null) {
			return new TimeLimit(Duration.ofMillis(Integer.MAX_VALUE), IN_CODE);
		}
		return inEffect.equals(defined.value()) ? defined : new TimeLimit(inEffect, IN_CODE);
	}

	private static LeakDetection leakDetection(ClientDefinition definition) {
		Duration threshold = definition.require(ClientSetting.LEAK_THRESHOLD);
		return new LeakDetection(definition.require(ClientSetting.LEAK_ENABLED), threshold.isZero() ? null : threshold,
				definition.require(ClientSetting.LEAK_STACK_TRACES), definition.require(ClientSetting.LEAK_RECLAIM),
				definition.require(ClientSetting.LEAK_RECLAIM_AFTER));
	}

	private static @Nullable Duration positive(@Nullable TimeValue value) {
		return (value != null && TimeValue.isPositive(value)) ? value.toDuration() : null;
	}

	private static @Nullable Duration notNegative(@Nullable TimeValue value) {
		return (value != null && TimeValue.isNonNegative(value)) ? value.toDuration() : null;
	}

}
