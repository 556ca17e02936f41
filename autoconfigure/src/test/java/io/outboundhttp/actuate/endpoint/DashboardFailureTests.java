package io.outboundhttp.actuate.endpoint;

import io.outboundhttp.testsupport.Chrome;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@link DashboardPage} says when something goes wrong, in a browser.
 */
@Tag("browser")
class DashboardFailureTests {

	@RegisterExtension
	static final Chrome chrome = new Chrome();

	private static final DashboardFixture page = new DashboardFixture(chrome);

	@BeforeEach
	void reset() {
		page.reset();
		page.add("catalog", 1, 2, 0, 20);
	}

	@AfterAll
	static void stop() {
		page.close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			401 | You are not logged in, or no longer (401)                 | true
			403 | You may not read this (403)                               | false
			404 | Not found (404)                                           | false
			418 | The application has refused to answer (418)               | false
			500 | has failed to answer (500). The log of the application    | false
			503 | has failed to answer (503)                                | false
			200 | The answer is not JSON: probably the page of a login      | true
			0   | The application cannot be reached                         | false
			""")
	void goodDataStayVisibleAndTheTroubleIsToldInWords(int status, String words, boolean reload) {
		page.open();
		page.endpoint()
			.answer((status == 0) ? Handler.closeAbruptly() : (exchange) -> exchange.respond(status,
					Headers.of("Content-Type", "text/html"), "<html>log in</html>"));
		page.refresh();
		chrome.awaitText("#notice", words);
		assertThat(chrome.text("#notice")).contains("What you see is older.");
		chrome.awaitText("#age", "As of ");
		assertThat(chrome.text("#clients")).contains("catalog", "1 leased");
		assertThat(chrome.driver().findElements(By.cssSelector("#notice button"))).hasSize(reload ? 1 : 0);
		assertThat(chrome.errors()).allMatch((error) -> error.contains("Failed to load resource"));
		page.endpoint().answer(null);
		page.refresh();
		chrome.awaitText("#age", "Live");
		assertThat(chrome.text("#notice").strip()).isEmpty();
		chrome.verifyQuiet(page.endpoint().origin());
	}

	@Test
	void redirectToALoginElsewhereIsNotFollowed() {
		try (TestHttpServer login = TestHttpServer.start()) {
			page.open();
			page.endpoint().answer(Handler.redirect(login.url("/login")));
			page.refresh();
			chrome.awaitText("#notice", "The server sends this page elsewhere, probably to log in again.");
			assertThat(chrome.find("#notice button").getText()).isEqualTo("Load again");
			assertThat(login.connectionsAccepted()).isZero();
		}
	}

	@Test
	void pageWithoutAnyDataSaysWhy() {
		page.endpoint().answer(Handler.respond(403, ""));
		chrome.open(page.endpoint().url());
		chrome.awaitText("#notice", "You may not read this (403)");
		assertThat(chrome.text("#notice")).doesNotContain("older");
		assertThat(chrome.errors()).allMatch((error) -> error.contains("Failed to load resource"));
	}

	@Test
	void unknownClientIsToldInWords() {
		chrome.open(page.endpoint().url() + "#/client/nobody");
		chrome.awaitText("#client", "There is no client “nobody” on this instance, or no longer.");
		assertThat(chrome.text("#notice").strip()).isEmpty();
		chrome.open(page.endpoint().url() + "#/client/%E0%A4%A");
		chrome.awaitText("#client", "There is no client “%E0%A4%A”");
	}

	@ParameterizedTest
	@ValueSource(strings = { "..", ".", "%2E%2E" })
	void nameThatLeadsOutOfTheEndpointIsNotAskedFor(String name) {
		chrome.open(page.endpoint().url() + "#/client/" + name);
		chrome.awaitText("#client", "There is no client “");
		assertThat(chrome.text("#notice").strip()).isEmpty();
		assertThat(chrome.requests()).filteredOn((url) -> !url.startsWith("data:"))
			.allMatch((url) -> url.startsWith(page.endpoint().url()));
		assertThat(chrome.errors()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			script-src 'none'
			default-src 'self'; style-src 'self'
			""")
	void blockedScriptIsToldWithoutIt(String policy) {
		page.endpoint().pageHeader("Content-Security-Policy", policy);
		chrome.open(page.endpoint().url());
		assertThat(chrome.find("#blocked").getText()).contains("The script of this page has not run",
				"Content-Security-Policy", "curl -H 'Accept: application/json'");
		assertThat(chrome.errors()).isNotEmpty().allMatch((error) -> error.contains("Content Security Policy"));
	}

	@Test
	void policyOfTheSiteThatPermitsTheHashIsNoObstacle() {
		String policy = new DashboardPage().html()
			.replaceAll("(?s).*Content-Security-Policy\" content=\"([^\"]*)\".*", "$1");
		page.endpoint().pageHeader("Content-Security-Policy", policy + "; frame-ancestors 'none'");
		page.open();
		assertThat(chrome.text("#clients")).contains("catalog");
		assertThat(chrome.driver().findElements(By.id("blocked"))).isEmpty();
		chrome.verifyQuiet(page.endpoint().origin());
	}

}
