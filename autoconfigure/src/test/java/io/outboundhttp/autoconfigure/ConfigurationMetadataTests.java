package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import io.outboundhttp.testsupport.Endpoints;
import io.outboundhttp.actuate.endpoint.ClientDescriptor;
import io.outboundhttp.actuate.endpoint.SettingDescriptor;
import io.outboundhttp.autoconfigure.GeneratedMetadata.Property;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.OutboundHttpClients;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the configuration metadata: it knows every key and no other, and what it says
 * is true.
 */
class ConfigurationMetadataTests {

	private static final GeneratedMetadata METADATA = GeneratedMetadata.load();

	private final ApplicationContextRunner runner = ClientsRunner.create();

	@Test
	void defaultsKeysAreTheSettingsOfClientsWithoutBaseUrl() {
		TreeSet<String> settings = new TreeSet<>();
		ClientSetting.all().forEach((setting) -> settings.add(setting.key()));
		settings.remove(ClientSetting.BASE_URL.key());
		assertThat(METADATA.defaultsKeys()).isEqualTo(settings);
	}

	@Test
	void otherKeysAreTheGlobalOnesAndTheMapOfClients() {
		assertThat(METADATA.properties()).extracting(Property::name)
			.filteredOn((name) -> !name.startsWith(GeneratedMetadata.DEFAULTS))
			.containsExactlyInAnyOrder("outbound-http.enabled", "outbound-http.takeover", "outbound-http.primary",
					"outbound-http.fail-on-unknown", "outbound-http.clients", "outbound-http.health.down-on",
					"outbound-http.health.leak-ratio", "outbound-http.health.starvation-threshold",
					"outbound-http.metrics.route-tag.enabled", "outbound-http.metrics.route-tag.max",
					"outbound-http.shutdown.drain-timeout");
		assertThat(KnownKeys.GLOBAL_KEYS).containsExactlyInAnyOrder("enabled", "takeover", "primary", "fail-on-unknown",
				"health.down-on", "health.leak-ratio", "health.starvation-threshold", "metrics.route-tag.enabled",
				"metrics.route-tag.max", "shutdown.drain-timeout");
	}

	@Test
	void noKeyIsListedTwice() {
		assertThat(METADATA.properties()).extracting(Property::name).doesNotHaveDuplicates();
	}

