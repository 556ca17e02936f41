package io.outboundhttp.actuate.endpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.outboundhttp.testsupport.Chrome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DashboardPage} in a browser, with data that is made up.
 */
@Tag("browser")
class DashboardBrowserTests {

	@RegisterExtension
	static final Chrome chrome = new Chrome();

	private static final DashboardFixture page = new DashboardFixture(chrome);

	private static final String HOSTILE = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>'\u202e{{policy}}";

	@BeforeEach
	void reset() {
		page.reset();
	}

	@AfterAll
	static void stop() {
		page.close();
	}

	/** The pictures are for people to look at. */
	@ParameterizedTest
	@CsvSource({ "light, 1280, 800", "dark, 1280, 800", "light, 390, 844", "dark, 390, 844" })
	void hundredClientsFitIntoEveryWindow(String scheme, int width, int height) {
		page.overview().put("access", "unrestricted");
		for (int i = 0; i < 98; i++) {
			page.add("upstream-" + i, i % 20, i % 7, (i == 17) ? 3 : 0, 20);
		}
		page.addLeaking("payments", 12);
		page.add("shipping", 10, 0, 4, 10);
		page.summary("shipping").put("problems", List.of("starving"));
		page.summary("upstream-3")
			.put("override", Map.of("by", "anna", "until", "2030-01-01T03:40:00Z", "maxTotal", 80, "maxPerRoute", 40));
		EndpointJson.list(page.overview(), "advice")
			.add(EndpointJson.advice("warn", "shipping", "Three attempts of 10 s each, but the caller waits for 5 s."));
		EndpointJson.list(page.overview(), "strays")
			.add(Map.of("bean", "legacyClient", "type", "org.apache.hc.client5.http.impl.classic.CloseableHttpClient",
					"message", "A pool of its own; inject OutboundHttpClients.httpClient(name)."));
		chrome.resize(width, height);
		chrome.media(scheme);
		page.open();
		chrome.run("let n = 0; for (const samples of state.history.values()) { n++; for (let i = 115; i > 0; i--) {"
				+ "const used = 5 + 5 * Math.sin(i / (5 + n % 7)); samples.unshift({time: samples.at(-1).time - 2000 * (116 - i),"
				+ "leased: used, available: 10 - used, pending: n % 9 === 0 && used > 9 ? 4 : 0}); } }");
		page.refresh();
		chrome.until("lines",
				() -> chrome.run("return document.querySelector('.spark .leased').getAttribute('points')"));
		assertThat(chrome.driver().findElements(By.cssSelector("#clients tr"))).hasSize(100);
		picture("overview", scheme, width);
		chrome.run("document.getElementById('advice').scrollIntoView()");
		picture("advice", scheme, width);
		chrome.open(page.endpoint().url() + "#/client/payments");
		chrome.find(".culprit summary").click();
		picture("client", scheme, width);
		chrome.run("document.getElementById('leases-title').scrollIntoView()");
		picture("leases", scheme, width);
		chrome.verifyQuiet(page.endpoint().origin());
	}

	private static void picture(String name, String scheme, int width) {
		assertThat(chrome.run("return document.documentElement.scrollWidth <= window.innerWidth")).as("%s fits", name)
			.isEqualTo(true);
		chrome.picture(Path.of("target", "dashboard", "%s-%s-%d.png".formatted(name, scheme, width)));
	}

	@Test
	void troubleComesFirstAndIsInTheTitle() {
		page.add("catalog", 1, 2, 0, 20);
		page.add("busy", 20, 0, 3, 20);
		page.addLeaking("payments", 12);
		page.add("shipping", 10, 0, 4, 10);
		page.summary("shipping").put("problems", List.of("starving"));
		page.summary("shipping").put("tls", Map.of("bundle", "shop", "certificateExpiresInDays", 3));
		page.open();
		assertThat(names()).containsExactly("payments", "shipping", "busy", "catalog");
		assertThat(row("payments")).contains("Down", "leaking, 12 leaked", "20 leased", "0 available", "7 pending",
				"20/20 of a route", "<0.1 ms · 2.3 ms", "14 ms · 210 ms", "12 suspected, 2 reclaimed",
				"200, 20 per route");
		assertThat(row("shipping")).contains("Trouble", "starving, a certificate expires in 3 days");
		assertThat(row("catalog")).contains("Up", "none");
		assertThat(chrome.driver().getTitle()).isEqualTo("(2) Outbound HTTP");
		assertThat(chrome.text("#summary")).contains("2 of 4 in trouble");
		chrome.find("#filter").sendKeys("PAY");
		assertThat(names()).containsExactly("payments");
		chrome.find("#filter").sendKeys("x");
		chrome.awaitText("#nothing", "No client has such a name.");
		chrome.verifyQuiet(page.endpoint().origin());
	}

