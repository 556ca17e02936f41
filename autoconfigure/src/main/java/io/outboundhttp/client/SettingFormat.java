package io.outboundhttp.client;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

/**
 * Writes values of settings the way users write them, without what must stay secret.
 *
 * @since 0.1.0
 */
public final class SettingFormat {

	private static final String MASK = "******";

	private SettingFormat() {
	}

	/**
	 * Return a value as it may be shown to anyone.
	 * @param setting the setting
	 * @param value its value
	 * @return a text, number, truth value, list or map; {@code null} for none
	 */
	public static @Nullable Object format(ClientSetting<?> setting, @Nullable Object value) {
		if (value == null) {
			return null;
		}
		if (setting.isSecret()) {
			return mask(value);
		}
		if (setting == ClientSetting.BASE_URL) {
			return origin(URI.create((String) value));
		}
		if (value instanceof Duration duration) {
			return format(duration);
		}
		if (value instanceof DataSize size) {
			return format(size);
		}
		if (value instanceof Enum<?> constant) {
			return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
		}
		return value;
	}

	private static Object mask(Object value) {
		if (value instanceof Map<?, ?> map) {
			Map<Object, String> masked = new LinkedHashMap<>();
			map.keySet().forEach((name) -> masked.put(name, MASK));
			return masked;
		}
		return MASK;
	}

	private static String origin(URI uri) {
		return uri.getScheme() + "://" + uri.getRawAuthority();
	}

	private static String format(Duration duration) {
		long millis = duration.toMillis();
		if (millis % 1000 != 0) {
			return millis + "ms";
		}
		long seconds = millis / 1000;
		return (seconds != 0 && seconds % 60 == 0) ? (seconds / 60) + "m" : seconds + "s";
	}

	private static String format(DataSize size) {
		long bytes = size.toBytes();
		if (bytes % 1024 != 0 || bytes == 0) {
			return bytes + "B";
		}
		return (bytes % (1024 * 1024) == 0) ? size.toMegabytes() + "MB" : size.toKilobytes() + "KB";
	}

}
