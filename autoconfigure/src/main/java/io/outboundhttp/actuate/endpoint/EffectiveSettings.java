package io.outboundhttp.actuate.endpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.EffectiveDefinition;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.SettingFormat;

/**
 * The settings that are in effect: read back from the live objects where a client is in
 * use and they can be asked, else as they will be.
 */
final class EffectiveSettings {

	private static final String UNAPPLIED = "no effect on the application's own builder";

	private EffectiveSettings() {
	}

	static Map<String, SettingDescriptor> of(ClientDefinition definition) {
		return describe(definition, Set.of());
	}

	static Map<String, SettingDescriptor> of(LiveClient live) {
		return describe(EffectiveDefinition.of(live), live.unapplied());
	}

	private static Map<String, SettingDescriptor> describe(ClientDefinition definition,
			Set<ClientSetting<?>> unapplied) {
		Map<String, SettingDescriptor> settings = new LinkedHashMap<>();
		for (ClientSetting<?> setting : ClientSetting.all()) {
			settings.put(setting.key(), unapplied.contains(setting) ? new SettingDescriptor(null, UNAPPLIED)
					: describe(setting, definition.value(setting)));
		}
		return settings;
	}

	private static SettingDescriptor describe(ClientSetting<?> setting, ClientSetting.Value<?> value) {
		return new SettingDescriptor(SettingFormat.format(setting, value.value()), value.origin());
	}

}
