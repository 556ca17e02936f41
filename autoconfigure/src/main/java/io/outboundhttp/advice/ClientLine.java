package io.outboundhttp.advice;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.SettingFormat;

/**
 * Describes a client in one line.
 */
final class ClientLine {

	private static final List<ClientSetting<?>> SETTINGS = List.of(ClientSetting.BASE_URL,
			ClientSetting.CONNECT_TIMEOUT, ClientSetting.READ_TIMEOUT, ClientSetting.CALL_TIMEOUT,
			ClientSetting.POOL_ACQUIRE_TIMEOUT, ClientSetting.POOL_MAX_PER_ROUTE, ClientSetting.POOL_MAX_TOTAL,
			ClientSetting.RETRY_MAX_RETRIES, ClientSetting.SSL_BUNDLE);

	private ClientLine() {
	}

	static String of(ClientView client) {
		return SETTINGS.stream()
			.filter((setting) -> client.definition().get(setting) != null)
			.map((setting) -> setting.key() + " " + value(client, setting))
			.collect(Collectors.joining(", ", client.name() + ": ", ""));
	}

	private static String value(ClientView client, ClientSetting<?> setting) {
		if (client.isSet(setting)) {
			return client.show(setting);
		}
		Object value = client.definition().get(setting);
		return (value instanceof Duration duration && duration.isZero()) ? "off"
				: String.valueOf(SettingFormat.format(setting, value));
	}

}
