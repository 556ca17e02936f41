package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.ClientSetting.Value;
import org.jspecify.annotations.Nullable;

/**
 * The values of one client while they are worked out from its {@link SettingLayer
 * layers}.
 */
final class SettingResolution {

	private final Map<ClientSetting<?>, Value<?>> values = new LinkedHashMap<>();

	private final Map<ClientSetting<?>, SettingLayer> winners = new LinkedHashMap<>();

	private final List<SettingLayer> layers;

	SettingResolution(List<SettingLayer> layers) {
		this.layers = List.copyOf(layers);
		for (ClientSetting<?> setting : ClientSetting.all()) {
			resolve(setting, layers);
		}
		mergeHeaders(layers);
	}

	private <T> void resolve(ClientSetting<T> setting, List<SettingLayer> layers) {
		for (SettingLayer layer : layers) {
			T value = layer.value(setting);
			if (value != null) {
				this.winners.put(setting, layer);
				this.values.put(setting, new Value<>(value, layer.describe(setting), true));
				return;
			}
		}
	}

	private void mergeHeaders(List<SettingLayer> layers) {
		Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		List<String> origins = new ArrayList<>();
		for (SettingLayer layer : layers) {
			Map<String, List<String>> more = layer.value(ClientSetting.DEFAULT_HEADER);
			if (more != null) {
				more.forEach((name, value) -> headers.putIfAbsent(name, List.copyOf(value)));
				origins.add(layer.describe(ClientSetting.DEFAULT_HEADER));
			}
		}
		if (!headers.isEmpty()) {
			this.values.put(ClientSetting.DEFAULT_HEADER,
					new Value<>(Collections.unmodifiableMap(headers), String.join(", ", origins), true));
		}
	}

	/**
	 * Return the value of a setting so far.
	 * @param <T> type of the value
	 * @param setting the setting
	 * @return the value or {@code null}
	 */
	@SuppressWarnings("unchecked")
	<T> @Nullable T value(ClientSetting<T> setting) {
		Value<?> value = this.values.get(setting);
		return (value != null) ? (T) value.value() : null;
	}

	/**
	 * Return the layer that sets a value.
	 * @param setting the setting
	 * @return the layer, or {@code null} if nothing sets it
	 */
	@Nullable SettingLayer winner(ClientSetting<?> setting) {
		return this.winners.get(setting);
	}

	/**
	 * Return whether a value comes from a layer behind that of another one.
	 * @param setting the setting that is set in front
	 * @param other the setting that may be inherited
	 * @return whether both are set, the other one further behind
	 */
	boolean isInheritedBeside(ClientSetting<?> setting, ClientSetting<?> other) {
		SettingLayer front = this.winners.get(setting);
		SettingLayer behind = this.winners.get(other);
		return front != null && behind != null && this.layers.indexOf(front) < this.layers.indexOf(behind);
	}

	/**
	 * Give a setting a value unless it was set.
	 * @param <T> type of the value
	 * @param setting the setting
	 * @param value the value or {@code null} for none
	 * @param origin where it comes from
	 */
	<T> void complete(ClientSetting<T> setting, @Nullable T value, String origin) {
		this.values.putIfAbsent(setting, new Value<>(value, origin, false));
	}

	Map<ClientSetting<?>, Value<?>> values() {
		return this.values;
	}

}
