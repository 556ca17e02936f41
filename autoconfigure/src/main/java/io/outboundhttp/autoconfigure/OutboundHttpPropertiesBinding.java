package io.outboundhttp.autoconfigure;

import java.util.LinkedHashSet;
import java.util.Set;

import io.outboundhttp.client.ClientDefinition;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Binds {@link OutboundHttpProperties} and settles which clients are meant.
 */
final class OutboundHttpPropertiesBinding {

	private OutboundHttpPropertiesBinding() {
	}

	/**
	 * Bind the properties of an environment.
	 * @param environment the environment
	 * @return the properties with the clients that are meant
	 */
	static OutboundHttpProperties bind(Environment environment) {
		return settle(Binder.get(environment).bindOrCreate(OutboundHttpProperties.PREFIX, OutboundHttpProperties.class),
				environment);
	}

	/**
	 * Settle which clients of bound properties are meant.
	 * @param properties bound properties
	 * @param environment where they come from
	 * @return the properties, with only these clients
	 */
	static OutboundHttpProperties settle(OutboundHttpProperties properties, Environment environment) {
		properties.setClients(ClientNames.collapse(properties.getClients(), environment));
		PropertyOrigins origins = new PropertyOrigins(environment);
		properties.getClients()
			.keySet()
			.forEach((name) -> ClientNames.validate(name,
					() -> "The client of '%s'".formatted(origins.describe(KnownKeys.clientPrefix(name)))));
		return properties;
	}

	/**
	 * Return the names of the clients that are enabled.
	 * @param properties bound properties
	 * @return the names, {@code default} first
	 */
	static Set<String> enabledNames(OutboundHttpProperties properties) {
		Set<String> names = new LinkedHashSet<>();
		names.add(ClientDefinition.DEFAULT_NAME);
		names.addAll(properties.getClients().keySet());
		names.removeIf((name) -> !isEnabled(properties, name));
		return names;
	}

	private static boolean isEnabled(OutboundHttpProperties properties, String name) {
		OutboundHttpProperties.Client client = properties.getClients().get(name);
		Boolean enabled = (client != null) ? client.getEnabled() : null;
		if (enabled == null) {
			enabled = properties.getDefaults().getEnabled();
		}
		return enabled == null || enabled;
	}

}
