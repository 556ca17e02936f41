package io.outboundhttp.actuate.endpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the endpoint says, as maps and lists that a test may change.
 */
final class EndpointJson {

	static final String LEAKING_LINE = "com.acme.billing.Invoices.find(Invoices.java:41)";

	static final List<String> STACK = List.of(
			"io.outboundhttp.pool.ManagedConnectionManager.lease(ManagedConnectionManager.java:120)",
			"org.apache.hc.client5.http.impl.classic.InternalExecRuntime.acquireEndpoint(InternalExecRuntime.java:110)",
			"org.springframework.web.client.DefaultRestClient$DefaultRequestBodyUriSpec.exchange(DefaultRestClient.java:590)",
			LEAKING_LINE, "com.acme.billing.InvoiceController.show(InvoiceController.java:28)",
			"java.base/java.lang.Thread.run(Thread.java:840)");

	private EndpointJson() {
	}

	static Map<String, Object> overview() {
		Map<String, Object> overview = map("access", "read-only");
		overview.put("maintenanceDelayMillis", 0);
		overview.put("clients", new LinkedHashMap<>());
		overview.put("advice", new ArrayList<>());
		overview.put("strays", new ArrayList<>());
		return overview;
	}

	/**
	 * A client that is in use, and well.
	 */
	static Map<String, Object> client(int leased, int available, int pending, int max) {
		Map<String, Object> client = map("status", "UP");
		client.put("problems", new ArrayList<>());
		Map<String, Object> pool = map("leased", leased);
		pool.put("available", available);
		pool.put("pending", pending);
		pool.put("maxTotal", 10 * max);
		pool.put("maxPerRoute", max);
		Map<String, Object> route = map("route", "https://api.example.org");
		route.put("leased", leased);
		route.put("available", available);
		route.put("pending", pending);
		route.put("max", max);
		client.put("pool", pool);
		client.put("busiestRoute", route);
		client.put("leaks", leaks(0, 0));
		client.put("acquire", times(61_234, 0.04, 0.1, 2.3, 120));
		client.put("usage", times(61_230, 14.2, 40, 210.4, 2_350));
		return client;
	}

	/**
	 * What is added to a client that is asked for alone.
	 */
	static Map<String, Object> details(Map<String, Object> summary) {
		Map<String, Object> client = new LinkedHashMap<>(summary);
		client.put("valuesShown", true);
		client.put("counts", new LinkedHashMap<>(Map.of("opened", 31, "closed", Map.of("idle", 12, "expired", 3),
				"acquireTimeouts", 4, "retries", Map.of())));
		Map<String, Object> route = new LinkedHashMap<>(read(summary, "busiestRoute"));
		route.put("leaked", 0);
		route.put("oldestWaitMillis", 1_210);
		route.put("learnedReuseAgeMillis", 4_000);
		client.put("routes", new ArrayList<>(List.of(route)));
		client.put("leases", new ArrayList<>());
		client.put("recentLeaks", new ArrayList<>());
		client.put("settings", new LinkedHashMap<>());
		setting(client, "connect-timeout", "5s", "built-in");
		setting(client, "pool.max-total", 200, "derived from pool.max-per-route");
		setting(client, "pool.max-per-route", 20,
				"\"outbound-http.clients.payments.pool.max-per-route\" from class path resource [application.yml] - 54:24");
		setting(client, "retry.methods", List.of("GET", "HEAD"), "built-in");
		client.put("advice", new ArrayList<>());
		client.put("sizing", sizing());
		return client;
	}

	static void leak(Map<String, Object> client, Map<String, Object> details, int count) {
		client.put("status", "DOWN");
		client.put("problems", List.of("leaking"));
		client.put("leaks", leaks(count, 2));
		details.putAll(client);
		for (int i = 0; i < count; i++) {
			Map<String, Object> lease = lease(185_000 - 7_000L * i);
			lease.put("leak", "suspected");
			list(details, "leases").add(lease);
			Map<String, Object> leak = map("agoMillis", 155_000 - 7_000L * i);
			leak.put("kind", "suspected");
			leak.put("reclaimed", false);
			leak.put("lease", lease(30_000));
			leak.put("threadNow", List.of("java.base/java.lang.Object.wait(Object.java:338)"));
			list(details, "recentLeaks").add(0, leak);
		}
	}

	static Map<String, Object> lease(long ageMillis) {
		Map<String, Object> lease = map("ageMillis", ageMillis);
		lease.put("idleMillis", ageMillis);
		lease.put("route", "https://api.example.org");
		lease.put("method", "GET");
		lease.put("uriTemplate", "/invoices/{id}");
		lease.put("phase", "response-unread");
		lease.put("reused", true);
		lease.put("thread", "http-nio-8080-exec-3");
		lease.put("stack", STACK);
		lease.put("applicationFrame", LEAKING_LINE);
		return lease;
	}

	static Map<String, Object> advice(String level, String client, String message) {
		Map<String, Object> advice = map("level", level);
		advice.put("client", client);
		advice.put("code", "some-code");
		advice.put("message", message);
		advice.put("keys", List.of("outbound-http.clients.%s.call-timeout".formatted(client)));
		advice.put("yaml", "outbound-http:\n  clients:\n    %s:\n      call-timeout: 3s".formatted(client));
		return advice;
	}

	static void setting(Map<String, Object> client, String key, Object value, String origin) {
		Map<String, Object> settings = read(client, "settings");
		settings.put(key, Map.of("value", value, "origin", origin));
	}

	private static Map<String, Object> leaks(int suspected, int reclaimed) {
		Map<String, Object> leaks = map("suspected", suspected);
		leaks.put("abandoned", 0);
		leaks.put("superseded", 0);
		leaks.put("reclaimed", reclaimed);
		return leaks;
	}

	private static Map<String, Object> sizing() {
		Map<String, Object> sizing = map("needed", 8);
		sizing.put("headroom", 2);
		sizing.put("recommended", 10);
		sizing.put("confidence", "medium");
		sizing.put("basis", "Eight minutes of traffic, 41 calls per second at its busiest.");
		sizing.put("callsPerSecond", 34.2);
		sizing.put("meanUsageMillis", 84.5);
		sizing.put("concurrency", Map.of("mean", 2.9, "p95", 6, "p99", 8, "peak", 11));
		sizing.put("saturated", false);
		sizing.put("yaml", "outbound-http:\n  clients:\n    payments:\n      pool:\n        max-per-route: 10");
		return sizing;
	}

	private static Map<String, Object> times(long count, double p50, double p90, double p99, double max) {
		Map<String, Object> times = map("count", count);
		times.put("p50Millis", p50);
		times.put("p90Millis", p90);
		times.put("p99Millis", p99);
		times.put("maxMillis", max);
		return times;
	}

	static Map<String, Object> map(String key, Object value) {
		Map<String, Object> map = new LinkedHashMap<>();
		map.put(key, value);
		return map;
	}

	@SuppressWarnings("unchecked")
	static Map<String, Object> read(Map<String, Object> json, String... path) {
		Map<String, Object> found = json;
		for (String key : path) {
			found = (Map<String, Object>) Objects.requireNonNull(found.get(key), key);
		}
		return found;
	}

	@SuppressWarnings("unchecked")
	static List<Object> list(Map<String, Object> json, String key) {
		return (List<Object>) Objects.requireNonNull(json.get(key), key);
	}

}
