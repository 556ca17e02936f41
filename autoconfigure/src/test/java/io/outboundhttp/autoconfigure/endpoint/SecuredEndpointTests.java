package io.outboundhttp.autoconfigure.endpoint;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import io.outboundhttp.autoconfigure.endpoint.ActuatorApplication.Kind;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the endpoint where Spring Boot's defaults of Spring Security guard it, and
 * for what is shown to whom.
 */
class SecuredEndpointTests {

	private static final String SECURED = "spring.autoconfigure.exclude=";

	private final TestHttpServer server = TestHttpServer.start()
		.handle("/held", (exchange) -> exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha"));

	@AfterEach
	void stop() {
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource
	void strangersSeeNothing(Kind kind) throws Exception {
		try (ActuatorApplication application = start(kind)) {
			for (String path : List.of("/outboundhttp", "/outboundhttp/payments")) {
				HttpResponse<String> answer = application.get(path);
				assertThat(answer.statusCode()).as(path).isEqualTo(401);
				assertThat(answer.body()).doesNotContain("payments");
				assertThat(application.get(path, user("reader")).statusCode()).as(path).isEqualTo(200);
			}
			assertThat(application.get("/health/liveness").statusCode()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "MANAGEMENT_PORT" })
	void writesNeedTheTokenThatSpringSecurityAsksFor(Kind kind) throws Exception {
		try (ActuatorApplication application = start(kind, "management.endpoint.outboundhttp.access=unrestricted")) {
			// 403, of which the error page, guarded as well, makes 401
			assertThat(application.post("/outboundhttp/payments", "{\"maxTotal\":80}", user("operator")).statusCode())
				.isEqualTo(401);
			assertThat(application.delete("/outboundhttp/payments?scope=idle", user("operator")).statusCode())
				.isEqualTo(401);
			assertThat(application.bean(OutboundHttpClients.class).openPools()).isEmpty();
		}
	}

	@Test
	void writesWithTheTokenAreDoneInTheNameOfTheUser() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.start(ApplicationWithTokenCookie.class, Kind.SERVLET,
				this.server.url(), SECURED, "management.endpoint.outboundhttp.access=unrestricted")) {
			String cookie = application.get("/outboundhttp", user("operator"))
				.headers()
				.allValues("Set-Cookie")
				.stream()
				.filter((value) -> value.startsWith("XSRF-TOKEN="))
				.map((value) -> value.substring(0, value.indexOf(';')))
				.findFirst()
				.orElseThrow();
			String[] headers = { "Authorization", user("operator")[1], "Cookie", cookie, "X-XSRF-TOKEN",
					cookie.substring("XSRF-TOKEN=".length()) };
			HttpResponse<String> answer = application.post("/outboundhttp/payments", "{\"maxTotal\":80}", headers);
			assertThat(answer.statusCode()).isEqualTo(200);
			assertThat(JsonPath.<String>read(answer.body(), "$.override.by")).isEqualTo("operator");
			assertThat(application.delete("/outboundhttp/payments?scope=idle", headers).statusCode()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@CsvSource({ "never, operator, false", "when-authorized, reader, false", "when-authorized, operator, true",
			"always, reader, true" })
	void stacksAndThreadsAreShownToThoseWhoMaySeeThem(String showValues, String user, boolean shown) throws Exception {
		try (ActuatorApplication application = start(Kind.SERVLET,
				"management.endpoint.outboundhttp.show-values=" + showValues,
				"management.endpoint.outboundhttp.roles=operator",
				"outbound-http.clients.payments.leak-detection.stack-traces=always")) {
			verifyLease(application, user, shown);
		}
	}

	@Test
	void withoutRolesEverybodyWhoIsKnownMaySeeThem() throws Exception {
		try (ActuatorApplication application = start(Kind.REACTIVE,
				"management.endpoint.outboundhttp.show-values=when-authorized",
				"outbound-http.clients.payments.leak-detection.stack-traces=always")) {
			verifyLease(application, "reader", true);
		}
	}

	private static void verifyLease(ActuatorApplication application, String user, boolean shown) throws Exception {
		ClientHttpResponse held = application.bean(OutboundHttpClients.class)
			.restClient("payments")
			.get()
			.uri("/held")
			.exchangeForRequiredValue((request, response) -> response, false);
		String body = application.get("/outboundhttp/payments", user(user)).body();
		Map<String, Object> lease = JsonPath.read(body, "$.leases[0]");
		if (shown) {
			assertThat(lease).containsEntry("thread", Thread.currentThread().getName());
			assertThat(JsonPath.<List<String>>read(body, "$.leases[0].stack"))
				.anySatisfy((frame) -> assertThat(frame).contains("SecuredEndpointTests.verifyLease"))
				.hasSizeLessThanOrEqualTo(64);
		}
		else {
			assertThat(lease).doesNotContainKeys("thread", "stack", "applicationFrame");
			assertThat(body).doesNotContain("SecuredEndpointTests", Thread.currentThread().getName());
		}
		assertThat(lease).containsKeys("ageMillis", "route", "method", "phase");
		held.close();
	}

	private ActuatorApplication start(Kind kind, String... properties) {
		String[] all = new String[properties.length + 1];
		all[0] = SECURED;
		System.arraycopy(properties, 0, all, 1, properties.length);
		return ActuatorApplication.start(SecuredApplication.class, kind, this.server.url(), all);
	}

	private static String[] user(String name) {
		return new String[] { "Authorization",
				"Basic " + Base64.getEncoder().encodeToString((name + ":secret").getBytes(StandardCharsets.UTF_8)) };
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class SecuredApplication {

		@Bean
		InMemoryUserDetailsManager users() {
			return new InMemoryUserDetailsManager(details());
		}

		@Bean
		MapReactiveUserDetailsService reactiveUsers() {
			return new MapReactiveUserDetailsService(details());
		}

		private static List<UserDetails> details() {
			return List.of(User.withUsername("reader").password("{noop}secret").roles("reader").build(),
					User.withUsername("operator").password("{noop}secret").roles("operator").build());
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ApplicationWithTokenCookie extends SecuredApplication {

		@Bean
		SecurityFilterChain security(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.csrf((csrf) -> csrf.spa())
				.build();
		}

	}

}
