package io.outboundhttp.actuate.endpoint;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.SettingFormat;
import io.outboundhttp.pool.LimitOverride;
import io.outboundhttp.pool.PoolLimits;
import io.outboundhttp.pool.egress.EgressPolicy;
import io.outboundhttp.pool.egress.EgressRule;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.cookie.StandardCookieSpec;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.HttpCookieHandling;

/**
 * The settings that are in effect: read back from the live objects where a client is in
 * use and they can be asked, else as they will be.
 */
final class EffectiveSettings {

	private static final String CODE = "code";

	private static final String UNAPPLIED = "no effect on the application's own builder";

	private EffectiveSettings() {
	}

	static Map<String, SettingDescriptor> of(ClientDefinition definition) {
		return describe(definition, Map.of(), Set.of());
	}

	static Map<String, SettingDescriptor> of(LiveClient live) {
		Map<String, SettingDescriptor> settings = describe(live.definition(), readBack(live), live.unapplied());
		LimitOverride override = live.pool().getOverride();
		if (override != null) {
			String origin = override.by() + " until " + override.until();
			settings.put(ClientSetting.POOL_MAX_TOTAL.key(),
					new SettingDescriptor(override.limits().maxTotal(), origin));
			settings.put(ClientSetting.POOL_MAX_PER_ROUTE.key(),
					new SettingDescriptor(override.limits().maxPerRoute(), origin));
		}
		return settings;
	}

	private static Map<String, SettingDescriptor> describe(ClientDefinition definition,
			Map<ClientSetting<?>, @Nullable Object> readBack, Set<ClientSetting<?>> unapplied) {
		Map<String, SettingDescriptor> settings = new LinkedHashMap<>();
		for (ClientSetting<?> setting : ClientSetting.all()) {
			settings.put(setting.key(), unapplied.contains(setting) ? new SettingDescriptor(null, UNAPPLIED)
					: describe(setting, definition, readBack));
		}
		return settings;
	}

	private static SettingDescriptor describe(ClientSetting<?> setting, ClientDefinition definition,
			Map<ClientSetting<?>, @Nullable Object> readBack) {
		ClientSetting.Value<?> defined = definition.value(setting);
		Object value = readBack.containsKey(setting) ? readBack.get(setting) : defined.value();
		String origin = Objects.equals(value, defined.value()) ? defined.origin() : CODE;
		return new SettingDescriptor(SettingFormat.format(setting, value), origin);
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
