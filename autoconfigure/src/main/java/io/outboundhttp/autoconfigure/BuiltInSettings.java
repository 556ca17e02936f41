package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.outboundhttp.call.CallSettings;
import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.pool.LeakDetection;
import io.outboundhttp.pool.egress.EgressMode;
import io.outboundhttp.pool.egress.UnresolvableTargets;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.HttpCookieHandling;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * The built-in values of a client. Some bend to what is set, so that setting one of two
 * related values never needs the other.
 */
final class BuiltInSettings {

	private static final String BUILT_IN = "built-in";

	private static final int MAX_PER_ROUTE = 50;

	private static final int TOTAL_PER_ROUTE = 10;

	private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(15);

	private static final Duration VALIDATE_AFTER_INACTIVITY = Duration.ofSeconds(2);

	private static final Duration EVICT_INTERVAL = Duration.ofSeconds(5);

	private static final Duration SHORTEST_EVICT_INTERVAL = Duration.ofMillis(10);

	private static final Duration RETRY_MAX_DELAY = Duration.ofSeconds(2);

	private final Environment environment;

	private final boolean patient;

	/**
	 * Create the built-in values of a client.
	 * @param environment where the application's name comes from
	 * @param name name of the client
	 * @param serviceGroup whether it is the client of an HTTP service group
	 */
	BuiltInSettings(Environment environment, String name, boolean serviceGroup) {
		this.environment = environment;
		this.patient = serviceGroup || name.equals(ClientDefinition.DEFAULT_NAME);
	}

	void complete(SettingResolution settings) {
		settings.complete(ClientSetting.ENABLED, true, BUILT_IN);
		settings.complete(ClientSetting.HEALTH_ENABLED, true, BUILT_IN);
		settings.complete(ClientSetting.CONNECT_TIMEOUT, Duration.ofSeconds(5), BUILT_IN);
		settings.complete(ClientSetting.READ_TIMEOUT, Duration.ofSeconds(this.patient ? 30 : 10), BUILT_IN);
		settings.complete(ClientSetting.REDIRECTS, HttpRedirects.FOLLOW_WHEN_POSSIBLE, BUILT_IN);
		settings.complete(ClientSetting.COOKIE_HANDLING, HttpCookieHandling.DISABLE, BUILT_IN);
		settings.complete(ClientSetting.CALL_TIMEOUT, Duration.ZERO, BUILT_IN);
		settings.complete(ClientSetting.MAX_RESPONSE_SIZE, DataSize.ofBytes(0), BUILT_IN);
		settings.complete(ClientSetting.DRAIN_MAX_BYTES, DataSize.ofKilobytes(64), BUILT_IN);
		settings.complete(ClientSetting.DRAIN_TIMEOUT, Duration.ofMillis(200), BUILT_IN);
		settings.complete(ClientSetting.REDIRECT_SENSITIVE_HEADERS, CallSettings.ALWAYS_SENSITIVE, BUILT_IN);
		settings.complete(ClientSetting.EGRESS_MODE, EgressMode.ENFORCE, BUILT_IN);
		settings.complete(ClientSetting.EGRESS_UNRESOLVABLE, UnresolvableTargets.DENY, BUILT_IN);
		settings.complete(ClientSetting.POOL_ACQUIRE_TIMEOUT, Duration.ofSeconds(3), BUILT_IN);
		settings.complete(ClientSetting.POOL_TIME_TO_LIVE, Duration.ofMinutes(5), BUILT_IN);
		settings.complete(ClientSetting.POOL_BUFFER_SIZE, DataSize.ofKilobytes(8), BUILT_IN);
		settings.complete(ClientSetting.POOL_MAX_PENDING, 10_000, BUILT_IN);
		settings.complete(ClientSetting.POOL_TIME_TO_LIVE_JITTER, 0.1, BUILT_IN);
		settings.complete(ClientSetting.POOL_MIN_IDLE, 0, BUILT_IN);
		settings.complete(ClientSetting.LEAK_ENABLED, true, BUILT_IN);
		settings.complete(ClientSetting.LEAK_THRESHOLD, Duration.ofSeconds(30), BUILT_IN);
		settings.complete(ClientSetting.LEAK_STACK_TRACES, LeakDetection.StackTraces.SAMPLED, BUILT_IN);
		settings.complete(ClientSetting.LEAK_RECLAIM, LeakDetection.Reclaim.ABANDONED, BUILT_IN);
		settings.complete(ClientSetting.LEAK_RECLAIM_AFTER, Duration.ofMinutes(5), BUILT_IN);
		retries(settings);
		userAgent(settings);
		limits(settings);
		idle(settings);
		for (ClientSetting<?> setting : ClientSetting.all()) {
			settings.complete(setting, null,
					setting.key().startsWith("proxy.") && settings.winner(ClientSetting.PROXY_HOST) == null
							? "JVM settings" : BUILT_IN);
		}
	}

