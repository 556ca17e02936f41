package io.outboundhttp.autoconfigure;

import java.util.LinkedHashSet;
import java.util.Set;

import io.outboundhttp.client.ClientDefinition;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Tells which clients there are, from the few keys that matter for it. Binding all of
 * their settings takes long where there are many, and is done once.
 */
final class EnabledClients {

	private static final String ENABLED = ".enabled";

	private static final Bindable<Boolean> BOOLEAN = Bindable.of(Boolean.class);

	private EnabledClients() {
	}

	/**
	 * Return the names of the clients that are enabled.
	 * @param environment where the properties come from
	 * @return the names, {@code default} first
	 * @throws OutboundHttpConfigurationException if files have two names that differ only
	 * in how they are written
	 */
	static Set<String> find(Environment environment) {
		Binder binder = Binder.get(environment);
		Set<String> names = new LinkedHashSet<>();
		names.add(ClientDefinition.DEFAULT_NAME);
		names.addAll(ClientNames.find(environment));
		names.removeIf((name) -> !contains(binder, name));
		return names;
	}

	/**
	 * Return whether a client is enabled, if there is one.
	 * @param binder binder of the environment
	 * @param client name of the client
	 * @return whether it is enabled
	 */
	static boolean contains(Binder binder, String client) {
		return binder.bind(KnownKeys.name(KnownKeys.clientPrefix(client) + ENABLED), BOOLEAN)
			.orElseGet(() -> isTrue(binder, KnownKeys.DEFAULTS_PREFIX + ENABLED));
	}

	/**
	 * Return the value of a switch that is on unless it is set.
	 * @param binder binder of the environment
	 * @param key key of the switch
	 * @return whether it is on
	 */
	static boolean isTrue(Binder binder, String key) {
		return binder.bind(key, BOOLEAN).orElse(true);
	}

}
