package io.outboundhttp.autoconfigure;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.pool.LeakDetection;
import io.outboundhttp.client.RouteTarget;
import io.outboundhttp.pool.egress.EgressRule;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;

/**
 * Refuses values that cannot be used, and values that contradict each other. It corrects
 * nothing.
 */
final class ClientSettingValidator {

	private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+\\-.^_`|~0-9A-Za-z]+");

	private static final Pattern HOST = Pattern.compile("[^\\s/:@]*|\\[[0-9A-Fa-f:.]+]");

	private final String client;

	private final Function<String, @Nullable SslBundle> sslBundles;

	ClientSettingValidator(String client, Function<String, @Nullable SslBundle> sslBundles) {
		this.client = client;
		this.sslBundles = sslBundles;
	}

	/**
	 * Refuse a layer with a value that is out of range.
	 * @param layer the layer
	 */
	void validate(SettingLayer layer) {
		for (ClientSetting<?> setting : ClientSetting.all()) {
			validateRange(layer, setting);
		}
		validateBaseUrl(layer);
		validateHeaders(layer);
		validateNames(layer, ClientSetting.REDIRECT_SENSITIVE_HEADERS, "name of an HTTP header");
		validateNames(layer, ClientSetting.RETRY_METHODS, "HTTP method");
		validateUserAgent(layer);
		validateSslBundle(layer);
		validateProxyHost(layer);
		validateRules(layer, ClientSetting.EGRESS_ALLOW);
		validateRules(layer, ClientSetting.EGRESS_DENY);
		validateOverrides(layer);
	}

	private <T> void validateRange(SettingLayer layer, ClientSetting<T> setting) {
		T value = layer.value(setting);
		if (value != null && !setting.accepts(value)) {
			throw invalid(layer, setting, value, "It must be " + setting.expected() + ".");
		}
	}

	private void validateBaseUrl(SettingLayer layer) {
		String value = layer.value(ClientSetting.BASE_URL);
		if (value == null) {
			return;
		}
		URI uri = null;
		String mistake = "It has no host.";
		try {
			uri = new URI(value);
		}
		catch (URISyntaxException ex) {
			mistake = "It is no URL: " + ex.getReason() + ".";
		}
		// first what may be secret, so that no later message shows it
		if (value.contains("@") && (uri == null || uri.getHost() == null || uri.getRawUserInfo() != null)) {
			throw new OutboundHttpConfigurationException(
					"Client '%s': the URL of '%s' carries credentials.".formatted(this.client,
							layer.describe(ClientSetting.BASE_URL)),
					"Take user and password out of the URL and send them as a header, for example through an "
							+ "OutboundHttpClientCustomizer.");
		}
		if (value.contains("?") || value.contains("#")) {
			throw new OutboundHttpConfigurationException("Client '%s': the URL of '%s' has a query or fragment."
				.formatted(this.client, layer.describe(ClientSetting.BASE_URL)), "End the base URL with its path.");
		}
		String scheme = (uri != null) ? String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT) : "";
		if (uri != null && !List.of("http", "https", "lb").contains(scheme)) {
			throw invalid(layer, ClientSetting.BASE_URL, value, "It must start with http://, https:// or lb://.");
		}
		if (uri == null || uri.getRawAuthority() == null || !RouteTarget.hasHost(uri)) {
			throw invalid(layer, ClientSetting.BASE_URL, value, mistake);
		}
	}

	private void validateHeaders(SettingLayer layer) {
		Map<String, List<String>> headers = layer.value(ClientSetting.DEFAULT_HEADER);
		if (headers == null) {
			return;
		}
		headers.forEach((name, values) -> {
			if (!TOKEN.matcher(name).matches()) {
				throw new OutboundHttpConfigurationException(
						"Client '%s': '%s' of '%s' is no name of an HTTP header.".formatted(this.client, name,
								describe(layer, ClientSetting.DEFAULT_HEADER, name)),
						"Correct the name of the header. One with other characters than letters, digits and dashes is "
								+ "written in brackets: '[X_Team]'.");
			}
			if (values.stream().anyMatch((value) -> value.contains("\r") || value.contains("\n"))) {
				throw new OutboundHttpConfigurationException(
						"Client '%s': the value of '%s' has a line break.".formatted(this.client,
								describe(layer, ClientSetting.DEFAULT_HEADER, name)),
						"Write the value of the header in one line.");
			}
		});
	}

	private void validateNames(SettingLayer layer, ClientSetting<List<String>> setting, String what) {
		List<String> names = layer.value(setting);
		if (names != null) {
			names.stream().filter((name) -> !TOKEN.matcher(name).matches()).findFirst().ifPresent((name) -> {
				throw invalid(layer, setting, name, "It must be a list, each element the " + what + ".");
			});
		}
	}

	private void validateUserAgent(SettingLayer layer) {
		String value = layer.value(ClientSetting.USER_AGENT);
		if (value != null && (value.isBlank() || value.contains("\r") || value.contains("\n"))) {
			throw invalid(layer, ClientSetting.USER_AGENT, value, "It must be one line of text.");
		}
	}

	private void validateSslBundle(SettingLayer layer) {
		String value = layer.value(ClientSetting.SSL_BUNDLE);
		if (value != null && this.sslBundles.apply(value) == null) {
			throw invalid(layer, ClientSetting.SSL_BUNDLE, value,
					"There is no such SSL bundle below 'spring.ssl.bundle'.");
		}
	}

	private void validateProxyHost(SettingLayer layer) {
		String value = layer.value(ClientSetting.PROXY_HOST);
		if (value != null && !HOST.matcher(value).matches()) {
			throw new OutboundHttpConfigurationException(
					"Client '%s': '%s' is not the name or address of a host.".formatted(this.client,
							layer.describe(ClientSetting.PROXY_HOST)),
					"Write the host alone. Port, user and password of the proxy have keys of their own.");
		}
	}

	private void validateRules(SettingLayer layer, ClientSetting<List<String>> setting) {
		List<String> rules = layer.value(setting);
		for (int i = 0; rules != null && i < rules.size(); i++) {
			String rule = rules.get(i);
			try {
				EgressRule.parse(rule);
			}
			catch (IllegalArgumentException ex) {
				throw new OutboundHttpConfigurationException(
						"Client '%s': '%s' has the value '%s', which is no rule: %s.".formatted(this.client,
								describeElement(layer, setting, i), rule.contains("@") ? "…" : rule, ex.getMessage()),
						"Write [scheme://]host[:port], for example 'https://*.example.com', 'api.example.com:8443', "
								+ "'*.internal', '10.0.0.0/8' or '[fd00::]/8'.");
			}
		}
	}

	/**
	 * Return the key of one element of a list with its origin, which is that of the list
	 * where all elements stand in one text.
	 */
	private static String describeElement(SettingLayer layer, ClientSetting<?> setting, int index) {
		String key = layer.key(setting) + "[" + index + "]";
		String described = layer.origin().apply(key);
		return described.equals(key) ? layer.describe(setting).replace(layer.key(setting), key) : described;
	}

	private void validateOverrides(SettingLayer layer) {
		Map<String, Integer> overrides = layer.value(ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES);
		if (overrides == null) {
			return;
		}
		overrides.forEach((target, max) -> {
			try {
				RouteTarget.parse(target);
			}
			catch (IllegalArgumentException ex) {
				boolean secret = target.contains("@");
				throw new OutboundHttpConfigurationException(
						"Client '%s': '%s' of '%s' is no route: %s.".formatted(this.client, secret ? "…" : target,
								secret ? layer.describe(ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES)
										: describe(layer, ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES, target),
								secret ? "it must be scheme://host:port and nothing more" : ex.getMessage()),
						"Write the route in brackets: '[scheme://host:port]'.");
			}
			if (!ClientSetting.POOL_MAX_PER_ROUTE.accepts(max)) {
				throw invalid(describe(layer, ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES, target), max,
						"It must be " + ClientSetting.POOL_MAX_PER_ROUTE.expected() + ".");
			}
		});
	}

	/**
	 * Refuse values that contradict each other. Only values that someone set are looked
	 * at.
	 * @param settings the values that are set
	 */
	void validateTogether(SettingResolution settings) {
		Integer maxTotal = settings.value(ClientSetting.POOL_MAX_TOTAL);
		Integer maxPerRoute = settings.value(ClientSetting.POOL_MAX_PER_ROUTE);
		if (maxTotal != null && maxPerRoute != null && maxPerRoute > maxTotal) {
			throw contradiction(settings, ClientSetting.POOL_MAX_PER_ROUTE, ClientSetting.POOL_MAX_TOTAL,
					"A route cannot have more connections than the whole client.");
		}
		Map<String, Integer> overrides = settings.value(ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES);
		if (maxTotal != null && overrides != null && overrides.values().stream().anyMatch((max) -> max > maxTotal)) {
			throw contradiction(settings, ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES, ClientSetting.POOL_MAX_TOTAL,
					"A route cannot have more connections than the whole client.");
		}
		validateMinIdle(settings);
		validateOrder(settings, ClientSetting.POOL_IDLE_TIMEOUT, ClientSetting.POOL_TIME_TO_LIVE,
				"A connection is not kept idle for longer than it lives.");
		validateOrder(settings, ClientSetting.POOL_VALIDATE_AFTER_INACTIVITY, ClientSetting.POOL_IDLE_TIMEOUT,
				"A connection is closed before it would be checked.");
		validateOrder(settings, ClientSetting.RETRY_DELAY, ClientSetting.RETRY_MAX_DELAY,
				"The first pause is not longer than the longest one.");
		validateLeakDetection(settings);
		validateProxy(settings);
	}

	private void validateMinIdle(SettingResolution settings) {
		Integer ofBaseUrl = maxOfBaseUrl(settings);
		if (ofBaseUrl != null) {
			validateMinIdle(settings, ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES, ofBaseUrl);
		}
		else {
			validateMinIdle(settings, ClientSetting.POOL_MAX_PER_ROUTE,
					settings.value(ClientSetting.POOL_MAX_PER_ROUTE));
		}
		validateMinIdle(settings, ClientSetting.POOL_MAX_TOTAL, settings.value(ClientSetting.POOL_MAX_TOTAL));
	}

	private void validateMinIdle(SettingResolution settings, ClientSetting<?> limit, @Nullable Integer max) {
		Integer minIdle = settings.value(ClientSetting.POOL_MIN_IDLE);
		if (minIdle != null && max != null && minIdle > max) {
			throw contradiction(settings, ClientSetting.POOL_MIN_IDLE, limit,
					"A route cannot have more connections ready than it may have at all.");
		}
	}

	private static @Nullable Integer maxOfBaseUrl(SettingResolution settings) {
		String baseUrl = settings.value(ClientSetting.BASE_URL);
		HttpHost host = (baseUrl != null) ? RouteTarget.ofUrl(baseUrl) : null;
		Map<String, Integer> overrides = settings.value(ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES);
		if (host == null || overrides == null) {
			return null;
		}
		return overrides.entrySet()
			.stream()
			.filter((override) -> RouteTarget.parse(override.getKey()).equals(host))
			.map(Map.Entry::getValue)
			.findFirst()
			.orElse(null);
	}

	private void validateLeakDetection(SettingResolution settings) {
		Duration threshold = settings.value(ClientSetting.LEAK_THRESHOLD);
		boolean overdue = settings.value(ClientSetting.LEAK_RECLAIM) == LeakDetection.Reclaim.OVERDUE;
		if (overdue && threshold != null && threshold.isZero()) {
			throw contradiction(settings, ClientSetting.LEAK_RECLAIM, ClientSetting.LEAK_THRESHOLD,
					"Only suspected connections can be overdue, and without a threshold none is suspected.");
		}
		Duration reclaimAfter = settings.value(ClientSetting.LEAK_RECLAIM_AFTER);
		if (threshold != null && reclaimAfter != null && threshold.compareTo(reclaimAfter) > 0) {
			throw contradiction(settings, ClientSetting.LEAK_THRESHOLD, ClientSetting.LEAK_RECLAIM_AFTER,
					"A connection is suspected before it can be overdue.");
		}
	}

	private void validateOrder(SettingResolution settings, ClientSetting<Duration> lower, ClientSetting<Duration> upper,
			String reason) {
		Duration low = settings.value(lower);
		Duration high = settings.value(upper);
		if (low != null && high != null && !high.isZero() && low.compareTo(high) > 0) {
			throw contradiction(settings, lower, upper, reason);
		}
	}

	private void validateProxy(SettingResolution settings) {
		String host = settings.value(ClientSetting.PROXY_HOST);
		boolean proxied = host != null && !host.isEmpty();
		if (proxied && settings.value(ClientSetting.PROXY_PORT) == null) {
			throw missing(settings, ClientSetting.PROXY_HOST, ClientSetting.PROXY_PORT);
		}
		if (!proxied) {
			for (ClientSetting<?> setting : List.of(ClientSetting.PROXY_PORT, ClientSetting.PROXY_USERNAME,
					ClientSetting.PROXY_PASSWORD, ClientSetting.PROXY_NON_PROXY_HOSTS)) {
				SettingLayer layer = settings.winner(setting);
				if (layer != null && !layer.prefix().equals(KnownKeys.DEFAULTS_PREFIX)) {
					throw missing(settings, setting, ClientSetting.PROXY_HOST);
				}
			}
			return;
		}
		String user = settings.value(ClientSetting.PROXY_USERNAME);
		if (user != null && user.isEmpty()) {
			return;
		}
		boolean username = user != null;
		boolean password = settings.value(ClientSetting.PROXY_PASSWORD) != null;
		for (ClientSetting<?> credential : List.of(ClientSetting.PROXY_USERNAME, ClientSetting.PROXY_PASSWORD)) {
			if (settings.isInheritedBeside(ClientSetting.PROXY_HOST, credential)) {
				throw new OutboundHttpConfigurationException(
						"Client '%s': its proxy is set by '%s', but it would inherit credentials for another one from '%s'."
							.formatted(this.client, describe(settings, ClientSetting.PROXY_HOST),
									describe(settings, credential)),
						"Set user and password beside the host of the proxy, or 'proxy.username' to an empty text for a "
								+ "proxy without credentials.");
			}
		}
		if (username && !password) {
			throw missing(settings, ClientSetting.PROXY_USERNAME, ClientSetting.PROXY_PASSWORD);
		}
		if (password && !username) {
			throw missing(settings, ClientSetting.PROXY_PASSWORD, ClientSetting.PROXY_USERNAME);
		}
	}

	private OutboundHttpConfigurationException invalid(SettingLayer layer, ClientSetting<?> setting, Object value,
			String reason) {
		return invalid(layer.describe(setting), value, reason);
	}

	/**
	 * Boot's InvalidConfigurationPropertyValueException would lose the origin of a key
	 * that is not written exactly like ours: camel case, or an environment variable.
	 */
	private OutboundHttpConfigurationException invalid(String key, Object value, String reason) {
		return new OutboundHttpConfigurationException(
				"Client '%s': '%s' has the value '%s'. %s".formatted(this.client, key, value, reason),
				"Correct the value, or remove it to use the inherited or built-in one.");
	}

	private static String describe(SettingLayer layer, ClientSetting<?> setting, String element) {
		String dotted = layer.key(setting) + "." + element;
		String described = layer.origin().apply(dotted);
		return described.equals(dotted) ? layer.origin().apply(layer.key(setting) + "[" + element + "]") : described;
	}

	private OutboundHttpConfigurationException contradiction(SettingResolution settings, ClientSetting<?> first,
			ClientSetting<?> second, String reason) {
		return new OutboundHttpConfigurationException(
				"Client '%s': two settings contradict each other:%n%n    %s = %s%n    %s = %s%n%n%s".formatted(
						this.client, describe(settings, first), settings.value(first), describe(settings, second),
						settings.value(second), reason),
				"Lower '%s', raise '%s', or set only one of them: the other then follows."
					.formatted(key(settings, first), key(settings, second)));
	}

	private OutboundHttpConfigurationException missing(SettingResolution settings, ClientSetting<?> present,
			ClientSetting<?> absent) {
		SettingLayer layer = settings.winner(present);
		String prefix = (layer != null) ? layer.prefix() : KnownKeys.clientPrefix(this.client);
		return new OutboundHttpConfigurationException(
				"Client '%s': '%s' is set, but '%s' is not.".formatted(this.client, describe(settings, present),
						absent.key()),
				"Set '%s.%s' too, or remove '%s'.".formatted(prefix, absent.key(), key(settings, present)));
	}

	private static String describe(SettingResolution settings, ClientSetting<?> setting) {
		SettingLayer layer = settings.winner(setting);
		return (layer != null) ? layer.describe(setting) : setting.key();
	}

	private static String key(SettingResolution settings, ClientSetting<?> setting) {
		SettingLayer layer = settings.winner(setting);
		return (layer != null) ? layer.key(setting) : setting.key();
	}

}
