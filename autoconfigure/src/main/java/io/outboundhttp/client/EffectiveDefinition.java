package io.outboundhttp.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.cookie.StandardCookieSpec;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.LimitOverride;
import io.outboundhttp.pool.PoolLimits;
import io.outboundhttp.pool.egress.EgressPolicy;
import io.outboundhttp.pool.egress.EgressRule;

import org.springframework.boot.http.client.HttpCookieHandling;

/**
 * What a live client really runs with, read back from the live objects.
 *
 * @since 0.1.0
 */
public final class EffectiveDefinition {

	/** Origin of what code on a builder has set. */
	private static final String CODE = "code";

	private EffectiveDefinition() {
	}

	/**
	 * Read the settings of a live client.
	 * @param live the client
	 * @return its definition, with the values that really hold and their origins
	 */
	public static ClientDefinition of(LiveClient live) {
		Map<ClientSetting<?>, ClientSetting.Value<?>> values = new HashMap<>();
		readBack(live).forEach((setting, value) -> {
			if (!Objects.equals(value, live.definition().get(setting))) {
				values.put(setting, new ClientSetting.Value<>(value, CODE, true));
			}
		});
		LimitOverride override = live.pool().getOverride();
		if (override != null) {
			String origin = override.by() + " until " + override.until();
			values.put(ClientSetting.POOL_MAX_TOTAL,
					new ClientSetting.Value<>(override.limits().maxTotal(), origin, true));
			values.put(ClientSetting.POOL_MAX_PER_ROUTE,
					new ClientSetting.Value<>(override.limits().maxPerRoute(), origin, true));
		}
		return live.definition().with(values);
	}

	private static Map<ClientSetting<?>, @Nullable Object> readBack(LiveClient live) {
		Map<ClientSetting<?>, @Nullable Object> values = new HashMap<>();
		ConnectionConfig connection = live.connectionConfig();
		values.put(ClientSetting.CONNECT_TIMEOUT, duration(connection.getConnectTimeout()));
		values.put(ClientSetting.POOL_TIME_TO_LIVE, orZero(connection.getTimeToLive()));
		values.put(ClientSetting.POOL_IDLE_TIMEOUT, orZero(connection.getIdleTimeout()));
		values.put(ClientSetting.POOL_VALIDATE_AFTER_INACTIVITY, duration(connection.getValidateAfterInactivity()));
		RequestConfig request = live.requestConfig();
		values.put(ClientSetting.READ_TIMEOUT, duration(request.getResponseTimeout()));
		values.put(ClientSetting.POOL_ACQUIRE_TIMEOUT, duration(request.getConnectionRequestTimeout()));
		values.put(ClientSetting.COOKIE_HANDLING, cookieHandling(live.definition(), request.getCookieSpec()));
		PoolLimits limits = live.pool().getLimits();
		values.put(ClientSetting.POOL_MAX_TOTAL, limits.maxTotal());
		values.put(ClientSetting.POOL_MAX_PER_ROUTE, limits.maxPerRoute());
		values.put(ClientSetting.POOL_MIN_IDLE, live.pool().getSettings().getMinIdle());
		values.put(ClientSetting.POOL_EVICT_INTERVAL, live.pool().getSettings().getEvictInterval());
		EgressPolicy egress = live.pool().getSettings().getEgress();
		values.put(ClientSetting.EGRESS_ALLOW, rules(live, ClientSetting.EGRESS_ALLOW, egress.allow()));
		values.put(ClientSetting.EGRESS_DENY, rules(live, ClientSetting.EGRESS_DENY, egress.deny()));
		values.put(ClientSetting.EGRESS_MODE, egress.mode());
		values.put(ClientSetting.EGRESS_UNRESOLVABLE, egress.unresolvable());
		return values;
	}

	/**
	 * No rules mean the same as an empty list of rules that deny.
	 */
	private static @Nullable List<String> rules(LiveClient live, ClientSetting<List<String>> setting,
			@Nullable List<EgressRule> rules) {
		if (rules == null || (rules.isEmpty() && live.definition().get(setting) == null)) {
			return null;
		}
		return rules.stream().map(EgressRule::toString).toList();
	}

	/**
	 * Two of Boot's values mean the same to HttpClient.
	 */
	private static HttpCookieHandling cookieHandling(ClientDefinition definition, @Nullable String cookieSpec) {
		HttpCookieHandling defined = definition.require(ClientSetting.COOKIE_HANDLING);
		boolean ignored = StandardCookieSpec.IGNORE.equals(cookieSpec);
		if (ignored) {
			return HttpCookieHandling.DISABLE;
		}
		return (defined != HttpCookieHandling.DISABLE) ? defined : HttpCookieHandling.ENABLE;
	}

	private static @Nullable Duration duration(@Nullable TimeValue value) {
		return (value != null) ? value.toDuration() : null;
	}

	private static Duration orZero(@Nullable TimeValue value) {
		return (value != null && TimeValue.isPositive(value)) ? value.toDuration() : Duration.ZERO;
	}

}