	@Test
	void clientsAreMapOfClientsSoThatIdesCompleteTheirKeys() {
		assertThat(METADATA.properties()).filteredOn((property) -> property.name().equals(KnownKeys.CLIENTS_PREFIX))
			.extracting(Property::type)
			.containsExactly(
					"java.util.Map<java.lang.String,%s>".formatted(OutboundHttpProperties.Client.class.getName()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "outbound-http.clients.keys", "outbound-http.primary" })
	void nameOfClientIsProposedAndAnyOtherIsAllowed(String name) {
		GeneratedMetadata.Hint hint = METADATA.hint(name);
		assertThat(hint.values()).singleElement().satisfies((value) -> {
			assertThat(value.get("value")).isEqualTo("default");
			assertThat(String.valueOf(value.get("description"))).startsWith("Client behind").endsWith(".");
		});
		assertThat(hint.providers()).containsExactly("any");
	}

	@ParameterizedTest
	@MethodSource("properties")
	void descriptionFollowsTheRulesOfSpringBoot(Property property) {
		String description = property.description();
		assertThat(description).matches("[A-Z].*[^.]\\.")
			.doesNotContain("\n", "  ", "{@", "<")
			.doesNotStartWith("The ")
			.doesNotStartWith("A ")
			.doesNotStartWith("An ");
		if (property.type().equals("java.lang.Boolean")) {
			assertThat(description).startsWith("Whether ");
		}
		else {
			assertThat(description).doesNotStartWith("Whether ");
		}
	}

	static Iterable<Property> properties() {
		return METADATA.properties();
	}

	@Test
	void defaultsOfClientsAreWhatClientWithoutConfigurationGets() {
		Map<String, Object> documented = new TreeMap<>();
		for (Property property : METADATA.properties()) {
			Object value = property.defaultValue();
			if (property.name().startsWith(GeneratedMetadata.DEFAULTS) && value != null) {
				documented.put(property.name().substring(GeneratedMetadata.DEFAULTS.length()), value);
			}
		}
		this.runner.withPropertyValues("outbound-http.clients.payments.base-url=http://localhost").run((context) -> {
			for (String client : new String[] { "default", "payments" }) {
				Map<String, Object> builtIn = new TreeMap<>();
				settings(context.getBean(OutboundHttpClients.class), client).forEach((key, setting) -> {
					Object value = setting.value();
					if (value != null && setting.origin().equals("built-in")) {
						// JSON has one kind of number
						builtIn.put(key,
								(value instanceof Double number && number % 1 == 0) ? number.intValue() : value);
					}
				});
				// depends on the client, so the metadata has it in words only
				assertThat(builtIn.remove("read-timeout")).isEqualTo(client.equals("default") ? "30s" : "10s");
				assertThat(documented).isEqualTo(builtIn);
			}
		});
	}

	@Test
	void globalDefaultsAreThoseOfTheProperties() {
		OutboundHttpProperties properties = new OutboundHttpProperties();
		Map<String, @Nullable Object> documented = new TreeMap<>();
		METADATA.properties()
			.stream()
			.filter((property) -> !property.name().startsWith(GeneratedMetadata.DEFAULTS))
			.forEach((property) -> documented.put(property.name(), property.defaultValue()));
		Map<String, @Nullable Object> actual = new TreeMap<>();
		actual.put("outbound-http.enabled", properties.isEnabled());
		actual.put("outbound-http.takeover", properties.isTakeover());
		actual.put("outbound-http.fail-on-unknown", properties.isFailOnUnknown());
		actual.put("outbound-http.primary", properties.getPrimary());
		actual.put("outbound-http.clients", null);
		actual.put("outbound-http.health.down-on",
				properties.getHealth()
					.getDownOn()
					.stream()
					.map((problem) -> problem.name().toLowerCase(Locale.ROOT))
					.toList());
		actual.put("outbound-http.health.leak-ratio", properties.getHealth().getLeakRatio());
		actual.put("outbound-http.health.starvation-threshold",
				DurationStyle.SIMPLE.print(properties.getHealth().getStarvationThreshold(), ChronoUnit.SECONDS));
		actual.put("outbound-http.metrics.route-tag.enabled", properties.getMetrics().getRouteTag().isEnabled());
		actual.put("outbound-http.metrics.route-tag.max", properties.getMetrics().getRouteTag().getMax());
		actual.put("outbound-http.shutdown.drain-timeout",
				DurationStyle.SIMPLE.print(properties.getShutdown().getDrainTimeout(), ChronoUnit.SECONDS));
		assertThat(documented).isEqualTo(actual);
	}

	@Test
	@DisplayName("D1 a client without configuration has the documented settings, every timeout is finite")
	void clientWithoutConfigurationHasTheDocumentedSettings() {
		Map<String, @Nullable Object> table = new LinkedHashMap<>();
		table.put("enabled", true);
		table.put("base-url", null);
		table.put("default-header", null);
		table.put("user-agent", "shop");
		table.put("connect-timeout", "5s");
		table.put("read-timeout", "30s");
		table.put("call-timeout", "0s");
		table.put("redirects", "follow-when-possible");
		table.put("redirect.sensitive-headers",
				List.of("Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Auth-Token"));
		table.put("cookie-handling", "disable");
		table.put("ssl.bundle", null);
		table.put("max-response-size", "0B");
		table.put("drain.max-bytes", "64KB");
		table.put("drain.timeout", "200ms");
		table.put("proxy.host", null);
		table.put("proxy.port", null);
		table.put("proxy.username", null);
		table.put("proxy.password", null);
		table.put("proxy.non-proxy-hosts", null);
		table.put("egress.allow", null);
		table.put("egress.deny", null);
		table.put("egress.mode", "enforce");
		table.put("egress.unresolvable", "deny");
		table.put("pool.max-per-route", 50);
		table.put("pool.max-total", 500);
		table.put("pool.max-per-route-overrides", null);
		table.put("pool.max-pending", 10000);
		table.put("pool.acquire-timeout", "3s");
		table.put("pool.time-to-live", "5m");
		table.put("pool.time-to-live-jitter", 0.1);
		table.put("pool.idle-timeout", "15s");
		table.put("pool.validate-after-inactivity", "2s");
		table.put("pool.min-idle", 0);
		table.put("pool.evict-interval", "3750ms");
		table.put("pool.buffer-size", "8KB");
		table.put("leak-detection.enabled", true);
		table.put("leak-detection.threshold", "30s");
		table.put("leak-detection.stack-traces", "sampled");
		table.put("leak-detection.reclaim", "abandoned");
		table.put("leak-detection.reclaim-after", "5m");
		table.put("retry.stale-connection", true);
		table.put("retry.max-retries", 0);
		table.put("retry.delay", "100ms");
		table.put("retry.max-delay", "2s");
		table.put("retry.multiplier", 2.0);
		table.put("retry.methods", List.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"));
		table.put("retry.statuses", List.of(429, 502, 503, 504));
		table.put("retry.max-retry-after", "10s");
		table.put("retry.budget", 0.2);
		table.put("health.enabled", true);
		this.runner.withPropertyValues("spring.application.name=shop").run((context) -> {
			OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
			assertThat(values(clients)).isEqualTo(table);
			clients.pool("default").snapshot();
			assertThat(clients.live("default")).as("read back from now on").isNotNull();
			assertThat(values(clients)).isEqualTo(table);
			values(clients).forEach((key, value) -> {
				if (key.endsWith("-timeout") && !key.equals("call-timeout")) {
					assertThat(DurationStyle.detectAndParse(String.valueOf(value))).as(key)
						.isBetween(Duration.ofMillis(1), Duration.ofSeconds(30));
				}
			});
		});
	}

	private static Map<String, @Nullable Object> values(OutboundHttpClients clients) {
		Map<String, @Nullable Object> values = new LinkedHashMap<>();
		settings(clients, "default").forEach((key, setting) -> values.put(key, setting.value()));
		return values;
	}

	private static Map<String, SettingDescriptor> settings(OutboundHttpClients clients, String client) {
		ClientDescriptor descriptor = Endpoints.create(clients).client(client);
		assertThat(descriptor).isNotNull();
		return descriptor.settings();
	}

}
