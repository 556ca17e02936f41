package io.outboundhttp.autoconfigure.endpoint;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.jayway.jsonpath.JsonPath;
import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.autoconfigure.endpoint.ActuatorApplication.Kind;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolLimits;
import io.outboundhttp.testsupport.LoggedLines;
import io.outboundhttp.testsupport.TestHttpServer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what operators do to a client of a running application.
 */
class OperatorTests {

	private static final String UNRESTRICTED = "management.endpoint.outboundhttp.access=unrestricted";

	private final TestHttpServer server = TestHttpServer.start();

	private final ExecutorService callers = Executors.newCachedThreadPool();

	@AfterEach
	void stop() {
		this.callers.shutdownNow();
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource
	void limitsAreChangedForAWhile(Kind kind) throws Exception {
		try (ActuatorApplication application = start(kind)) {
			ConnectionPool pool = application.bean(OutboundHttpClients.class).pool("payments");
			HttpResponse<String> answer = application.post("/outboundhttp/payments",
					"{\"maxTotal\":80,\"maxPerRoute\":40,\"revertAfter\":\"15m\"}");
			assertThat(answer.statusCode()).isEqualTo(200);
			assertThat(JsonPath.<Map<String, Integer>>read(answer.body(), "$.old"))
				.isEqualTo(Map.of("maxTotal", 70, "maxPerRoute", 7));
			for (String limits : List.of("$.new", "$.effective")) {
				assertThat(JsonPath.<Map<String, Integer>>read(answer.body(), limits)).as(limits)
					.isEqualTo(Map.of("maxTotal", 80, "maxPerRoute", 40));
			}
			assertThat(pool.getLimits()).isEqualTo(new PoolLimits(80, 40));
			assertThat(pool.snapshot().maxTotal()).isEqualTo(80);
			for (String path : List.of("/outboundhttp", "/outboundhttp/payments")) {
				String override = path.endsWith("payments") ? "$.override" : "$.clients.payments.override";
				Map<String, Object> shown = JsonPath.read(application.body(path), override);
				assertThat(shown).as(path)
					.containsEntry("by", "anonymous")
					.containsEntry("maxTotal", 80)
					.containsEntry("maxPerRoute", 40);
				assertThat(Instant.parse((String) shown.getOrDefault("until", "")))
					.isBetween(Instant.now().plus(Duration.ofMinutes(14)), Instant.now().plus(Duration.ofMinutes(15)));
			}
			assertThat(JsonPath.<String>read(application.body("/outboundhttp/payments"),
					"$.settings['pool.max-total'].origin"))
				.startsWith("anonymous until ");
			List<AuditEvent> events = application.bean(AuditEventRepository.class)
				.find("anonymous", null, "OUTBOUND_HTTP_LIMITS_CHANGED");
			assertThat(events).singleElement()
				.extracting(AuditEvent::getData, InstanceOfAssertFactories.map(String.class, Object.class))
				.containsEntry("client", "payments")
				.containsEntry("maxTotalBefore", 70)
				.containsEntry("maxTotal", 80);
		}
	}

	@Test
	void configuredLimitsHoldAgainWhenTheTimeIsOver() throws Exception {
		try (ActuatorApplication application = start(Kind.SERVLET);
				LoggedLines log = LoggedLines.debug("io.outboundhttp.actuate.endpoint.AuditTrail")) {
			ConnectionPool pool = application.bean(OutboundHttpClients.class).pool("payments");
			application.post("/outboundhttp/payments", "{\"maxTotal\":80,\"revertAfter\":\"1s\"}");
			assertThat(pool.getLimits()).isEqualTo(new PoolLimits(80, 7));
			pool.configureLimits((limits) -> new PoolLimits(60, 6));
			assertThat(pool.getLimits()).as("what is configured meanwhile waits").isEqualTo(new PoolLimits(80, 7));
			await().atMost(Duration.ofSeconds(30)).until(() -> pool.getOverride() == null);
			assertThat(pool.snapshot().maxTotal()).isEqualTo(60);
			assertThat(pool.snapshot().maxPerRoute()).isEqualTo(6);
			await().untilAsserted(() -> assertThat(
					application.bean(AuditEventRepository.class).find(null, null, "OUTBOUND_HTTP_LIMITS_REVERTED"))
				.hasSize(1));
			assertThat(JsonPath.<Map<String, Object>>read(application.body("/outboundhttp/payments"), "$"))
				.doesNotContainKey("override");
			assertThat(log.list())
				.anySatisfy((line) -> assertThat(line).contains("Client 'payments'",
						"anonymous changed the limits from max-total 70 and max-per-route 7 to max-total 80"))
				.anySatisfy((line) -> assertThat(line).contains("max-total 60 and max-per-route 6 again"));
		}
	}

	@Test
	void whatIsDoneIsAnsweredAlthoughItsAuditFails() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.start(FailingAuditApplication.class, Kind.SERVLET,
				this.server.url(), UNRESTRICTED);
				LoggedLines log = LoggedLines.debug("io.outboundhttp.actuate.endpoint.AuditTrail")) {
			assertThat(application.post("/outboundhttp/payments", "{\"maxTotal\":80}").statusCode()).isEqualTo(200);
			assertThat(application.bean(OutboundHttpClients.class).pool("payments").getLimits())
				.isEqualTo(new PoolLimits(80, 7));
			assertThat(close(application, "idle")).containsEntry("closed", 0);
			assertThat(log.list())
				.anySatisfy((line) -> assertThat(line)
					.contains("Client 'payments': a listener of the audit event OUTBOUND_HTTP_LIMITS_CHANGED failed"))
				.anySatisfy((line) -> assertThat(line).contains("OUTBOUND_HTTP_CONNECTIONS_CLOSED failed"));
		}
	}

	@Test
	void laterChangeReplacesTheEarlierAndKeepsWhatItDoesNotName() throws Exception {
		try (ActuatorApplication application = start(Kind.SERVLET)) {
			application.post("/outboundhttp/payments", "{\"maxTotal\":80,\"revertAfter\":\"1h\"}");
			String answer = application.post("/outboundhttp/payments", "{\"maxPerRoute\":40,\"revertAfter\":\"2h\"}")
				.body();
			assertThat(JsonPath.<Map<String, Integer>>read(answer, "$.effective"))
				.isEqualTo(Map.of("maxTotal", 80, "maxPerRoute", 40));
			ConnectionPool pool = application.bean(OutboundHttpClients.class).pool("payments");
			assertThat(pool.getOverride()).isNotNull()
				.satisfies(
						(override) -> assertThat(override.until()).isAfter(Instant.now().plus(Duration.ofMinutes(90))));
			assertThat(pool.getConfiguredLimits()).isEqualTo(new PoolLimits(70, 7));
		}
	}

	@Test
	void callersThatWaitAreServedAtOnce() throws Exception {
		this.server.handle("/held", (exchange) -> exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha"));
		try (ActuatorApplication application = start(Kind.SERVLET, "outbound-http.clients.payments.pool.max-total=1",
				"outbound-http.clients.payments.pool.max-per-route=1",
				"outbound-http.clients.payments.pool.acquire-timeout=30s")) {
			OutboundHttpClients clients = application.bean(OutboundHttpClients.class);
			RestClient client = clients.restClient("payments");
			ClientHttpResponse held = hold(client);
			Future<String> caller = this.callers.submit(() -> body(client));
			await().until(() -> clients.pool("payments").snapshot().pending() == 1);
			application.post("/outboundhttp/payments", "{\"maxTotal\":2,\"maxPerRoute\":2}");
			assertThat(caller.get(20, TimeUnit.SECONDS)).isEqualTo("ok");
			held.close();
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			{}                                     | say 'maxTotal' or 'maxPerRoute'
			{'maxPerroute':8}                      | say 'maxTotal' or 'maxPerRoute'
			{'maxTotal':0}                         | 'maxTotal' is '0', which is no whole number from 1 to 10000
			{'maxTotal':10001}                     | 'maxTotal' is '10001', which is no whole number from 1 to 10000
			{'maxPerRoute':'many'}                 | 'maxPerRoute' is 'many', which is no whole number from 1 to 10000
			{'maxPerRoute':2.5}                    | 'maxPerRoute' is '2.5', which is no whole number
			{'maxTotal':80,'revertAfter':'0s'}     | 'revertAfter' is '0s', which is no duration from 1s to 24h
			{'maxTotal':80,'revertAfter':'25h'}    | 'revertAfter' is '25h', which is no duration from 1s to 24h
			{'maxTotal':80,'revertAfter':'soon'}   | 'revertAfter' is 'soon', which is no duration from 1s to 24h
			{'maxTotal':80,'revertAfter':'900000000000000d'} | which is no duration from 1s to 24h
			{'maxPerRoute':71}                     | cannot be reached, since the limit of all routes together is 70
			{'maxTotal':5,'maxPerRoute':6}         | say a 'maxTotal' of at least 6 too
			""")
	void wrongChangeIsRefusedInWords(String body, String expected) throws Exception {
		try (ActuatorApplication application = start(Kind.SERVLET)) {
			HttpResponse<String> answer = application.post("/outboundhttp/payments", body.replace('\'', '"'));
			assertThat(answer.statusCode()).isEqualTo(400);
			assertThat(JsonPath.<String>read(answer.body(), "$.error")).contains(expected);
			assertThat(application.bean(OutboundHttpClients.class).openPools()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void wrongRequestsAreRefusedInWords(Kind kind) throws Exception {
		try (ActuatorApplication application = start(kind)) {
			assertThat(application.post("/outboundhttp/nobody", "{\"maxTotal\":80}").statusCode()).isEqualTo(404);
			assertThat(application.delete("/outboundhttp/nobody?scope=idle").statusCode()).isEqualTo(404);
			assertThat(application.post("/outboundhttp/payments", "no json").statusCode()).isEqualTo(400);
			assertThat(application.post("/outboundhttp/payments", "{}").statusCode()).isEqualTo(400);
			for (String query : List.of("", "?scope=", "?scope=everything", "?scope=idle&scope=all")) {
				HttpResponse<String> answer = application.delete("/outboundhttp/payments" + query);
				assertThat(answer.statusCode()).as(query).isEqualTo(400);
				assertThat(JsonPath.<String>read(answer.body(), "$.error")).contains("scope=idle", "scope=suspected");
			}
		}
	}

	@Test
	void durationWithoutUnitIsMilliseconds() throws Exception {
		try (ActuatorApplication application = start(Kind.SERVLET)) {
			String answer = application.post("/outboundhttp/payments", "{\"maxTotal\":80,\"revertAfter\":60000}")
				.body();
			assertThat(Instant.parse(JsonPath.read(answer, "$.override.until")))
				.isBetween(Instant.now().plusSeconds(30), Instant.now().plusSeconds(61));
		}
	}

	@ParameterizedTest
	@EnumSource
	void idleConnectionsAreClosed(Kind kind) throws Exception {
		try (ActuatorApplication application = start(kind)) {
			body(application.bean(OutboundHttpClients.class).restClient("payments"));
			assertThat(close(application, "expired")).containsEntry("closed", 0);
			assertThat(close(application, "idle")).containsEntry("closed", 1)
				.containsEntry("scope", "idle")
				.containsEntry("client", "payments")
				.doesNotContainKey("closingAfterResponse");
			this.server.awaitNoOpenConnections();
			assertThat(application.bean(AuditEventRepository.class)
				.find("anonymous", null, "OUTBOUND_HTTP_CONNECTIONS_CLOSED")).hasSize(2);
		}
	}

	@Test
	void nothingIsClosedOfAClientThatNobodyUses() throws Exception {
		try (ActuatorApplication application = start(Kind.SERVLET)) {
			assertThat(close(application, "all")).containsEntry("closed", 0).containsEntry("closingAfterResponse", 0);
			assertThat(application.bean(OutboundHttpClients.class).openPools()).isEmpty();
		}
	}

	@Test
	void allConnectionsAreClosedAndNoCallIsDisturbed() throws Exception {
		this.server.handle("/held", (exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
			exchange.stall();
			exchange.write("lf");
		});
		try (ActuatorApplication application = start(Kind.SERVLET)) {
			RestClient client = application.bean(OutboundHttpClients.class).restClient("payments");
			client.get().uri("/held").exchange((request, response) -> {
				body(client);
				assertThat(close(application, "all")).containsEntry("closed", 1)
					.containsEntry("closingAfterResponse", 1);
				this.server.releaseStalled();
				return assertThat(new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8))
					.isEqualTo("half");
			});
			this.server.awaitNoOpenConnections();
			body(client);
			assertThat(this.server.connectionsAccepted()).isEqualTo(3);
		}
	}

	@Test
	void suspectedLeasesAreTakenBack() throws Exception {
		this.server.handle("/held", (exchange) -> exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha"));
		try (ActuatorApplication application = start(Kind.SERVLET,
				"outbound-http.clients.payments.leak-detection.threshold=100ms",
				"outbound-http.clients.payments.pool.max-per-route=1")) {
			OutboundHttpClients clients = application.bean(OutboundHttpClients.class);
			ClientHttpResponse held = hold(clients.restClient("payments"));
			await().until(() -> clients.pool("payments").snapshot().leaks().suspected() == 1);
			assertThat(JsonPath.<String>read(application.body("/outboundhttp/payments"), "$.leases[0].leak"))
				.isEqualTo("suspected");
			assertThat(JsonPath.<List<String>>read(application.body("/outboundhttp"), "$.clients.payments.problems"))
				.containsExactly("leaking");
			assertThat(application.get("/health").statusCode()).isEqualTo(503);
			assertThat(close(application, "suspected")).containsEntry("closed", 1);
			assertThat(body(clients.restClient("payments"))).isEqualTo("ok");
			assertThat(application.get("/health").statusCode()).isEqualTo(200);
			assertThatExceptionOfType(LeaseReclaimedException.class).isThrownBy(() -> held.getBody().readAllBytes());
			held.close();
		}
	}

	@Test
	void withoutAccessNothingCanBeWritten() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.start(Kind.SERVLET, this.server.url())) {
			assertThat(application.post("/outboundhttp/payments", "{\"maxTotal\":80}").statusCode()).isEqualTo(405);
			assertThat(application.delete("/outboundhttp/payments?scope=idle").statusCode()).isEqualTo(405);
			assertThat(JsonPath.<String>read(application.body("/outboundhttp"), "$.access")).isEqualTo("read-only");
		}
		try (ActuatorApplication application = start(Kind.SERVLET)) {
			assertThat(JsonPath.<String>read(application.body("/outboundhttp"), "$.access")).isEqualTo("unrestricted");
		}
		try (ActuatorApplication application = start(Kind.SERVLET,
				"management.endpoints.access.max-permitted=read-only")) {
			assertThat(application.post("/outboundhttp/payments", "{\"maxTotal\":80}").statusCode()).isEqualTo(405);
			assertThat(JsonPath.<String>read(application.body("/outboundhttp"), "$.access")).isEqualTo("read-only");
		}
	}

	@Test
	void jmxHasTheSame() throws Exception {
		try (ActuatorApplication application = start(Kind.SERVLET, "spring.jmx.enabled=true",
				"management.endpoints.jmx.exposure.include=outboundhttp")) {
			MBeanServer jmx = ManagementFactory.getPlatformMBeanServer();
			ObjectName name = new ObjectName("org.springframework.boot:type=Endpoint,name=Outboundhttp");
			assertThat(jmx.getMBeanInfo(name).getOperations()).extracting((operation) -> operation.getName())
				.containsExactlyInAnyOrder("clients", "client", "changeLimits", "closeConnections");
			String[] strings = { "java.lang.String", "java.lang.String", "java.lang.String", "java.lang.String" };
			Object changed = jmx.invoke(name, "changeLimits", new Object[] { "payments", "80", null, "1h" }, strings);
			assertThat(changed).asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
				.containsEntry("effective", Map.of("maxTotal", 80, "maxPerRoute", 7));
			assertThat(application.bean(AuditEventRepository.class).find("jmx", null, null)).hasSize(1);
			assertThatExceptionOfType(JMException.class)
				.isThrownBy(
						() -> jmx.invoke(name, "changeLimits", new Object[] { "payments", null, null, null }, strings))
				.withStackTraceContaining("say 'maxTotal' or 'maxPerRoute'");
			Object closed = jmx.invoke(name, "closeConnections", new Object[] { "payments", "idle" },
					new String[] { "java.lang.String", "java.lang.String" });
			assertThat(closed).asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
				.containsEntry("closed", 0);
		}
	}

	private static Map<String, Object> close(ActuatorApplication application, String scope) throws IOException {
		HttpResponse<String> answer = application.delete("/outboundhttp/payments?scope=" + scope);
		assertThat(answer.statusCode()).isEqualTo(200);
		return JsonPath.read(answer.body(), "$");
	}

	private static ClientHttpResponse hold(RestClient client) {
		return client.get().uri("/held").exchangeForRequiredValue((request, response) -> response, false);
	}

	private static String body(RestClient client) {
		return String.valueOf(client.get().uri("/").retrieve().body(String.class));
	}

	private ActuatorApplication start(Kind kind, String... properties) {
		String[] all = new String[properties.length + 1];
		all[0] = UNRESTRICTED;
		System.arraycopy(properties, 0, all, 1, properties.length);
		return ActuatorApplication.start(AuditedApplication.class, kind, this.server.url(), all);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class AuditedApplication {

		@Bean
		AuditEventRepository auditEventRepository() {
			return new InMemoryAuditEventRepository();
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class FailingAuditApplication {

		@Bean
		AuditEventRepository auditEventRepository() {
			return new InMemoryAuditEventRepository() {

				@Override
				public void add(AuditEvent event) {
					throw new IllegalStateException("The database is down");
				}

			};
		}

	}

}
