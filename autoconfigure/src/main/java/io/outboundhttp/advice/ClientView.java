package io.outboundhttp.advice;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.SettingFormat;
import io.outboundhttp.client.TlsStatus;
import io.outboundhttp.pool.PoolSnapshot;

/**
 * What is known about a client when it is looked at.
 *
 * @param name name of the client, or of a pool of it that is kept apart
 * @param definition what it runs with
 * @param pool reading of its pool, {@code null} if that is not open
 * @param sizing size that its pool should have, {@code null} if that is not known
 * @param tls its SSL bundle, {@code null} without
 * @param traits what the application is beside its clients
 */
record ClientView(String name, ClientDefinition definition, @Nullable PoolSnapshot pool, @Nullable Sizing sizing,
		@Nullable TlsStatus tls, ApplicationTraits traits) {

	/**
	 * Return the key of a setting of this client.
	 */
	String key(ClientSetting<?> setting) {
		return ClientKeys.key(this.name, setting);
	}

	/**
	 * Return the value of a setting with its origin.
	 */
	String show(ClientSetting<?> setting) {
		ClientSetting.Value<?> value = this.definition.value(setting);
		return SettingFormat.format(setting, value.value()) + " (" + value.origin() + ")";
	}

}