	@Test
	void changesAreAnnouncedOnceAndRowsStayTheSame() {
		page.add("catalog", 1, 2, 0, 20);
		page.add("payments", 1, 2, 0, 20);
		page.open();
		chrome.run("window.kept = document.querySelector('#clients tr:last-child');"
				+ "window.spoken = []; new MutationObserver(() => spoken.push(byId('announcement').textContent))"
				+ ".observe(byId('announcement'), {childList: true, characterData: true, subtree: true})");
		page.summary("payments").put("status", "DOWN");
		page.summary("payments").put("problems", List.of("leaking"));
		page.refresh();
		chrome.until("payments first", () -> names().indexOf("payments") == 0 ? true : null);
		assertThat(chrome.run("return window.kept === document.querySelector('#clients tr:first-child')"))
			.isEqualTo(true);
		EndpointJson.read(page.summary("payments"), "pool").put("leased", 5);
		page.refresh();
		chrome.until("more leased", () -> row("payments").contains("5 leased") ? true : null);
		assertThat(chrome.run("return window.spoken")).isEqualTo(List.of("payments is now Down: leaking"));
		EndpointJson.read(page.overview(), "clients").remove("payments");
		page.refresh();
		chrome.until("one client", () -> names().equals(List.of("catalog")) ? true : null);
		assertThat(chrome.driver().getTitle()).isEqualTo("Outbound HTTP");
	}

	@Test
	void clickLeadsToAClientOfAnyNameAndBack() {
		page.add("catalog", 1, 2, 0, 20);
		page.add("default#2", 1, 2, 0, 33);
		page.open();
		chrome.driver().findElement(By.linkText("default#2")).click();
		chrome.awaitText("#client", "1 leased");
		assertThat(chrome.text("#client h1")).contains("default#2");
		assertThat(chrome.driver().getCurrentUrl()).endsWith("#/client/default%232");
		assertThat(chrome.driver().getTitle()).isEqualTo("default#2 · Outbound HTTP");
		assertThat(chrome.text("#client")).contains("Nothing is wrong here.", "Limits: 330, 33 per route");
		chrome.driver().navigate().back();
		assertThat(names()).containsExactly("catalog", "default#2");
		chrome.driver().navigate().forward();
		chrome.awaitText("#client h1", "default#2");
		chrome.driver().navigate().refresh();
		chrome.awaitText("#client", "1 leased");
		chrome.verifyQuiet(page.endpoint().origin());
	}

	@Test
	void slashAtTheEndAndSessionIdsInThePathDoNoHarm() {
		page.add("catalog", 1, 2, 0, 20);
		chrome.open(page.endpoint().url() + "/#/client/catalog");
		chrome.awaitText("#client", "Nothing is wrong here.");
		chrome.open(page.endpoint().url() + "/;jsessionid=1#/client/catalog");
		chrome.awaitText("#client", "Nothing is wrong here.");
	}

	@Test
	void keyboardAloneLeadsToAClientAndBack() {
		page.add("catalog", 1, 2, 0, 20);
		page.addLeaking("payments", 3);
		page.open();
		press(Keys.TAB);
		assertThat(active().getText()).isEqualTo("Skip to content");
		press(Keys.ENTER);
		assertThat(active().getDomAttribute("id")).isEqualTo("main");
		press(Keys.TAB, Keys.TAB);
		assertThat(active().getText()).isEqualTo("payments");
		press(Keys.ENTER);
		chrome.until("heading",
				() -> active().getText().equals("payments") && active().getTagName().equals("h1") ? true : null);
		chrome.find(".culprit");
		press(Keys.TAB);
		assertThat(active().getText()).isEqualTo("Stack");
		press(Keys.ENTER);
		assertThat(chrome.find(".culprit .stack .mine").getText()).contains(EndpointJson.LEAKING_LINE, "your code");
		chrome.driver().navigate().back();
		chrome.until("the link again",
				() -> active().getText().equals("payments") && active().getTagName().equals("a") ? true : null);
		for (int i = 0; i < 40 && !"body".equals(active().getTagName()); i++) {
			press(Keys.TAB);
		}
		assertThat(active().getTagName()).as("no trap").isEqualTo("body");
	}

