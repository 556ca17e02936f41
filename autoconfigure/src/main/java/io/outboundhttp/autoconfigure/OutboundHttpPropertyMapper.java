package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.autoconfigure.HttpClientProperties;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;

/**
 * Maps bound properties to {@link ClientDefinition definitions}. The first layer that
 * sets a value wins: the client, Boot's service client of the same name, our defaults,
 * the {@link HttpClientSettings} bean, the built-in value.
 */
final class OutboundHttpPropertyMapper {

	private static final String SERVICE_CLIENT_PREFIX = "spring.http.serviceclient";

	private static final String HTTP_CLIENTS_PREFIX = "spring.http.clients";

	private final Environment environment;

	private final OutboundHttpProperties properties;

	private final @Nullable HttpClientSettings settings;

	private final Function<String, @Nullable SslBundle> sslBundles;

	private final PropertyOrigins origins;

	/**
	 * Create a mapper.
	 * @param environment where the properties come from
	 * @param properties the bound properties
	 * @param settings the {@link HttpClientSettings} bean or {@code null}
	 * @param sslBundles looks up an SSL bundle by name, {@code null} for an unknown one
	 */
	OutboundHttpPropertyMapper(Environment environment, OutboundHttpProperties properties,
			@Nullable HttpClientSettings settings, Function<String, @Nullable SslBundle> sslBundles) {
		this.environment = environment;
		this.properties = properties;
		this.settings = settings;
		this.sslBundles = sslBundles;
		this.origins = new PropertyOrigins(environment);
	}

	/**
	 * Map one client.
	 * @param name name of the client
	 * @param serviceGroup whether it is the client of an HTTP service group
	 * @return the definition, valid in itself
	 * @throws OutboundHttpConfigurationException if a value is out of its range, or two
	 * values contradict each other
	 */
	ClientDefinition map(String name, boolean serviceGroup) {
		List<SettingLayer> layers = layers(name);
		ClientSettingValidator validator = new ClientSettingValidator(name, this.sslBundles);
		layers.forEach(validator::validate);
		SettingResolution resolution = new SettingResolution(layers);
		validator.validateTogether(resolution);
		new BuiltInSettings(this.environment, name, serviceGroup).complete(resolution);
		SslBundle inherited = (resolution.value(ClientSetting.SSL_BUNDLE) == null && this.settings != null)
				? this.settings.sslBundle() : null;
		return new ClientDefinition(name, resolution.values(), inherited);
	}

	private List<SettingLayer> layers(String name) {
		List<SettingLayer> layers = new ArrayList<>();
		OutboundHttpProperties.Client client = this.properties.getClients().get(name);
		if (client != null) {
			layers.add(new SettingLayer(KnownKeys.clientPrefix(name), ClientSettingReader.read(client), this.origins));
		}
		layers.add(serviceClient(name));
		layers.add(new SettingLayer(KnownKeys.DEFAULTS_PREFIX, ClientSettingReader.read(this.properties.getDefaults()),
				this.origins));
		if (this.settings != null) {
			layers.add(settingsBean(this.settings));
		}
		return layers;
	}

	private SettingLayer serviceClient(String name) {
		String prefix = SERVICE_CLIENT_PREFIX + KnownKeys.element(name);
		Map<ClientSetting<?>, Object> values = new LinkedHashMap<>();
		HttpClientProperties bound = isServiceClientConfigured(KnownKeys.name(prefix)) ? Binder.get(this.environment)
			.bind(KnownKeys.name(prefix), Bindable.of(HttpClientProperties.class))
			.orElse(null) : null;
		if (bound != null) {
			put(values, ClientSetting.BASE_URL, bound.getBaseUrl());
			put(values, ClientSetting.DEFAULT_HEADER,
					bound.getDefaultHeader().isEmpty() ? null : bound.getDefaultHeader());
			put(values, ClientSetting.CONNECT_TIMEOUT, bound.getConnectTimeout());
			put(values, ClientSetting.READ_TIMEOUT, bound.getReadTimeout());
			put(values, ClientSetting.REDIRECTS, bound.getRedirects());
			put(values, ClientSetting.COOKIE_HANDLING, bound.getCookieHandling());
			put(values, ClientSetting.SSL_BUNDLE, bound.getSsl().getBundle());
		}
		return new SettingLayer(prefix, values, this.origins);
	}

	/**
	 * Return whether anyone but us has set a property of a service client. Binding takes
	 * long where there are many clients, and ours only repeats what the client has.
	 */
	private boolean isServiceClientConfigured(ConfigurationPropertyName prefix) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			boolean ours = source.getUnderlyingSource() instanceof PropertySource<?> propertySource
					&& propertySource.getName().equals(ServiceGroupBaseUrls.PROPERTY_SOURCE_NAME);
			if (!ours && source.containsDescendantOf(prefix) != ConfigurationPropertyState.ABSENT) {
				return true;
			}
		}
		return false;
	}

	private SettingLayer settingsBean(HttpClientSettings settings) {
		Map<ClientSetting<?>, Object> values = new LinkedHashMap<>();
		put(values, ClientSetting.CONNECT_TIMEOUT, settings.connectTimeout());
		put(values, ClientSetting.READ_TIMEOUT, settings.readTimeout());
		put(values, ClientSetting.REDIRECTS, settings.redirects());
		put(values, ClientSetting.COOKIE_HANDLING, settings.cookieHandling());
		String bundle = this.environment.getProperty(HTTP_CLIENTS_PREFIX + ".ssl.bundle");
		if (bundle != null && settings.sslBundle() != null && this.sslBundles.apply(bundle) == settings.sslBundle()) {
			put(values, ClientSetting.SSL_BUNDLE, bundle);
		}
		return new SettingLayer(HTTP_CLIENTS_PREFIX, values, (key) -> this.environment.containsProperty(key)
				? this.origins.describe(key) : "HttpClientSettings bean");
	}

	private static <T> void put(Map<ClientSetting<?>, Object> values, ClientSetting<T> setting, @Nullable T value) {
		if (value != null) {
			values.put(setting, value);
		}
	}

}
