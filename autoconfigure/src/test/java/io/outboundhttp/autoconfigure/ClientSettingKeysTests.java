package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

import io.outboundhttp.testsupport.Endpoints;
import io.outboundhttp.client.ClientSetting;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Walks every key of the generated metadata from the environment to the live objects, the
 * wire and the actuator, with its minimum and maximum. A key without a
 * {@link ClientSettingRow row} fails.
 */
class ClientSettingKeysTests {

	private static final String CLIENT = "payments-api";

	private static final String CLIENT_PREFIX = KnownKeys.CLIENTS_PREFIX + "." + CLIENT;

	private static @Nullable ClientSettingRows rows;

	@BeforeAll
	static void start() {
		rows = new ClientSettingRows();
	}

	@AfterAll
	static void stop() {
		rows().close();
	}

	private static ClientSettingRows rows() {
		return Objects.requireNonNull(rows, "not started");
	}

	static TreeSet<String> defaultsKeys() {
		return GeneratedMetadata.load().defaultsKeys();
	}

	static TreeSet<String> clientKeys() {
		TreeSet<String> keys = defaultsKeys();
		keys.add(ClientSetting.BASE_URL.key());
		return keys;
	}

	@ParameterizedTest(name = "outbound-http.defaults.{0}")
	@MethodSource("defaultsKeys")
	@DisplayName("X8 no key of the defaults is dead")
	void keyOfDefaultsReachesEveryClient(String key) {
		ClientSettingRow row = rows().get(key);
		ClientsRunner.withProperties(row.properties(KnownKeys.DEFAULTS_PREFIX))
			.withPropertyValues(CLIENT_PREFIX + ".default-header.X-Other=x")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				verify(row, LiveClientView.of(context, CLIENT), KnownKeys.DEFAULTS_PREFIX);
				verify(row, LiveClientView.of(context, "default"), KnownKeys.DEFAULTS_PREFIX);
			});
	}

	@ParameterizedTest(name = "outbound-http.clients.<name>.{0}")
	@MethodSource("clientKeys")
	@DisplayName("X8 no key of a client is dead, and it reaches no other client")
	void keyOfClientReachesThatClient(String key) {
		ClientSettingRow row = rows().get(key);
		ClientsRunner.withProperties(row.properties(CLIENT_PREFIX)).run((context) -> {
			assertThat(context).hasNotFailed();
			verify(row, LiveClientView.of(context, CLIENT), CLIENT_PREFIX);
			LiveClientView other = LiveClientView.of(context, "default");
			assertThat(other.setting(key).value()).isNotEqualTo((row.shown() != null) ? row.shown() : false);
			assertThat(other.setting(key).origin()).doesNotContain(CLIENT);
		});
	}

	static TreeSet<String> keysWithoutProxy() {
		TreeSet<String> keys = clientKeys();
		keys.removeIf((key) -> key.startsWith("proxy."));
		return keys;
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("keysWithoutProxy")
	void withoutTheKeyTheEffectIsMissing(String key) {
		ClientSettingRow row = rows().get(key);
		ClientsRunner.withProperties(row.propertiesBeside(CLIENT_PREFIX))
			.withPropertyValues(CLIENT_PREFIX + ".default-header.X-Other=x")
			.run((context) -> assertThatThrownBy(() -> row.verifyEffect(LiveClientView.of(context, CLIENT)))
				.isInstanceOfAny(AssertionError.class, RuntimeException.class));
	}

	private static void verify(ClientSettingRow row, LiveClientView client, String prefix) {
		if (!client.exists()) {
			row.verifyEffect(client);
			assertThat(Endpoints.create(client.clients()).client(client.name())).isNull();
			return;
		}
		verifyShown(row, client, prefix);
		row.verifyEffect(client);
		assertThat(client.live()).as("in use from now on").isNotNull();
		verifyShown(row, client, prefix);
	}

	private static void verifyShown(ClientSettingRow row, LiveClientView client, String prefix) {
		Object shown = row.key().equals("default-header") ? client.setting(row.key()).value() : row.shown();
		if (row.key().equals("default-header")) {
			assertThat(String.valueOf(shown)).contains("X-Team=******").doesNotContain("blue");
		}
		assertThat(client.setting(row.key()).value()).isEqualTo(shown);
		assertThat(client.setting(row.key()).origin()).contains(prefix + "." + row.key()).contains("\"map\"");
	}

	static List<Arguments> accepted() {
		List<Arguments> arguments = new ArrayList<>();
		try (ClientSettingRows rows = new ClientSettingRows()) {
			for (String key : clientKeys()) {
				rows.get(key).accepted().forEach((value) -> arguments.add(Arguments.of(key, value)));
			}
		}
		return arguments;
	}

	@ParameterizedTest(name = "{0}={1}")
	@MethodSource("accepted")
	void lowestAndHighestValueAreAccepted(String key, String value) {
		for (String prefix : List.of(KnownKeys.DEFAULTS_PREFIX, CLIENT_PREFIX)) {
			ClientsRunner.withProperties(rows().get(key).properties(prefix, value))
				.withPropertyValues(CLIENT_PREFIX + ".default-header.X-Other=x")
				.run((context) -> {
					assertThat(context).hasNotFailed();
					LiveClientView client = LiveClientView.of(context, CLIENT);
					assertThat(client.live()).as("live client").isNotNull();
					String shown = String.valueOf(client.setting(key).value());
					if (key.equals("pool.max-per-route-overrides")) {
						assertThat(shown).endsWith("=" + value + "}");
					}
					else {
						assertThat(shown).isEqualTo(value.endsWith("647ms") ? "2147483647ms" : value);
					}
				});
		}
	}

	static List<Arguments> refused() {
		List<Arguments> arguments = new ArrayList<>();
		try (ClientSettingRows rows = new ClientSettingRows()) {
			for (String key : clientKeys()) {
				rows.get(key).refused().forEach((value) -> arguments.add(Arguments.of(key, value)));
			}
		}
		return arguments;
	}

	@ParameterizedTest(name = "{0}={1}")
	@MethodSource("refused")
	void valueOutOfRangeStopsTheStartWithItsFullKey(String key, String value) {
		for (String prefix : List.of(KnownKeys.DEFAULTS_PREFIX, CLIENT_PREFIX)) {
			ClientsRunner.withProperties(rows().get(key).properties(prefix, value))
				.withPropertyValues(CLIENT_PREFIX + ".default-header.X-Other=x")
				.run((context) -> assertThat(context).getFailure().hasStackTraceContaining(prefix + "." + key));
		}
	}

}
