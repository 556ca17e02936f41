package io.outboundhttp.client;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;

/**
 * What a client is: its name and the value and origin of every setting, after precedence,
 * defaults and validation. Immutable.
 *
 * @since 0.1.0
 */
public final class ClientDefinition {

	/**
	 * Name of the client behind the builders of Spring Boot.
	 */
	public static final String DEFAULT_NAME = "default";

	private final String name;

	private final Map<ClientSetting<?>, ClientSetting.Value<?>> values;

	private final @Nullable SslBundle inheritedSslBundle;

	/**
	 * Create a definition.
	 * @param name name of the client
	 * @param values one value for every setting
	 * @param inheritedSslBundle SSL bundle that was not given by name but by a bean, used
	 * when there is no value for {@link ClientSetting#SSL_BUNDLE}
	 */
	public ClientDefinition(String name, Map<ClientSetting<?>, ClientSetting.Value<?>> values,
			@Nullable SslBundle inheritedSslBundle) {
		for (ClientSetting<?> setting : ClientSetting.all()) {
			if (!values.containsKey(setting)) {
				throw new IllegalArgumentException("Client '%s': no value for '%s'".formatted(name, setting));
			}
		}
		this.name = name;
		this.values = Map.copyOf(values);
		this.inheritedSslBundle = inheritedSslBundle;
	}

	/**
	 * Return the name of the client.
	 * @return the name
	 */
	public String getName() {
		return this.name;
	}

	/**
	 * Return the value of a setting.
	 * @param <T> type of the value
	 * @param setting the setting
	 * @return the value or {@code null} if it has none
	 */
	public <T> @Nullable T get(ClientSetting<T> setting) {
		return value(setting).value();
	}

	/**
	 * Return the value of a setting that always has one.
	 * @param <T> type of the value
	 * @param setting the setting
	 * @return the value
	 */
	public <T> T require(ClientSetting<T> setting) {
		T value = get(setting);
		if (value == null) {
			throw new IllegalStateException("Client '%s': '%s' has no value".formatted(this.name, setting));
		}
		return value;
	}

	/**
	 * Return the value of a setting with its origin.
	 * @param <T> type of the value
	 * @param setting the setting
	 * @return the value and its origin
	 */
	@SuppressWarnings("unchecked")
	public <T> ClientSetting.Value<T> value(ClientSetting<T> setting) {
		ClientSetting.Value<?> value = this.values.get(setting);
		if (value == null) {
			throw new IllegalStateException("Client '%s': '%s' is unknown".formatted(this.name, setting));
		}
		return (ClientSetting.Value<T>) value;
	}

	/**
	 * Return the SSL bundle that the client inherits from a bean.
	 * @return the bundle or {@code null}
	 */
	public @Nullable SslBundle getInheritedSslBundle() {
		return this.inheritedSslBundle;
	}

	/**
	 * Return this definition with some values of another one.
	 * @param other the other one
	 * @param settings the settings whose values and origins to take from it
	 * @return the definition
	 */
	ClientDefinition with(ClientDefinition other, Set<ClientSetting<?>> settings) {
		Map<ClientSetting<?>, ClientSetting.Value<?>> others = new HashMap<>();
		settings.forEach((setting) -> others.put(setting, other.value(setting)));
		return with(others);
	}

	/**
	 * Return this definition with some other values.
	 * @param others values and origins by setting
	 * @return the definition
	 */
	ClientDefinition with(Map<ClientSetting<?>, ClientSetting.Value<?>> others) {
		Map<ClientSetting<?>, ClientSetting.Value<?>> mixed = new HashMap<>(this.values);
		mixed.putAll(others);
		return new ClientDefinition(this.name, mixed, this.inheritedSslBundle);
	}

	@Override
	public String toString() {
		return "ClientDefinition '" + this.name + "'";
	}

}