	private static void retries(SettingResolution settings) {
		settings.complete(ClientSetting.RETRY_STALE_CONNECTION, true, BUILT_IN);
		settings.complete(ClientSetting.RETRY_MAX_RETRIES, 0, BUILT_IN);
		settings.complete(ClientSetting.RETRY_DELAY, Duration.ofMillis(100), BUILT_IN);
		settings.complete(ClientSetting.RETRY_MULTIPLIER, 2.0, BUILT_IN);
		settings.complete(ClientSetting.RETRY_METHODS, List.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"),
				BUILT_IN);
		settings.complete(ClientSetting.RETRY_STATUSES, List.of(429, 502, 503, 504), BUILT_IN);
		settings.complete(ClientSetting.RETRY_MAX_RETRY_AFTER, Duration.ofSeconds(10), BUILT_IN);
		settings.complete(ClientSetting.RETRY_BUDGET, 0.2, BUILT_IN);
		Duration delay = require(settings, ClientSetting.RETRY_DELAY);
		if (delay.compareTo(RETRY_MAX_DELAY) > 0) {
			settings.complete(ClientSetting.RETRY_MAX_DELAY, delay, derivedFrom(settings, ClientSetting.RETRY_DELAY));
		}
		settings.complete(ClientSetting.RETRY_MAX_DELAY, RETRY_MAX_DELAY, BUILT_IN);
	}

	private void userAgent(SettingResolution settings) {
		if (System.getProperty("http.agent") != null) {
			settings.complete(ClientSetting.USER_AGENT, null, "system property http.agent");
		}
		String name = this.environment.getProperty("spring.application.name");
		if (StringUtils.hasText(name)) {
			settings.complete(ClientSetting.USER_AGENT, name, "derived from spring.application.name");
		}
	}

	private void limits(SettingResolution settings) {
		Integer maxTotal = settings.value(ClientSetting.POOL_MAX_TOTAL);
		if (maxTotal != null && maxTotal < MAX_PER_ROUTE) {
			settings.complete(ClientSetting.POOL_MAX_PER_ROUTE, maxTotal,
					derivedFrom(settings, ClientSetting.POOL_MAX_TOTAL));
		}
		Integer minIdle = settings.value(ClientSetting.POOL_MIN_IDLE);
		if (minIdle != null && minIdle > MAX_PER_ROUTE) {
			settings.complete(ClientSetting.POOL_MAX_PER_ROUTE, minIdle,
					derivedFrom(settings, ClientSetting.POOL_MIN_IDLE));
		}
		settings.complete(ClientSetting.POOL_MAX_PER_ROUTE, MAX_PER_ROUTE, BUILT_IN);
		settings.complete(ClientSetting.POOL_MAX_TOTAL,
				TOTAL_PER_ROUTE * require(settings, ClientSetting.POOL_MAX_PER_ROUTE),
				derivedFrom(settings, ClientSetting.POOL_MAX_PER_ROUTE));
	}

	private void idle(SettingResolution settings) {
		Duration timeToLive = require(settings, ClientSetting.POOL_TIME_TO_LIVE);
		if (!timeToLive.isZero() && timeToLive.compareTo(IDLE_TIMEOUT) < 0) {
			settings.complete(ClientSetting.POOL_IDLE_TIMEOUT, timeToLive,
					derivedFrom(settings, ClientSetting.POOL_TIME_TO_LIVE));
		}
		settings.complete(ClientSetting.POOL_IDLE_TIMEOUT, IDLE_TIMEOUT, BUILT_IN);
		Duration idleTimeout = require(settings, ClientSetting.POOL_IDLE_TIMEOUT);
		if (!idleTimeout.isZero() && idleTimeout.compareTo(VALIDATE_AFTER_INACTIVITY) < 0) {
			settings.complete(ClientSetting.POOL_VALIDATE_AFTER_INACTIVITY, idleTimeout,
					derivedFrom(settings, ClientSetting.POOL_IDLE_TIMEOUT));
		}
		settings.complete(ClientSetting.POOL_VALIDATE_AFTER_INACTIVITY, VALIDATE_AFTER_INACTIVITY, BUILT_IN);
		settings.complete(ClientSetting.POOL_EVICT_INTERVAL, evictInterval(idleTimeout),
				idleTimeout.isZero() ? BUILT_IN : derivedFrom(settings, ClientSetting.POOL_IDLE_TIMEOUT));
	}

	private static Duration evictInterval(Duration idleTimeout) {
		Duration quarter = idleTimeout.dividedBy(4);
		if (idleTimeout.isZero() || quarter.compareTo(EVICT_INTERVAL) > 0) {
			return EVICT_INTERVAL;
		}
		return (quarter.compareTo(SHORTEST_EVICT_INTERVAL) < 0) ? SHORTEST_EVICT_INTERVAL : quarter;
	}

	private static String derivedFrom(SettingResolution settings, ClientSetting<?> setting) {
		SettingLayer winner = settings.winner(setting);
		return "derived from " + ((winner != null) ? winner.describe(setting) : setting.key());
	}

	private static <T> T require(SettingResolution settings, ClientSetting<T> setting) {
		@Nullable T value = settings.value(setting);
		if (value == null) {
			throw new IllegalStateException("no value for '%s' yet".formatted(setting));
		}
		return value;
	}

}
