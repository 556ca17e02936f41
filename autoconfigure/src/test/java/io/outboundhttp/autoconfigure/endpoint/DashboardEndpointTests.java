package io.outboundhttp.autoconfigure.endpoint;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.autoconfigure.endpoint.ActuatorApplication.Kind;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.Chrome;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openqa.selenium.By;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the page of the endpoint in a browser, with real applications.
 */
@Tag("browser")
class DashboardEndpointTests {

	@RegisterExtension
	static final Chrome chrome = new Chrome();

	private final TestHttpServer server = TestHttpServer.start().handle("/held", (exchange) -> {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
		exchange.stall();
	});

	@AfterEach
	void stop() {
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource
	void browsersGetThePageAndToolsTheData(Kind kind) throws Exception {
		try (ActuatorApplication application = ActuatorApplication.start(kind, this.server.url())) {
			HttpResponse<String> page = application.get("/outboundhttp", "Accept",
					"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
			assertThat(page.headers().firstValue("Content-Type")).hasValueSatisfying(
					(type) -> assertThat(type.replace(" ", "")).isEqualToIgnoringCase("text/html;charset=UTF-8"));
			assertThat(page.body()).startsWith("<!DOCTYPE html>");
			for (String accept : List.of("*/*", "application/json", "application/vnd.spring-boot.actuator.v3+json")) {
				assertThat(application.get("/outboundhttp", "Accept", accept).body()).as(accept).startsWith("{");
			}
			application.bean(OutboundHttpClients.class)
				.restClient("payments")
				.get()
				.uri("/")
				.retrieve()
				.toBodilessEntity();
			chrome.open(application.url() + "/actuator/outboundhttp");
			chrome.awaitText("#summary", "2 clients, none in trouble");
			chrome.driver().findElement(By.linkText("payments")).click();
			chrome.awaitText("#client", "outbound-http.clients.payments.pool.max-per-route");
			assertThat(chrome.text("#client")).contains("Nothing is wrong here.", "1 available", this.server.url(),
					"Read-only.");
			chrome.verifyQuiet(application.url());
		}
	}

	@Test
	void pageWorksBehindPrefixes() {
		try (ActuatorApplication application = ActuatorApplication.start(Kind.SERVLET, this.server.url(),
				"server.servlet.context-path=/shop", "management.endpoints.web.base-path=/manage")) {
			chrome.open(application.url() + "/shop/manage/outboundhttp#/client/default");
			chrome.awaitText("#client", "Nobody has used this client yet");
			chrome.verifyQuiet(application.url());
		}
	}

	@Test
	void leakLeadsToItsLineAndIsTakenBackByHand() {
		try (ActuatorApplication application = ActuatorApplication.start(Kind.SERVLET, this.server.url(),
				"management.endpoint.outboundhttp.access=unrestricted",
				"management.endpoint.outboundhttp.show-values=always",
				"outbound-http.clients.payments.leak-detection.threshold=300ms",
				"outbound-http.clients.payments.leak-detection.stack-traces=always")) {
			OutboundHttpClients clients = application.bean(OutboundHttpClients.class);
			ClientHttpResponse forgotten = forget(clients);
			chrome.open(application.url() + "/actuator/outboundhttp");
			chrome.awaitText("#clients", "1 suspected");
			chrome.driver().findElement(By.linkText("payments")).click();
			assertThat(chrome.find(".culprit").getText()).containsPattern(
					"DashboardEndpointTests\\.forget\\(DashboardEndpointTests\\.java:\\d+\\)[\\s\\S]*GET %s/held[\\s\\S]*holds 1 connection now"
						.formatted(this.server.url()));
			chrome.find(".culprit summary").click();
			assertThat(chrome.find(".culprit .mine").getText()).contains("DashboardEndpointTests.forget");
			chrome.find("#close-scope option[value=suspected]").click();
			chrome.find("form + form button").click();
			chrome.find("#confirm-go").click();
			chrome.awaitText(".result", "1 connection taken back.");
			chrome.awaitText("#client", "0 leased");
			assertThatExceptionOfType(LeaseReclaimedException.class)
				.isThrownBy(() -> forgotten.getBody().readAllBytes());
			chrome.verifyQuiet(application.url());
		}
	}

	private static ClientHttpResponse forget(OutboundHttpClients clients) {
		return clients.restClient("payments")
			.get()
			.uri("/held")
			.exchangeForRequiredValue((request, response) -> response, false);
	}

	@Test
	void limitsThatAreChangedReachThePool() {
		try (ActuatorApplication application = ActuatorApplication.start(Kind.SERVLET, this.server.url(),
				"management.endpoint.outboundhttp.access=unrestricted")) {
			chrome.open(application.url() + "/actuator/outboundhttp#/client/payments");
			setLimits(80, 40);
			chrome.awaitText(".result",
					"Limits are now 80 in total and 40 per route; they were 70 in total and 7 per route.");
			var limits = application.bean(OutboundHttpClients.class).pool("payments").getLimits();
			assertThat(limits.maxTotal()).isEqualTo(80);
			assertThat(limits.maxPerRoute()).isEqualTo(40);
			chrome.awaitText("#client", "Limits: 80, 40 per route, set by anonymous until");
			chrome.open(application.url() + "/actuator/outboundhttp#/");
			chrome.awaitText("#clients", "80, 40 per route, set by anonymous until");
			chrome.verifyQuiet(application.url());
		}
	}

	@Test
	void pageWorksBehindALoginAndSaysWhenItIsOver() {
		try (ActuatorApplication application = start(ApplicationWithLogin.class)) {
			logIn(application);
			setLimits(80, 40);
			chrome.awaitText(".result", "Limits are now 80 in total");
			chrome.awaitText("#client", "set by anna until");
			chrome.verifyQuiet(application.url());
			chrome.driver().executeCdpCommand("Network.clearBrowserCookies", Map.of());
			chrome.awaitText("#notice", "You are not logged in, or no longer (401).");
			assertThat(chrome.errors()).allMatch((error) -> error.contains("Failed to load resource"));
			chrome.find("#notice button").click();
			chrome.find("input[name=username]");
		}
	}

	@Test
	void tokenThatThePageCannotReadIsNamedWhereAWriteIsRefused() {
		try (ActuatorApplication application = start(ActuatorApplication.Application.class)) {
			logIn(application);
			setLimits(80, 40);
			chrome.awaitText(".result", "Refused (403)");
			assertThat(chrome.text(".result")).contains("CSRF token");
			assertThat(application.bean(OutboundHttpClients.class).openPools()).isEmpty();
		}
	}

	private ActuatorApplication start(Class<?> application) {
		return ActuatorApplication.start(application, Kind.SERVLET, this.server.url(), "spring.autoconfigure.exclude=",
				"spring.security.user.name=anna", "spring.security.user.password=secret",
				"management.endpoint.outboundhttp.access=unrestricted");
	}

	private static void logIn(ActuatorApplication application) {
		chrome.open(application.url() + "/actuator/outboundhttp");
		chrome.find("input[name=username]").sendKeys("anna");
		chrome.find("input[name=password]").sendKeys("secret");
		chrome.find("button").click();
		chrome.awaitText("#clients", "payments");
		chrome.driver().findElement(By.linkText("payments")).click();
		// the icon of the site, which the page of the login asks for
		chrome.errors();
	}

	private static void setLimits(int maxTotal, int maxPerRoute) {
		set("#limits-total", maxTotal);
		set("#limits-route", maxPerRoute);
		chrome.find("form button").click();
		chrome.find("#confirm-go").click();
	}

	private static void set(String field, int value) {
		chrome.find(field).clear();
		chrome.find(field).sendKeys(Objects.toString(value));
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ApplicationWithLogin {

		@Bean
		SecurityFilterChain security(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.formLogin(Customizer.withDefaults())
				.httpBasic(Customizer.withDefaults())
				.csrf((csrf) -> csrf.spa())
				.build();
		}

	}

}
