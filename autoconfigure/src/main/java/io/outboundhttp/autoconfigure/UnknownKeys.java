package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.outboundhttp.client.ClientSetting;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Finds keys below {@code outbound-http} that nothing reads. Those of files stop the
 * start; environment variables and system properties, which other programs share, are a
 * warning.
 */
final class UnknownKeys {

	private final Environment environment;

	private final Set<String> clients;

	private final boolean fail;

	/**
	 * Create a check.
	 * @param environment where the properties come from
	 * @param clients names of the configured clients
	 * @param fail whether unknown keys of files stop the start
	 */
	UnknownKeys(Environment environment, Set<String> clients, boolean fail) {
		this.environment = environment;
		this.clients = clients;
		this.fail = fail;
	}

	/**
	 * Look at all properties.
	 * @param warning takes what is worth a warning
	 * @throws OutboundHttpConfigurationException if an unknown key stops the start
	 */
	void check(Consumer<String> warning) {
		Set<String> unknown = new TreeSet<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			Object underlying = source.getUnderlyingSource();
			if (underlying instanceof SystemEnvironmentPropertySource variables) {
				environmentVariables(variables).forEach(warning);
			}
			else if (source instanceof IterableConfigurationPropertySource iterable) {
				Set<String> found = unknownIn(iterable);
				if (this.fail && !isSystemProperties(underlying)) {
					unknown.addAll(found);
				}
				else {
					found.forEach((key) -> warning.accept("Unknown property " + key));
				}
			}
		}
		if (!unknown.isEmpty()) {
			throw new OutboundHttpConfigurationException(
					"There %s below '%s' that nothing reads:%n%n    %s".formatted(
							(unknown.size() == 1) ? "is a property" : "are properties", OutboundHttpProperties.PREFIX,
							String.join("%n    ".formatted(), unknown)),
					"Correct or remove what is listed. A client's name with a dot is written in brackets: "
							+ "'outbound-http.clients.[a.b].base-url'. While several versions of an application share a "
							+ "configuration, set 'outbound-http.fail-on-unknown' to 'false'.");
		}
	}

	private static boolean isSystemProperties(@Nullable Object source) {
		return source instanceof PropertySource<?> propertySource
				&& propertySource.getName().equals(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
	}

	private Set<String> unknownIn(IterableConfigurationPropertySource source) {
		ConfigurationPropertyName prefix = ConfigurationPropertyName.of(OutboundHttpProperties.PREFIX);
		Set<String> unknown = new LinkedHashSet<>();
		PropertyOrigins origins = new PropertyOrigins(this.environment);
		source.stream()
			.filter(prefix::isAncestorOf)
			.filter((name) -> !KnownKeys.contains(name))
			.forEach((name) -> unknown.add(origins.describe(name.toString()) + hint(name)));
		return unknown;
	}

	private static String hint(ConfigurationPropertyName name) {
		if (KnownKeys.isClient(name)) {
			return "; a client needs at least one setting, for example '" + name + ".enabled: true'";
		}
		String nearest = KnownKeys.nearest(name);
		return (nearest != null) ? "; did you mean '" + nearest + "'?" : "";
	}

	private static String describe(String key, @Nullable String nearest) {
		return (nearest != null) ? key + "; did you mean '" + nearest + "'?" : key;
	}

	private List<String> environmentVariables(SystemEnvironmentPropertySource source) {
		List<String> ours = Stream.of(source.getPropertyNames()).filter(UnknownKeys::isOurs).toList();
		if (ours.isEmpty()) {
			return ours;
		}
		List<String> warnings = new ArrayList<>();
		Set<String> known = spellings();
		for (String variable : ours) {
			String name = variable.toUpperCase(Locale.ROOT);
			if (known.stream().noneMatch((spelling) -> matches(name, spelling))) {
				warnings.add(describe("Environment variable " + variable + " sets nothing", nearest(name, known)));
			}
		}
		return warnings;
	}

	private static boolean isOurs(String variable) {
		String name = variable.toUpperCase(Locale.ROOT);
		return name.startsWith("OUTBOUNDHTTP_") || name.startsWith("OUTBOUND_HTTP_");
	}

	private static boolean matches(String variable, String spelling) {
		return spelling.endsWith("_") ? variable.startsWith(spelling) : variable.equals(spelling);
	}

	private static @Nullable String nearest(String variable, Set<String> known) {
		return known.stream()
			.filter((spelling) -> EditDistance.between(variable, spelling) <= Math.max(3, variable.length() / 4))
			.min((first, second) -> Integer.compare(EditDistance.between(variable, first),
					EditDistance.between(variable, second)))
			.orElse(null);
	}

	/**
	 * Return the environment variables that set something, in both spellings: without
	 * dashes, and with an underscore for each. One that ends with an underscore is the
	 * start of several.
	 */
	private Set<String> spellings() {
		Set<String> spellings = new LinkedHashSet<>();
		for (String key : KnownKeys.GLOBAL_KEYS) {
			addSpellings(spellings, OutboundHttpProperties.PREFIX + "." + key, false);
		}
		for (ClientSetting<?> setting : ClientSetting.all()) {
			boolean open = KnownKeys.contains(KnownKeys.name(KnownKeys.DEFAULTS_PREFIX + "." + setting.key() + ".x"));
			if (setting != ClientSetting.BASE_URL) {
				addSpellings(spellings, KnownKeys.DEFAULTS_PREFIX + "." + setting.key(), open);
			}
			for (String client : this.clients) {
				addSpellings(spellings, KnownKeys.CLIENTS_PREFIX + "." + client + "." + setting.key(), open);
			}
		}
		return spellings;
	}

	private static void addSpellings(Set<String> spellings, String key, boolean open) {
		String end = open ? "_" : "";
		String upper = key.toUpperCase(Locale.ROOT);
		spellings.add(upper.replace("-", "").replace('.', '_') + end);
		spellings.add(upper.replace('-', '_').replace('.', '_') + end);
	}

}
