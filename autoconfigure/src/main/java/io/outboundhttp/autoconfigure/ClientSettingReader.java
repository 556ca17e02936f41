package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.outboundhttp.client.ClientSetting;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.autoconfigure.OutboundHttpProperties.Client;

/**
 * Reads {@link ClientSettingsProperties} as values of {@link ClientSetting}. One row per
 * setting, so that none can be bound and then forgotten.
 */
final class ClientSettingReader {

	private static final List<Row<?>> ROWS = rows();

	private ClientSettingReader() {
	}

	private static List<Row<?>> rows() {
		List<Row<?>> rows = new ArrayList<>();
		rows.add(row(ClientSetting.ENABLED, ClientSettingsProperties::getEnabled));
		rows.add(row(ClientSetting.BASE_URL,
				(properties) -> (properties instanceof Client client) ? client.getBaseUrl() : null));
		rows.add(row(ClientSetting.DEFAULT_HEADER,
				(properties) -> properties.getDefaultHeader().isEmpty() ? null : properties.getDefaultHeader()));
		rows.add(row(ClientSetting.USER_AGENT, ClientSettingsProperties::getUserAgent));
		rows.add(row(ClientSetting.CONNECT_TIMEOUT, ClientSettingsProperties::getConnectTimeout));
		rows.add(row(ClientSetting.READ_TIMEOUT, ClientSettingsProperties::getReadTimeout));
		rows.add(row(ClientSetting.CALL_TIMEOUT, ClientSettingsProperties::getCallTimeout));
		rows.add(row(ClientSetting.REDIRECTS, ClientSettingsProperties::getRedirects));
		rows.add(row(ClientSetting.REDIRECT_SENSITIVE_HEADERS,
				(properties) -> properties.getRedirect().getSensitiveHeaders()));
		rows.add(row(ClientSetting.COOKIE_HANDLING, ClientSettingsProperties::getCookieHandling));
		rows.add(row(ClientSetting.SSL_BUNDLE, (properties) -> properties.getSsl().getBundle()));
		rows.add(row(ClientSetting.MAX_RESPONSE_SIZE, ClientSettingsProperties::getMaxResponseSize));
		rows.add(row(ClientSetting.DRAIN_MAX_BYTES, (properties) -> properties.getDrain().getMaxBytes()));
		rows.add(row(ClientSetting.DRAIN_TIMEOUT, (properties) -> properties.getDrain().getTimeout()));
		rows.add(row(ClientSetting.PROXY_HOST, (properties) -> properties.getProxy().getHost()));
		rows.add(row(ClientSetting.PROXY_PORT, (properties) -> properties.getProxy().getPort()));
		rows.add(row(ClientSetting.PROXY_USERNAME, (properties) -> properties.getProxy().getUsername()));
		rows.add(row(ClientSetting.PROXY_PASSWORD, (properties) -> properties.getProxy().getPassword()));
		rows.add(row(ClientSetting.PROXY_NON_PROXY_HOSTS, (properties) -> properties.getProxy().getNonProxyHosts()));
		rows.add(row(ClientSetting.EGRESS_ALLOW, (properties) -> properties.getEgress().getAllow()));
		rows.add(row(ClientSetting.EGRESS_DENY, (properties) -> properties.getEgress().getDeny()));
		rows.add(row(ClientSetting.EGRESS_MODE, (properties) -> properties.getEgress().getMode()));
		rows.add(row(ClientSetting.EGRESS_UNRESOLVABLE, (properties) -> properties.getEgress().getUnresolvable()));
		rows.add(row(ClientSetting.POOL_MAX_PER_ROUTE, (properties) -> properties.getPool().getMaxPerRoute()));
		rows.add(row(ClientSetting.POOL_MAX_TOTAL, (properties) -> properties.getPool().getMaxTotal()));
		rows.add(row(ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES,
				(properties) -> properties.getPool().getMaxPerRouteOverrides()));
		rows.add(row(ClientSetting.POOL_MAX_PENDING, (properties) -> properties.getPool().getMaxPending()));
		rows.add(row(ClientSetting.POOL_ACQUIRE_TIMEOUT, (properties) -> properties.getPool().getAcquireTimeout()));
		rows.add(row(ClientSetting.POOL_TIME_TO_LIVE, (properties) -> properties.getPool().getTimeToLive()));
		rows.add(row(ClientSetting.POOL_TIME_TO_LIVE_JITTER,
				(properties) -> properties.getPool().getTimeToLiveJitter()));
		rows.add(row(ClientSetting.POOL_IDLE_TIMEOUT, (properties) -> properties.getPool().getIdleTimeout()));
		rows.add(row(ClientSetting.POOL_VALIDATE_AFTER_INACTIVITY,
				(properties) -> properties.getPool().getValidateAfterInactivity()));
		rows.add(row(ClientSetting.POOL_MIN_IDLE, (properties) -> properties.getPool().getMinIdle()));
		rows.add(row(ClientSetting.POOL_EVICT_INTERVAL, (properties) -> properties.getPool().getEvictInterval()));
		rows.add(row(ClientSetting.POOL_BUFFER_SIZE, (properties) -> properties.getPool().getBufferSize()));
		rows.add(row(ClientSetting.LEAK_ENABLED, (properties) -> properties.getLeakDetection().getEnabled()));
		rows.add(row(ClientSetting.LEAK_THRESHOLD, (properties) -> properties.getLeakDetection().getThreshold()));
		rows.add(row(ClientSetting.LEAK_STACK_TRACES, (properties) -> properties.getLeakDetection().getStackTraces()));
		rows.add(row(ClientSetting.LEAK_RECLAIM, (properties) -> properties.getLeakDetection().getReclaim()));
		rows.add(
				row(ClientSetting.LEAK_RECLAIM_AFTER, (properties) -> properties.getLeakDetection().getReclaimAfter()));
		rows.add(row(ClientSetting.RETRY_STALE_CONNECTION, (properties) -> properties.getRetry().getStaleConnection()));
		rows.add(row(ClientSetting.RETRY_MAX_RETRIES, (properties) -> properties.getRetry().getMaxRetries()));
		rows.add(row(ClientSetting.RETRY_DELAY, (properties) -> properties.getRetry().getDelay()));
		rows.add(row(ClientSetting.RETRY_MAX_DELAY, (properties) -> properties.getRetry().getMaxDelay()));
		rows.add(row(ClientSetting.RETRY_MULTIPLIER, (properties) -> properties.getRetry().getMultiplier()));
		rows.add(row(ClientSetting.RETRY_METHODS, (properties) -> properties.getRetry().getMethods()));
		rows.add(row(ClientSetting.RETRY_STATUSES, (properties) -> properties.getRetry().getStatuses()));
		rows.add(row(ClientSetting.RETRY_MAX_RETRY_AFTER, (properties) -> properties.getRetry().getMaxRetryAfter()));
		rows.add(row(ClientSetting.RETRY_BUDGET, (properties) -> properties.getRetry().getBudget()));
		rows.add(row(ClientSetting.HEALTH_ENABLED, (properties) -> properties.getHealth().getEnabled()));
		return rows;
	}

	private static <T> Row<T> row(ClientSetting<T> setting, Function<ClientSettingsProperties, @Nullable T> getter) {
		return new Row<>(setting, getter);
	}

	/**
	 * Return the values that are set.
	 * @param properties the bound properties
	 * @return the values by setting
	 */
	static Map<ClientSetting<?>, Object> read(ClientSettingsProperties properties) {
		Map<ClientSetting<?>, Object> values = new LinkedHashMap<>();
		for (Row<?> row : ROWS) {
			Object value = row.getter().apply(properties);
			if (value != null) {
				values.put(row.setting(), value);
			}
		}
		return values;
	}

	private record Row<T>(ClientSetting<T> setting, Function<ClientSettingsProperties, @Nullable T> getter) {

	}

}
