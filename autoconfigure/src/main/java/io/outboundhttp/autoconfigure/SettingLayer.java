package io.outboundhttp.autoconfigure;

import java.util.Map;
import java.util.function.UnaryOperator;

import io.outboundhttp.client.ClientSetting;
import org.jspecify.annotations.Nullable;

/**
 * The values that one place sets for a client.
 *
 * @param prefix what stands before the key of each setting
 * @param values the values that are set
 * @param origin describes where a full key was set
 */
record SettingLayer(String prefix, Map<ClientSetting<?>, Object> values, UnaryOperator<String> origin) {

	SettingLayer(String prefix, Map<ClientSetting<?>, Object> values, PropertyOrigins origins) {
		this(prefix, values, origins::describe);
	}

	/**
	 * Return the prefix alone, since values may be secrets.
	 */
	@Override
	public String toString() {
		return "Settings of " + this.prefix;
	}

	@SuppressWarnings("unchecked")
	<T> @Nullable T value(ClientSetting<T> setting) {
		return (T) this.values.get(setting);
	}

	String key(ClientSetting<?> setting) {
		return this.prefix + "." + setting.key();
	}

	String describe(ClientSetting<?> setting) {
		return this.origin.apply(key(setting));
	}

}
