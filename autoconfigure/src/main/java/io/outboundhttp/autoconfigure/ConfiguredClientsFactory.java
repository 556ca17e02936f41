package io.outboundhttp.autoconfigure;

import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;

/**
 * Makes {@link ConfiguredClients} from what the environment says now.
 */
final class ConfiguredClientsFactory {

	private final Environment environment;

	private final @Nullable HttpClientSettings settings;

	private final @Nullable SslBundles sslBundles;

	private final Predicate<String> serviceGroup;

	/**
	 * Create a factory.
	 * @param environment where the properties come from
	 * @param settings the {@link HttpClientSettings} bean or {@code null}
	 * @param sslBundles SSL bundles by name, {@code null} if there are none
	 * @param serviceGroup tells whether a name is that of an HTTP service group
	 */
	ConfiguredClientsFactory(Environment environment, @Nullable HttpClientSettings settings,
			@Nullable SslBundles sslBundles, Predicate<String> serviceGroup) {
		this.environment = environment;
		this.settings = settings;
		this.sslBundles = sslBundles;
		this.serviceGroup = serviceGroup;
	}

	/**
	 * Make the definitions of all configured clients.
	 * @return the definitions
	 * @throws OutboundHttpConfigurationException if something is configured wrong
	 * @throws org.springframework.boot.context.properties.bind.BindException if a value
	 * has another type
	 */
	ConfiguredClients create() {
		return create(
				Binder.get(this.environment).bindOrCreate(OutboundHttpProperties.PREFIX, OutboundHttpProperties.class));
	}

	/**
	 * Make the definitions of all configured clients.
	 * @param properties the bound properties
	 * @return the definitions
	 * @throws OutboundHttpConfigurationException if something is configured wrong
	 */
	ConfiguredClients create(OutboundHttpProperties properties) {
		ClientNames.settle(properties, this.environment);
		SslBundles bundles = this.sslBundles;
		OutboundHttpPropertyMapper mapper = new OutboundHttpPropertyMapper(this.environment, properties, this.settings,
				(name) -> (bundles != null && bundles.getBundleNames().contains(name)) ? bundles.getBundle(name)
						: null);
		return new ConfiguredClients(this.environment, properties, mapper, this.serviceGroup);
	}

}
