package io.outboundhttp.sample.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.outboundhttp.sample.SampleClient;
import io.outboundhttp.sample.SampleTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Walks the way of the README from a leak to its line, in a browser, and takes the
 * picture that the README shows.
 */
@Tag("browser")
@SampleTest
@ActiveProfiles("demo")
@TestPropertySource(properties = "outbound-http.defaults.leak-detection.threshold=1s")
class LeakPageTests {

	private static final Path BROWSER = Path.of("/usr/bin/chromium");

	private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

	@Autowired
	private Environment environment;

	@TempDir
	private Path profile;

	private SampleClient client;

	@BeforeEach
	void createClient() {
		this.client = SampleClient.of(this.environment);
	}

	@AfterEach
	void closeLeaks() {
		this.client.delete("/demo/leak").expectStatus().isOk();
	}

	@Test
	void pageLeadsFromALeakToItsLine() throws IOException {
		assumeTrue(Files.isExecutable(BROWSER) && Files.isExecutable(DRIVER),
				() -> "SKIPPED: no %s and %s on this machine".formatted(BROWSER, DRIVER));
		for (int i = 0; i < 20; i++) {
			this.client.order(SampleClient.ORDER).expectStatus().isCreated();
		}
		this.client.post("/demo/leak?client=payments&count=12").expectStatus().isOk();
		ChromeDriver driver = start();
		try {
			driver.get("http://127.0.0.1:" + this.environment.getRequiredProperty("local.server.port")
					+ "/actuator/outboundhttp");
			WebElement row = find(driver, "tr.down");
			assertThat(row.getText()).contains("payments", "Down", "leaking, 12 leaked");
			row.findElement(By.linkText("payments")).click();
			WebElement culprit = find(driver, ".culprit");
			assertThat(culprit.getText()).contains("LeakingCalls.leak(LeakingCalls.java:" + leakingLine() + ")",
					"holds 12 connections now");
			culprit.findElement(By.tagName("summary")).click();
			assertThat(find(driver, ".culprit .mine").getText()).contains("your code");
			Files.write(Path.of("target", "leak.png"), driver.getScreenshotAs(OutputType.BYTES));
		}
		finally {
			driver.quit();
		}
	}

	private ChromeDriver start() {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(BROWSER.toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
				"--hide-scrollbars", "--window-size=1120,820", "--user-data-dir=" + this.profile);
		// both are given, so nothing is looked for or downloaded
		return new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).usingAnyFreePort().build(),
				options);
	}

	private static WebElement find(ChromeDriver driver, String css) {
		return Objects.requireNonNull(await(css).atMost(Duration.ofSeconds(30))
			.until(() -> driver.findElements(By.cssSelector(css))
				.stream()
				.filter(WebElement::isDisplayed)
				.findFirst()
				.orElse(null), Objects::nonNull));
	}

	/** The line as a debugger counts it: the call at the end of the chain. */
	private static int leakingLine() throws IOException {
		List<String> lines = Files.readAllLines(Path.of("src/main/java/io/outboundhttp/sample/demo/LeakingCalls.java"));
		return 1 + lines.indexOf(lines.stream()
			.filter((line) -> line.contains("(request, leaked) -> leaked"))
			.findFirst()
			.orElseThrow());
	}

}
