package io.outboundhttp.advice;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.advice.Advice.Level;
import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.SettingFormat;
import io.outboundhttp.client.TlsStatus;
import io.outboundhttp.pool.PoolSnapshot;

/**
 * What is known about a client when it is looked at.
 *
 * @param name name of the client, or of a pool of it that is kept apart
 * @param configured what it was asked to be
 * @param definition what it runs with
 * @param pool reading of its pool, {@code null} if that is not open
 * @param sizing size that its pool should have, {@code null} if that is not known
 * @param tls its SSL bundle, {@code null} without
 * @param traits what the application is beside its clients
 */
record ClientView(String name, ClientDefinition configured, ClientDefinition definition, @Nullable PoolSnapshot pool,
		@Nullable Sizing sizing, @Nullable TlsStatus tls, ApplicationTraits traits) {

	/**
	 * Return the value of a setting that always has one. Code may have taken it away;
	 * then it is the one that was asked for.
	 */
	<T> T get(ClientSetting<T> setting) {
		T value = this.definition.get(setting);
		return (value != null) ? value : this.configured.require(setting);
	}

	/**
	 * Return whether someone has set a setting, as opposed to built-in and derived
	 * values.
	 */
	boolean isSet(ClientSetting<?> setting) {
		return this.definition.value(setting).set();
	}

	/**
	 * Return the value of a setting with its origin.
	 */
	String show(ClientSetting<?> setting) {
		ClientSetting.Value<?> value = this.definition.value(setting);
		return SettingFormat.format(setting, value.value()) + " ("
				+ ClientKeys.brief(this.name, setting, value.origin()) + ")";
	}

	/**
	 * Advise about this client.
	 * @param level how much it matters
	 * @param code what it is about
	 * @param message what is so, without the name of the client
	 * @param settings the settings to change
	 * @return the advice
	 */
	Advice advise(Level level, String code, String message, ClientSetting<?>... settings) {
		return advise(level, code, message, null, settings);
	}

	/**
	 * Advise about this client, with lines to paste.
	 * @param level how much it matters
	 * @param code what it is about
	 * @param message what is so, without the name of the client
	 * @param yaml the lines, {@code null} for none
	 * @param settings the settings to change
	 * @return the advice
	 */
	Advice advise(Level level, String code, String message, @Nullable String yaml, ClientSetting<?>... settings) {
		List<String> keys = Stream.of(settings).map((setting) -> ClientKeys.key(this.name, setting)).toList();
		return new Advice(level, this.name, code, "Client '" + this.name + "': " + message, keys, yaml);
	}

	static String seconds(double seconds) {
		return String.format(Locale.ROOT, (seconds == Math.rint(seconds)) ? "%.0f s" : "%.1f s", seconds);
	}

}
