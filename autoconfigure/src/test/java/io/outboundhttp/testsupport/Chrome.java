package io.outboundhttp.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A headless Chromium for all tests of a class, on a profile of its own. Tests are
 * skipped where the machine has none; nothing is ever downloaded.
 */
public final class Chrome implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {

	private static final Path BROWSER = Path.of("/usr/bin/chromium");

	private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

	private @Nullable ChromeDriver driver;

	private @Nullable Path profile;

	@Override
	public void beforeAll(ExtensionContext context) throws IOException {
		assumeTrue(Files.isExecutable(BROWSER) && Files.isExecutable(DRIVER),
				() -> "SKIPPED: no %s and %s on this machine".formatted(BROWSER, DRIVER));
		this.profile = Files.createTempDirectory("chrome-");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		logs.enable(LogType.PERFORMANCE, Level.ALL);
		ChromeOptions options = new ChromeOptions();
		options.setBinary(BROWSER.toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
				"--user-data-dir=" + this.profile, "--no-first-run", "--disable-background-networking",
				"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
		options.setCapability("goog:loggingPrefs", logs);
		this.driver = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).usingAnyFreePort().build(),
				options);
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		resize(1280, 800);
		media("light");
		driver().get("about:blank");
		driver().executeCdpCommand("Network.clearBrowserCookies", Map.of());
		errors();
		requests();
	}

	@Override
	public void afterAll(ExtensionContext context) throws IOException {
		if (this.driver != null) {
			this.driver.quit();
		}
		if (this.profile != null) {
			try (Stream<Path> files = Files.walk(this.profile)) {
				files.sorted((one, other) -> other.compareTo(one)).forEach((file) -> file.toFile().delete());
			}
			catch (UncheckedIOException ex) {
				// a process of the browser that is still ending deletes files, too
			}
		}
	}

	/**
	 * Return the driver, for what this class has no method for.
	 * @return the driver
	 */
	public ChromeDriver driver() {
		return Objects.requireNonNull(this.driver);
	}

	/**
	 * Open a page.
	 * @param url its address
	 */
	public void open(String url) {
		driver().get(url);
	}

	/**
	 * Set the size of what is seen of a page.
	 * @param width the width in pixels
	 * @param height the height in pixels
	 */
	public void resize(int width, int height) {
		driver().executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
		driver().manage().window().setSize(new Dimension(width, height));
	}

	/**
	 * Set what the user prefers.
	 * @param scheme {@code light} or {@code dark}
	 */
	public void media(String scheme) {
		driver().executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	/**
	 * Wait until an element is there and visible.
	 * @param css selector of the element
	 * @return the element
	 */
	public WebElement find(String css) {
		return until("visible " + css,
				() -> driver().findElements(By.cssSelector(css))
					.stream()
					.filter(WebElement::isDisplayed)
					.findFirst()
					.orElse(null));
	}

	/**
	 * Wait until an element shows a text.
	 * @param css selector of the element
	 * @param text the text, or a part of it
	 */
	public void awaitText(String css, String text) {
		until("'%s' in %s".formatted(text, css), () -> text(css).contains(text) ? Boolean.TRUE : null);
	}

	/**
	 * Wait for something.
	 * @param <T> type of the result
	 * @param what what is waited for
	 * @param supplier gives the result, or {@code null} as long as there is none
	 * @return the result
	 */
	public <T> T until(String what, Callable<@Nullable T> supplier) {
		return Objects.requireNonNull(await(what).atMost(LONGEST_WAIT)
			.pollInterval(Duration.ofMillis(50))
			.ignoreExceptionsInstanceOf(WebDriverException.class)
			.until(supplier, Objects::nonNull));
	}

	/**
	 * Return the text that is visible in all elements of a selector.
	 * @param css the selector
	 * @return the text, one line per element
	 */
	public String text(String css) {
		return driver().findElements(By.cssSelector(css))
			.stream()
			.map(WebElement::getText)
			.reduce("", (one, other) -> one + "\n" + other);
	}

	/**
	 * Run a script in the page.
	 * @param script the script
	 * @return what it returns
	 */
	public @Nullable Object run(String script) {
		return driver().executeScript(script);
	}

	/**
	 * Take a picture of what is seen.
	 * @param file where to write it
	 */
	public void picture(Path file) {
		try {
			Files.createDirectories(Objects.requireNonNull(file.getParent()));
			Files.write(file, driver().getScreenshotAs(OutputType.BYTES));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return the errors in the console since the last call.
	 * @return the errors
	 */
	public List<String> errors() {
		return driver().manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.map(LogEntry::getMessage)
			.toList();
	}

	/**
	 * Return the addresses that were asked for since the last call.
	 * @return the addresses, those of data included
	 */
	public List<String> requests() {
		List<String> urls = new ArrayList<>();
		for (LogEntry entry : driver().manage().logs().get(LogType.PERFORMANCE)) {
			if (JsonPath.<String>read(entry.getMessage(), "$.message.method").equals("Network.requestWillBeSent")) {
				urls.add(JsonPath.read(entry.getMessage(), "$.message.params.request.url"));
			}
		}
		return urls;
	}

	/**
	 * Verify that the console has no errors and that nothing was asked for elsewhere.
	 * @param origin where requests may go
	 */
	public void verifyQuiet(String origin) {
		assertThat(errors()).as("errors in the console").isEmpty();
		assertThat(requests()).as("requests")
			.isNotEmpty()
			.allMatch((url) -> url.startsWith(origin + "/") || url.startsWith("data:"));
	}

}