	private static void press(CharSequence... keys) {
		new org.openqa.selenium.interactions.Actions(chrome.driver()).sendKeys(keys).perform();
	}

	private static WebElement active() {
		return chrome.driver().switchTo().activeElement();
	}

	@Test
	void leakingLineIsNamedWithWhatItHolds() {
		Map<String, Object> client = page.addLeaking("payments", 12);
		EndpointJson.list(client, "leases").add(EndpointJson.lease(900));
		page.open("#/client/payments");
		assertThat(chrome.find(".culprit").getText()).contains("com.acme.billing.Invoices.find(Invoices.java:41)",
				"GET https://api.example.org /invoices/{id}", "holds 12 connections now, the oldest for 3 min 5 s",
				"found 12 times, last 1 min 18 s ago; none taken back");
		assertThat(chrome.text(".verdict")).contains("It is us: 12 connections are leaked");
		List<WebElement> leases = chrome.driver()
			.findElements(By.cssSelector("[aria-labelledby=leases-title] tbody tr"));
		assertThat(leases).hasSize(13);
		assertThat(leases.get(0).getText()).contains("3 min 5 s", "leaked, suspected", "response unread");
		assertThat(leases.get(12).getText()).contains("900 ms", "reused connection").doesNotContain("leaked");
		WebElement leak = chrome.find(".leaks > li");
		leak.findElement(By.tagName("summary")).click();
		chrome.find(".leaks .mine");
		assertThat(leak.getText()).contains("suspected 1 min 18 s ago, not taken back", "http-nio-8080-exec-3",
				"java.base/java.lang.Object.wait(Object.java:338)");
		assertThat(leak.findElement(By.cssSelector(".mine")).getText()).contains("Invoices.java:41");
		chrome.verifyQuiet(page.endpoint().origin());
	}

	@Test
	void openDetailsStayWithTheirLease() {
		Map<String, Object> client = page.add("payments", 3, 0, 0, 20);
		for (long age : new long[] { 90_000, 60_000, 30_000 }) {
			Map<String, Object> lease = EndpointJson.lease(age);
			lease.put("stack", List.of("com.acme.Caller.aged(" + age + ")"));
			EndpointJson.list(client, "leases").add(lease);
		}
		page.open("#/client/payments");
		chrome.find("tbody tr:nth-child(2) details summary").click();
		assertThat(chrome.find("tbody tr:nth-child(2) .stack").getText()).contains("aged(60000)");
		List<Object> leases = new ArrayList<>(EndpointJson.list(client, "leases"));
		leases.remove(0);
		client.put("leases", leases);
		page.refresh();
		chrome.awaitText("#leases-title", "Leases (the 2 oldest of 3)");
		assertThat(chrome.text("tbody tr:nth-child(1) .stack")).contains("aged(60000)");
		assertThat(chrome.driver().findElements(By.cssSelector("details[open]"))).hasSize(1);
	}

	@Test
	void wherePeopleMayNotSeeStacksThePropertyIsNamed() {
		Map<String, Object> client = page.addLeaking("payments", 1);
		client.put("valuesShown", false);
		for (Object lease : EndpointJson.list(client, "leases")) {
			withoutStack(lease);
		}
		for (Object leak : EndpointJson.list(client, "recentLeaks")) {
			withoutStack(leaseOf(leak));
		}
		page.open("#/client/payments");
		assertThat(chrome.find(".culprits + p").getText()).contains("management.endpoint.outboundhttp.show-values");
		assertThat(chrome.find(".culprit").getText()).contains("A line that is not known", "holds 1 connection now");
		client.put("valuesShown", true);
		page.refresh();
		chrome.awaitText(".culprits + p", "leak-detection.stack-traces");
	}

	private static Object leaseOf(Object leak) {
		return Objects.requireNonNull(((Map<?, ?>) leak).get("lease"));
	}

	private static void withoutStack(Object lease) {
		((Map<?, ?>) lease).keySet().removeAll(List.of("stack", "thread", "applicationFrame"));
	}

