package io.outboundhttp.advice;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.outboundhttp.client.ClientSetting;

/**
 * Keys of the settings of a client, as users write them.
 */
final class ClientKeys {

	private static final Pattern PLAIN = Pattern.compile("[a-z0-9][a-z0-9-]*");

	/** A key, and in brackets where it is set. */
	private static final Pattern PLACE = Pattern.compile("(\\S+) \\((.+)\\)");

	/** How Spring Boot names a place in a file. */
	private static final Pattern FILE = Pattern
		.compile("^(?:class path resource|file) \\[(?:[^\\]]*/)?([^\\]/]+)\\]" + "(?: from \\S+)? - (\\d+:\\d+)$");

	/** What YAML takes for something else than a text. */
	private static final Set<String> YAML_WORDS = Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");

	private ClientKeys() {
	}

	/**
	 * Return the name of the client that a pool belongs to.
	 * @param pool name of the pool, such as {@code default#2}
	 * @return the name of the client
	 */
	static String client(String pool) {
		int number = pool.indexOf('#');
		return (number < 0) ? pool : pool.substring(0, number);
	}

	/**
	 * Return the key of a setting in properties.
	 * @param pool name of the client or of its pool
	 * @param setting the setting
	 * @return the key
	 */
	static String key(String pool, ClientSetting<?> setting) {
		String client = client(pool);
		return "outbound-http.clients" + (PLAIN.matcher(client).matches() ? "." + client : "[" + client + "]") + "."
				+ setting.key();
	}

	/**
	 * Return the origin of a value as briefly as it can be understood.
	 * @param pool name of the client or of its pool
	 * @param setting the setting
	 * @param origin its origin
	 * @return the file with line and column, or another place, after what else than the
	 * client's own key sets it
	 */
	static String brief(String pool, ClientSetting<?> setting, String origin) {
		Matcher place = PLACE.matcher(origin);
		if (!place.matches()) {
			return origin;
		}
		String key = place.group(1);
		String brief = FILE.matcher(place.group(2)).replaceFirst("$1 $2").replaceFirst("^\"[^\"]*\" from ", "");
		if (key.equals(key(pool, setting))) {
			return brief;
		}
		return (key.equals("outbound-http.defaults." + setting.key()) ? "defaults" : key) + ", " + brief;
	}

	/**
	 * Return lines of YAML that set limits of a pool.
	 * @param pool name of the pool
	 * @param limits values by keys below {@code pool}
	 * @return the lines, without a line break at the end
	 */
	static String yaml(String pool, Map<String, Integer> limits) {
		StringBuilder yaml = new StringBuilder("outbound-http:\n  clients:\n    ").append(element(client(pool)))
			.append(":\n      pool:");
		limits.forEach((key, value) -> yaml.append("\n        ").append(key).append(": ").append(value));
		return yaml.toString();
	}

	private static String element(String client) {
		if (!PLAIN.matcher(client).matches()) {
			return "\"[" + client + "]\"";
		}
		return YAML_WORDS.contains(client) ? "\"" + client + "\"" : client;
	}

}
