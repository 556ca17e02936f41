package io.outboundhttp.autoconfigure;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import io.outboundhttp.client.ClientSetting;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * The keys that there are below {@code outbound-http}, and how they are written.
 */
final class KnownKeys {

	static final String CLIENTS_PREFIX = OutboundHttpProperties.PREFIX + ".clients";

	static final String DEFAULTS_PREFIX = OutboundHttpProperties.PREFIX + ".defaults";

	private static final Pattern PLAIN_ELEMENT = Pattern.compile("[a-z0-9][a-z0-9-]*");

	/** Global key below which there are indexes. */
	private static final String OPEN_GLOBAL_KEY = "health.down-on";

	static final List<String> GLOBAL_KEYS = List.of("enabled", "takeover", "primary", "fail-on-unknown",
			OPEN_GLOBAL_KEY, "health.leak-ratio", "health.starvation-threshold", "metrics.route-tag.enabled",
			"metrics.route-tag.max", "shutdown.drain-timeout");

	/** Settings below whose key users choose names or indexes. */
	private static final Set<ClientSetting<?>> OPEN_SETTINGS = Set.of(ClientSetting.DEFAULT_HEADER,
			ClientSetting.POOL_MAX_PER_ROUTE_OVERRIDES, ClientSetting.PROXY_NON_PROXY_HOSTS,
			ClientSetting.REDIRECT_SENSITIVE_HEADERS, ClientSetting.EGRESS_ALLOW, ClientSetting.EGRESS_DENY,
			ClientSetting.RETRY_METHODS, ClientSetting.RETRY_STATUSES);

	private KnownKeys() {
	}

	/**
	 * Return what stands before the keys of a client.
	 * @param client name of the client
	 * @return the prefix without a dot at its end
	 */
	static String clientPrefix(String client) {
		return CLIENTS_PREFIX + element(client);
	}

	/**
	 * Return a name as an element of a key, in brackets where it needs them.
	 * @param name the name
	 * @return the element with what separates it from the previous one
	 */
	static String element(String name) {
		return PLAIN_ELEMENT.matcher(name).matches() ? "." + name : "[" + name + "]";
	}

	/**
	 * Return a key as a name to bind.
	 * @param key the key
	 * @return the name
	 */
	static ConfigurationPropertyName name(String key) {
		return ConfigurationPropertyName.adapt(key, '.');
	}

	/**
	 * Return whether there is such a key.
	 * @param name name below {@code outbound-http}
	 * @return whether something reads it
	 */
	static boolean contains(ConfigurationPropertyName name) {
		int elements = name.getNumberOfElements();
		if (elements == 1) {
			return true;
		}
		String first = name.getElement(1, Form.UNIFORM);
		if (first.equals("defaults")) {
			return elements > 2 && isSetting(name, 2, false);
		}
		if (first.equals("clients")) {
			return elements > 3 && isSetting(name, 3, true);
		}
		ConfigurationPropertyName rest = name.subName(1);
		return GLOBAL_KEYS.stream().map(ConfigurationPropertyName::of).anyMatch((key) -> key.equals(rest))
				|| ConfigurationPropertyName.of(OPEN_GLOBAL_KEY).isAncestorOf(rest);
	}

	/**
	 * Return whether a name is that of a client, without any setting.
	 * @param name name below {@code outbound-http}
	 * @return whether it is a client
	 */
	static boolean isClient(ConfigurationPropertyName name) {
		return name.getNumberOfElements() == 3 && name(CLIENTS_PREFIX).isAncestorOf(name);
	}

	private static boolean isSetting(ConfigurationPropertyName name, int from, boolean ofClient) {
		ConfigurationPropertyName setting = name.subName(from);
		return ClientSetting.all()
			.stream()
			.filter((candidate) -> ofClient || candidate != ClientSetting.BASE_URL)
			.anyMatch((candidate) -> {
				ConfigurationPropertyName known = ConfigurationPropertyName.of(candidate.key());
				return OPEN_SETTINGS.contains(candidate) ? known.isAncestorOf(setting) || known.equals(setting)
						: known.equals(setting);
			});
	}

	/**
	 * Return the key that comes nearest to an unknown one.
	 * @param name the unknown name
	 * @return the key, or {@code null} if none is near
	 */
	static @Nullable String nearest(ConfigurationPropertyName name) {
		int elements = name.getNumberOfElements();
		String first = (elements > 1) ? name.getElement(1, Form.UNIFORM) : "";
		if (first.equals("defaults") && elements > 2) {
			return nearestSetting(DEFAULTS_PREFIX, name.subName(2).toString(), false);
		}
		if (first.equals("clients") && elements > 3) {
			return nearestSetting(name.chop(3).toString(), name.subName(3).toString(), true);
		}
		String key = nearest(GLOBAL_KEYS, (elements > 1) ? name.subName(1).toString() : "");
		return (key != null) ? OutboundHttpProperties.PREFIX + "." + key : null;
	}

	private static @Nullable String nearestSetting(String prefix, String key, boolean ofClient) {
		List<String> candidates = ClientSetting.all()
			.stream()
			.filter((candidate) -> ofClient || candidate != ClientSetting.BASE_URL)
			.map(ClientSetting::key)
			.toList();
		String nearest = nearest(candidates, key);
		return (nearest != null) ? prefix + "." + nearest : null;
	}

	private static @Nullable String nearest(List<String> candidates, String key) {
		String wanted = uniform(key);
		return candidates.stream()
			.min(Comparator.comparingInt((candidate) -> distance(candidate, wanted)))
			.filter((candidate) -> distance(candidate, wanted) <= Math.max(3, wanted.length() / 2))
			.orElse(null);
	}

	/**
	 * Return how far two keys are apart, also where only their last parts are alike.
	 */
	private static int distance(String candidate, String wanted) {
		String whole = uniform(candidate);
		String last = uniform(candidate.substring(candidate.lastIndexOf('.') + 1));
		String lastWanted = wanted.substring(wanted.lastIndexOf('.') + 1);
		return Math.min(EditDistance.between(whole, wanted), EditDistance.between(last, lastWanted) + 1);
	}

	static String uniform(String key) {
		return key.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]", "");
	}

}