	@Test
	void everythingElseOfAClientIsShown() {
		Map<String, Object> client = page.add("payments", 3, 2, 0, 20);
		client.put("tls", Map.of("bundle", "shop", "certificateExpiresInDays", 21, "reloads", 4));
		EndpointJson.list(client, "advice")
			.add(EndpointJson.advice("warn", "payments", "The second attempt is never of use."));
		page.open("#/client/payments");
		String text = chrome.text("#client");
		assertThat(text).contains("The second attempt is never of use.", "outbound-http.clients.payments.call-timeout",
				"call-timeout: 3s", "10 connections suit the traffic that was seen: 8 needed and 2 in reserve",
				"Confidence: medium", "max-per-route: 10", "https://api.example.org", "4 s", "acquire timeouts",
				"SSL bundle", "in 21 days", "61234 since the pool was opened", "120 ms");
		assertThat(chrome.driver().findElements(By.cssSelector(".key")).stream().map(WebElement::getText))
			.containsExactly("pool.max-per-route", "connect-timeout", "pool.max-total", "retry.methods");
		chrome.find("#settings-filter").sendKeys("retry");
		assertThat(chrome.text(".key").strip()).isEqualTo("retry.methods");
		assertThat(chrome.text(".value")).contains("GET, HEAD");
	}

	@Test
	void dataIsTextAndNeverMarkup() {
		Map<String, Object> client = page.addLeaking(HOSTILE, 1);
		for (String key : List.of("route", "method", "uriTemplate", "phase", "thread", "applicationFrame")) {
			EndpointJson.list(client, "leases").forEach((lease) -> put(lease, key, HOSTILE));
			EndpointJson.list(client, "recentLeaks").forEach((leak) -> put(leaseOf(leak), key, HOSTILE));
		}
		EndpointJson.setting(client, HOSTILE, HOSTILE, HOSTILE);
		client.put("tls", Map.of("bundle", HOSTILE));
		EndpointJson.list(client, "advice").add(EndpointJson.advice("warn", HOSTILE, HOSTILE));
		EndpointJson.list(page.overview(), "advice").add(EndpointJson.advice("info", HOSTILE, HOSTILE));
		EndpointJson.list(page.overview(), "strays").add(Map.of("bean", HOSTILE, "type", HOSTILE, "message", HOSTILE));
		page.summary(HOSTILE)
			.put("override", Map.of("by", HOSTILE, "until", "2030-01-01T03:40:00Z", "maxTotal", 1, "maxPerRoute", 1));
		page.open();
		chrome.find("#advice");
		assertThat(names()).containsExactly(HOSTILE);
		chrome.find("#clients a").click();
		chrome.find(".culprit summary").click();
		chrome.find("tbody details summary").click();
		chrome.find("tbody .stack");
		assertThat(chrome.text("#client")).contains("<img src=x onerror=");
		assertThat(chrome.driver().findElements(By.cssSelector("img, main script, iframe"))).isEmpty();
		assertThat(chrome.run("return window.hacked ?? null")).isNull();
		chrome.verifyQuiet(page.endpoint().origin());
	}

	@SuppressWarnings("unchecked")
	private static void put(Object map, String key, Object value) {
		((Map<String, Object>) map).put(key, value);
	}

	@Test
	void pausedPageAsksNoMore() {
		page.add("catalog", 1, 2, 0, 20);
		page.open();
		chrome.find("#pause").click();
		chrome.awaitText("#age", "Paused at");
		assertThat(chrome.run("return state.paused && document.title")).isEqualTo("Outbound HTTP");
		int asked = page.endpoint().reads();
		EndpointJson.read(page.summary("catalog"), "pool").put("leased", 9);
		chrome.find("#pause").click();
		chrome.until("more leased", () -> row("catalog").contains("9 leased") ? true : null);
		assertThat(page.endpoint().reads()).isGreaterThan(asked);
	}

	private static List<String> names() {
		return chrome.driver().findElements(By.cssSelector("#clients th a")).stream().map(WebElement::getText).toList();
	}

	private static String row(String name) {
		return chrome.driver()
			.findElements(By.cssSelector("#clients tr"))
			.stream()
			.map(WebElement::getText)
			.filter((text) -> text.startsWith(name))
			.findFirst()
			.orElse("");
	}

}
