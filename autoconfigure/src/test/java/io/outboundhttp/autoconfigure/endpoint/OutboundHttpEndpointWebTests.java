package io.outboundhttp.autoconfigure.endpoint;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import com.jayway.jsonpath.JsonPath;
import io.outboundhttp.autoconfigure.endpoint.ActuatorApplication.Kind;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.skyscreamer.jsonassert.JSONAssert;
import tools.jackson.databind.ObjectMapper;

import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the endpoint and the health component as an operator sees them over HTTP.
 */
class OutboundHttpEndpointWebTests {

	private static final TestHttpServer server = TestHttpServer.start().handle("/held", (exchange) -> {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
		exchange.stall();
		exchange.write("lf");
	});

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@EnumSource
	void endpointShowsClientsInEveryKindOfApplication(Kind kind) throws Exception {
		try (ActuatorApplication application = start(kind)) {
			HttpResponse<String> all = application.get("/outboundhttp");
			assertThat(all.statusCode()).isEqualTo(200);
			JSONAssert.assertEquals("""
					{
						"default": {"status": "UP", "problems": [], "pool":
							{"leased": 0, "available": 0, "pending": 0, "maxTotal": 500, "maxPerRoute": 50},
							"leaks": {"suspected": 0, "abandoned": 0, "superseded": 0, "reclaimed": 0}},
						"payments": {"status": "UP", "problems": [], "pool":
							{"leased": 0, "available": 0, "pending": 0, "maxTotal": 70, "maxPerRoute": 7},
							"leaks": {"suspected": 0, "abandoned": 0, "superseded": 0, "reclaimed": 0}}
					}""", new ObjectMapper().writeValueAsString(JsonPath.read(all.body(), "$.clients")), true);
			assertThat(JsonPath.<Map<String, Object>>read(all.body(), "$"))
				.containsOnlyKeys("access", "maintenanceDelayMillis", "clients", "advice", "strays")
				.containsEntry("access", "read-only")
				.containsEntry("maintenanceDelayMillis", 0);
			HttpResponse<String> one = application.get("/outboundhttp/payments");
			assertThat(one.statusCode()).isEqualTo(200);
			Map<String, Object> client = JsonPath.read(one.body(), "$");
			assertThat(client).containsOnlyKeys("status", "problems", "pool", "leaks", "routes", "leases",
					"recentLeaks", "valuesShown", "advice", "settings");
			assertThat(JsonPath.<String>read(one.body(), "$.settings['pool.max-per-route'].origin"))
				.contains("outbound-http.clients.payments.pool.max-per-route");
			assertThat(application.get("/outboundhttp/nobody").statusCode()).isEqualTo(404);
			for (String method : List.of("POST", "DELETE", "PUT", "PATCH")) {
				assertThat(application.send(method, "/outboundhttp/payments", null).statusCode()).as(method)
					.isEqualTo(405);
			}
			HttpResponse<String> health = application.get("/health");
			JSONAssert.assertEquals("""
					{"status": "UP", "components": {"outboundHttp": {"status": "UP", "components": {
						"default": {"status": "UP", "details": {"leased": 0, "available": 0, "pending": 0, "max": 500}},
						"payments": {"status": "UP", "details": {"leased": 0, "available": 0, "pending": 0, "max": 70}}
					}}}}""", health.body(), false);
			assertThat(application.bean(OutboundHttpClients.class).openPools()).as("looking opens no pool").isEmpty();
			for (String group : List.of("liveness", "readiness")) {
				HttpResponse<String> probe = application.get("/health/" + group);
				assertThat(probe.statusCode()).isEqualTo(200);
				assertThat(probe.body()).contains("\"status\":\"UP\"").doesNotContain("outboundHttp");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void browserGetsThePageAndEverybodyElseTheJson(Kind kind) throws Exception {
		try (ActuatorApplication application = start(kind)) {
			String browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
			HttpResponse<String> page = application.get("/outboundhttp", "Accept", browser);
			assertThat(page.statusCode()).isEqualTo(200);
			assertThat(page.headers().firstValue("Content-Type")).hasValueSatisfying(
					(type) -> assertThat(type.replace(" ", "")).isEqualToIgnoringCase("text/html;charset=utf-8"));
			assertThat(page.body()).startsWith("<!DOCTYPE html>").doesNotContain("payments");
			for (String accept : List.of("*/*", "application/json", "application/vnd.spring-boot.actuator.v3+json")) {
				assertThat(application.get("/outboundhttp", "Accept", accept).body()).as(accept)
					.startsWith("{\"access\"");
			}
			assertThat(application.get("/outboundhttp").body()).startsWith("{\"access\"");
			HttpResponse<String> one = application.get("/outboundhttp/payments", "Accept", browser);
			assertThat(one.body()).startsWith("{\"status\"");
		}
	}

	@Test
	void numbersAreLive() throws Exception {
		try (ActuatorApplication application = start(Kind.SERVLET)) {
			application.bean(OutboundHttpClients.class)
				.restClient("payments")
				.get()
				.uri("/held")
				.exchange((request, response) -> {
					verifyPool(application, 1, 0);
					assertThat(JsonPath.<List<Map<String, Object>>>read(application.body("/outboundhttp/payments"),
							"$.routes"))
						.containsExactly(Map.of("route", server.url(), "leased", 1, "available", 0, "pending", 0, "max",
								7, "leaked", 0, "oldestWaitMillis", 0));
					server.releaseStalled();
					return new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8);
				});
			verifyPool(application, 0, 1);
		}
	}

	private void verifyPool(ActuatorApplication application, int leased, int available) throws IOException {
		Map<String, Object> expected = Map.of("leased", leased, "available", available, "pending", 0, "maxTotal", 70,
				"maxPerRoute", 7);
		assertThat(JsonPath.<Map<String, Object>>read(application.body("/outboundhttp"), "$.clients.payments.pool"))
			.isEqualTo(expected);
		assertThat(JsonPath.<Map<String, Object>>read(application.body("/outboundhttp/payments"), "$.pool"))
			.isEqualTo(expected);
		assertThat(JsonPath.<Map<String, Object>>read(application.body("/health"),
				"$.components.outboundHttp.components.payments.details"))
			.containsAllEntriesOf(Map.of("leased", leased, "available", available, "pending", 0, "max", 70));
	}

	@Test
	@DisplayName("D1 an empty definition shows the documented settings, every timeout finite")
	void emptyDefinitionShowsTheDocumentedSettings() throws Exception {
		try (ActuatorApplication application = start(Kind.SERVLET, "outbound-http.clients.empty.enabled=true")) {
			Map<String, String> expected = new LinkedHashMap<>();
			expected.put("enabled", "true");
			expected.put("base-url", "null");
			expected.put("default-header", "null");
			expected.put("user-agent", "null");
			expected.put("connect-timeout", "5s");
			expected.put("read-timeout", "10s");
			expected.put("call-timeout", "0s");
			expected.put("redirects", "follow-when-possible");
			expected.put("redirect.sensitive-headers",
					"[\"Authorization\",\"Proxy-Authorization\",\"Cookie\",\"X-Api-Key\",\"X-Auth-Token\"]");
			expected.put("cookie-handling", "disable");
			expected.put("ssl.bundle", "null");
			expected.put("max-response-size", "0B");
			expected.put("drain.max-bytes", "64KB");
			expected.put("drain.timeout", "200ms");
			expected.put("proxy.host", "null");
			expected.put("proxy.port", "null");
			expected.put("proxy.username", "null");
			expected.put("proxy.password", "null");
			expected.put("proxy.non-proxy-hosts", "null");
			expected.put("egress.allow", "null");
			expected.put("egress.deny", "null");
			expected.put("egress.mode", "enforce");
			expected.put("egress.unresolvable", "deny");
			expected.put("pool.max-per-route", "50");
			expected.put("pool.max-total", "500");
			expected.put("pool.max-per-route-overrides", "null");
			expected.put("pool.max-pending", "10000");
			expected.put("pool.acquire-timeout", "3s");
			expected.put("pool.time-to-live", "5m");
			expected.put("pool.time-to-live-jitter", "0.1");
			expected.put("pool.idle-timeout", "15s");
			expected.put("pool.validate-after-inactivity", "2s");
			expected.put("pool.min-idle", "0");
			expected.put("pool.evict-interval", "3750ms");
			expected.put("pool.buffer-size", "8KB");
			expected.put("leak-detection.enabled", "true");
			expected.put("leak-detection.threshold", "30s");
			expected.put("leak-detection.stack-traces", "sampled");
			expected.put("leak-detection.reclaim", "abandoned");
			expected.put("leak-detection.reclaim-after", "5m");
			expected.put("retry.stale-connection", "true");
			expected.put("retry.max-retries", "0");
			expected.put("retry.delay", "100ms");
			expected.put("retry.max-delay", "2s");
			expected.put("retry.multiplier", "2.0");
			expected.put("retry.methods", "[\"GET\",\"HEAD\",\"OPTIONS\",\"TRACE\",\"PUT\",\"DELETE\"]");
			expected.put("retry.statuses", "[429,502,503,504]");
			expected.put("retry.max-retry-after", "10s");
			expected.put("retry.budget", "0.2");
			expected.put("health.enabled", "true");
			for (boolean live : new boolean[] { false, true }) {
				if (live) {
					application.bean(OutboundHttpClients.class)
						.restClient("empty")
						.get()
						.uri(server.url("/x"))
						.retrieve()
						.toBodilessEntity();
				}
				assertThat(values(application.body("/outboundhttp/empty"))).as("live=%s", live).isEqualTo(expected);
			}
			assertThat(values(application.body("/outboundhttp/default"))).containsEntry("read-timeout", "30s");
			assertThat(expected.entrySet())
				.filteredOn((entry) -> entry.getKey().endsWith("-timeout") && !entry.getKey().equals("call-timeout"))
				.allSatisfy(
						(entry) -> assertThat(Integer.parseInt(entry.getValue().replace("s", ""))).isBetween(1, 30));
		}
	}

	private static Map<String, String> values(String body) {
		Map<String, Map<String, Object>> settings = JsonPath.read(body, "$.settings");
		Map<String, String> values = new LinkedHashMap<>();
		settings.forEach((key, setting) -> {
			assertThat(setting.get("origin")).as(key).isNotNull();
			values.put(key, String.valueOf(setting.get("value")));
		});
		return values;
	}

	@Test
	void secretsAreNeverShown() throws Exception {
		List<String> properties = new ArrayList<>();
		properties.add("outbound-http.clients.payments.base-url=" + server.url("/tenant-4711"));
		properties.add("outbound-http.clients.payments.default-header.X-Api-Key=header-secret");
		properties.add("outbound-http.clients.payments.proxy.host=127.0.0.1");
		properties.add("outbound-http.clients.payments.proxy.port=" + server.port());
		properties.add("outbound-http.clients.payments.proxy.username=proxy-user");
		properties.add("outbound-http.clients.payments.proxy.password=proxy-secret");
		try (ActuatorApplication application = start(Kind.SERVLET, properties.toArray(String[]::new))) {
			for (boolean live : new boolean[] { false, true }) {
				if (live) {
					application.bean(OutboundHttpClients.class).pool("payments");
				}
				String body = application.body("/outboundhttp/payments");
				assertThat(body + application.body("/outboundhttp") + application.body("/health"))
					.doesNotContain("header-secret", "proxy-user", "proxy-secret", "tenant-4711");
				assertThat(values(body)).containsEntry("base-url", server.url())
					.containsEntry("default-header", "{X-Api-Key=******}")
					.containsEntry("proxy.host", "127.0.0.1")
					.containsEntry("proxy.username", "******")
					.containsEntry("proxy.password", "******");
			}
		}
	}

	@Test
	void healthLeavesOutClientsThatDoNotTakePart() throws Exception {
		try (ActuatorApplication application = start(Kind.SERVLET,
				"outbound-http.clients.payments.health.enabled=false")) {
			assertThat(JsonPath.<Map<String, Object>>read(application.body("/health"),
					"$.components.outboundHttp.components"))
				.containsOnlyKeys("default");
			application.bean(OutboundHttpClients.class).pool("payments");
			assertThat(JsonPath.<Map<String, Object>>read(application.body("/health"),
					"$.components.outboundHttp.components"))
				.containsOnlyKeys("default");
			assertThat(application.get("/health/outboundHttp/payments").statusCode()).isEqualTo(404);
			assertThat(application.get("/health/outboundHttp/default").statusCode()).isEqualTo(200);
			assertThat(application.get("/outboundhttp/payments").statusCode()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@DisplayName("O8 a saturated client is told, and down only on request; no probe notices and nothing is sent to find out")
	void saturatedClientIsTold(boolean down) throws Exception {
		ExecutorService callers = Executors.newCachedThreadPool();
		try (ActuatorApplication application = start(Kind.SERVLET,
				"outbound-http.clients.payments.pool.max-per-route=1",
				"outbound-http.clients.payments.pool.acquire-timeout=30s",
				"outbound-http.health.starvation-threshold=300ms",
				"outbound-http.health.down-on=" + (down ? "leaking,maintenance,starving" : "leaking,maintenance"))) {
			RestClient client = application.bean(OutboundHttpClients.class).restClient("payments");
			List<Future<?>> calls = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				calls.add(callers.submit(() -> client.get().uri("/held").retrieve().body(String.class)));
			}
			await().atMost(Duration.ofSeconds(30))
				.until(() -> application.body("/outboundhttp").contains("\"starving\""));
			int sent = server.requests().size();
			HttpResponse<String> health = application.get("/health");
			assertThat(health.statusCode()).isEqualTo(down ? 503 : 200);
			String entry = "$.components.outboundHttp.components.payments";
			assertThat(JsonPath.<String>read(health.body(), entry + ".status")).isEqualTo(down ? "DOWN" : "UP");
			Map<String, Object> details = JsonPath.read(health.body(), entry + ".details");
			assertThat(details).containsEntry("pending", 4).containsEntry("problems", List.of("starving"));
			assertThat((Integer) details.getOrDefault("starvingMillis", 0)).isGreaterThanOrEqualTo(300);
			assertThat(String.valueOf(details.get("actions"))).contains("read-timeout", "pool.max-per-route");
			assertThat(application.get("/health/liveness").statusCode()).isEqualTo(200);
			assertThat(application.get("/health/readiness").statusCode()).isEqualTo(200);
			assertThat(server.requests()).hasSize(sent);
			for (Future<?> call : calls) {
				while (!call.isDone()) {
					server.releaseStalled();
					Thread.onSpinWait();
				}
				call.get();
			}
		}
		finally {
			callers.shutdownNow();
		}
	}

	private static ActuatorApplication start(Kind kind, String... properties) {
		return ActuatorApplication.start(kind, server.url(), properties);
	}

}
