package io.outboundhttp.actuate.endpoint;

import java.util.List;

import io.outboundhttp.testsupport.Chrome;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RecordedRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what changes something on {@link DashboardPage}, in a browser.
 */
@Tag("browser")
class DashboardActionTests {

	@RegisterExtension
	static final Chrome chrome = new Chrome();

	private static final DashboardFixture page = new DashboardFixture(chrome);

	@BeforeEach
	void reset() {
		page.reset();
		page.addLeaking("payments", 3);
		page.overview().put("access", "unrestricted");
	}

	@AfterAll
	static void stop() {
		page.close();
	}

	@Test
	void limitsChangeAfterAQuestion() {
		page.open("#/client/payments");
		int before = page.endpoint().writes().size();
		set("#limits-total", "40");
		set("#limits-route", "40");
		select("#limits-revert", "15m");
		chrome.driver().manage().addCookie(new Cookie("XSRF-TOKEN", "a%2Fb"));
		chrome.find("form button").click();
		assertThat(chrome.find("dialog").getText()).contains("“payments” on this instance may then hold at most 40",
				"40 per route, for 15 minutes");
		chrome.find("#confirm-cancel").click();
		chrome.find("form button").click();
		press(Keys.ESCAPE);
		assertThat(page.endpoint().writes()).as("before the answer is yes").hasSize(before);
		chrome.find("form button").click();
		chrome.find("#confirm-go").click();
		chrome.awaitText(".result",
				"Limits are now 40 in total and 40 per route; they were 20 in total and 20 per route.");
		RecordedRequest write = page.endpoint().writes().get(before);
		assertThat(page.endpoint().writes()).hasSize(before + 1);
		assertThat(write.method()).isEqualTo("POST");
		assertThat(write.target()).endsWith("/outboundhttp/payments");
		assertThat(write.header("X-XSRF-TOKEN")).isEqualTo("a/b");
		assertThat(write.header("Content-Type")).startsWith("application/json");
		assertThat(write.bodyAsString()).isEqualTo("{\"maxTotal\":40,\"maxPerRoute\":40,\"revertAfter\":\"15m\"}");
		chrome.verifyQuiet(page.endpoint().origin());
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			idle      | Closes all available connections of “payments” now
			expired   | have passed their time-to-live or idle-timeout
			suspected | Takes 3 suspected connections of “payments” back
			all       | the 20 leased ones after their response
			""")
	void connectionsAreClosedByScopeAfterAQuestion(String scope, String words) {
		page.open("#/client/payments");
		int before = page.endpoint().writes().size();
		select("#close-scope", scope);
		chrome.find("form + form button").click();
		assertThat(chrome.find("dialog").getText()).contains(words, "This instance only.");
		chrome.find("#confirm-go").click();
		chrome.awaitText(".result", "3 connections");
		assertThat(page.endpoint().writes().subList(before, before + 1)).singleElement().satisfies((write) -> {
			assertThat(write.method()).isEqualTo("DELETE");
			assertThat(write.target()).endsWith("/outboundhttp/payments?scope=" + scope);
			assertThat(write.header("X-XSRF-TOKEN")).isNull();
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			400 | {"error":"maxTotal must be 1 to 10,000"} | maxTotal must be 1 to 10,000
			403 | {}                                       | the CSRF token was missing
			405 | {}                                       | management.endpoint.outboundhttp.access=unrestricted
			500 | {}                                       | The log of the application says why
			""")
	void refusalIsToldInWords(int status, String body, String words) {
		page.open("#/client/payments");
		page.endpoint().answer((exchange) -> {
			if (exchange.method().equals("GET")) {
				Handler.closeAbruptly().handle(exchange);
			}
			exchange.respond(status, Headers.of("Content-Type", "application/json"), body);
		});
		chrome.find("form button").click();
		chrome.find("#confirm-go").click();
		chrome.awaitText(".result", words);
		assertThat(chrome.errors()).allMatch((error) -> error.contains("Failed to load resource"));
	}

	@Test
	void readOnlyPageOffersNothingAndSaysWhy() {
		page.overview().put("access", "read-only");
		page.open("#/client/payments");
		chrome.awaitText("#client", "Read-only. With management.endpoint.outboundhttp.access=unrestricted");
		assertThat(visibleForms()).isEmpty();
	}

	@Test
	void framedPageOffersNothingAndSaysWhy() {
		chrome.open(page.endpoint().origin() + "/frame");
		chrome.driver().switchTo().frame(0);
		chrome.find("#clients a").click();
		chrome.awaitText("#client", "This page is shown inside another one, so it changes nothing");
		assertThat(visibleForms()).isEmpty();
		chrome.driver().switchTo().defaultContent();
	}

	private static List<WebElement> visibleForms() {
		return chrome.driver().findElements(By.tagName("form")).stream().filter(WebElement::isDisplayed).toList();
	}

	private static void set(String field, String value) {
		WebElement element = chrome.find(field);
		element.clear();
		element.sendKeys(value);
	}

	private static void select(String field, String value) {
		chrome.find(field + " option[value='" + value + "']").click();
	}

	private static void press(CharSequence key) {
		new org.openqa.selenium.interactions.Actions(chrome.driver()).sendKeys(key).perform();
	}

}
