package io.outboundhttp.autoconfigure;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.outboundhttp.autoconfigure.OutboundHttpProperties.Client;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The rules for names of clients.
 */
final class ClientNames {

	private static final Pattern GRAMMAR = Pattern.compile("[A-Za-z][A-Za-z0-9._-]*");

	private static final ConfigurationPropertyName CLIENTS = ConfigurationPropertyName.of(KnownKeys.CLIENTS_PREFIX);

	private ClientNames() {
	}

	/**
	 * Refuse a name that is no name of a client.
	 * @param name the name
	 * @param what what has the name
	 */
	static void validate(String name, Supplier<String> what) {
		if (!GRAMMAR.matcher(name).matches()) {
			throw new OutboundHttpConfigurationException(
					"%s has the name '%s', which is no name of a client.".formatted(what.get(), name),
					"Choose a name that starts with a letter and goes on with letters, digits, '.', '_' or '-'.");
		}
	}

	/**
	 * Settle which clients of bound properties are meant, and refuse bad names.
	 * @param properties bound properties, which then have only these clients
	 * @param environment where they come from
	 */
	static void settle(OutboundHttpProperties properties, Environment environment) {
		properties.setClients(collapse(properties.getClients(), environment));
		PropertyOrigins origins = new PropertyOrigins(environment);
		properties.getClients()
			.keySet()
			.forEach((name) -> validate(name,
					() -> "The client of '%s'".formatted(origins.describe(KnownKeys.clientPrefix(name)))));
	}

	/**
	 * Leave out the entries that exist only because an environment variable cannot spell
	 * a name in full: {@code OUTBOUNDHTTP_CLIENTS_PAYMENTSAPI_BASEURL} belongs to the
	 * client {@code payments-api} where a file names it so.
	 * @param clients the bound clients
	 * @param environment where they come from
	 * @return the clients that are meant
	 * @throws OutboundHttpConfigurationException if files have two names that differ only
	 * in how they are written
	 */
	private static Map<String, Client> collapse(Map<String, Client> clients, Environment environment) {
		Map<String, Client> result = new LinkedHashMap<>();
		Map<String, String> written = writtenInFull(environment);
		Map<String, String> names = new LinkedHashMap<>();
		clients.forEach((name, client) -> {
			String bare = bare(name);
			String full = written.get(bare);
			if (full == null || full.equals(name)) {
				String other = names.put(bare, name);
				if (other != null) {
					throw ambiguous(environment, KnownKeys.clientPrefix(other), KnownKeys.clientPrefix(name));
				}
				result.put(name, client);
			}
		});
		return result;
	}

	/**
	 * Return the names below which there is any property, without binding the clients.
	 * @param environment where the properties come from
	 * @return the names of the clients that are meant
	 * @throws OutboundHttpConfigurationException if files have two names that differ only
	 * in how they are written
	 */
	static Set<String> find(Environment environment) {
		Map<String, String> names = writtenInFull(environment);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			keysIn(source).map(ClientNames::client).forEach((name) -> names.putIfAbsent(bare(name), name));
		}
		return new LinkedHashSet<>(names.values());
	}

	private static Stream<ConfigurationPropertyName> keysIn(ConfigurationPropertySource source) {
		return (source instanceof IterableConfigurationPropertySource iterable)
				? iterable.stream().filter(CLIENTS::isAncestorOf) : Stream.empty();
	}

	private static String client(ConfigurationPropertyName key) {
		return key.getElement(CLIENTS.getNumberOfElements(), Form.ORIGINAL);
	}

	private static Map<String, String> writtenInFull(Environment environment) {
		Map<String, String> names = new LinkedHashMap<>();
		Map<String, ConfigurationPropertyName> keys = new LinkedHashMap<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (!(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource)) {
				keysIn(source).forEach((key) -> {
					String client = client(key);
					@Nullable String other = names.put(bare(client), client);
					if (other != null && !other.equals(client)) {
						throw ambiguous(environment, String.valueOf(keys.get(other)), key.toString());
					}
					keys.putIfAbsent(client, key);
				});
			}
		}
		return names;
	}

	private static OutboundHttpConfigurationException ambiguous(Environment environment, String first, String second) {
		PropertyOrigins origins = new PropertyOrigins(environment);
		return new OutboundHttpConfigurationException(
				"Two clients have names that differ only in case, dots, dashes or underscores:%n%n    %s%n    %s"
					.formatted(origins.describe(first), origins.describe(second)),
				"Write the name in one way, or give one of the two clients another name.");
	}

	private static String bare(String name) {
		return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
	}

}
