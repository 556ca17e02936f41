package io.outboundhttp.actuate.endpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.function.SingletonSupplier;

/**
 * The page that shows the endpoint in a browser: one document with its style and script
 * inlined, and a policy that permits these two by their hashes and nothing else. It holds
 * no data; its script asks the endpoint. Thread-safe.
 */
final class DashboardPage {

	/**
	 * Parts of the script, in the order in which they run.
	 */
	static final List<String> SCRIPTS = List.of("dom.js", "api.js", "charts.js", "judgement.js", "overview.js",
			"leaks.js", "client.js", "actions.js", "main.js");

	private final SingletonSupplier<String> html = SingletonSupplier.of(DashboardPage::assemble);

	/**
	 * Return the page. The first call assembles it.
	 * @return the document
	 */
	String html() {
		return this.html.obtain();
	}

	private static String assemble() {
		String style = read("page.css");
		String script = SCRIPTS.stream().map(DashboardPage::read).collect(Collectors.joining());
		return read("page.html").replace("{{policy}}", policy(style, script))
			.replace("{{style}}", style)
			.replace("{{script}}", script);
	}

	private static String policy(String style, String script) {
		return String.join("; ", "default-src 'none'", "script-src " + hash(script), "style-src " + hash(style),
				"connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'");
	}

	private static String hash(String text) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
			return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	private static String read(String name) {
		try (InputStream resource = DashboardPage.class.getResourceAsStream("dashboard/" + name)) {
			if (resource == null) {
				throw new IllegalStateException("Part '%s' of the dashboard page is missing".formatted(name));
			}
			// as a browser reads it, else the hashes would differ after a check-out on
			// Windows
			return new String(resource.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What a native image has to contain.
	 */
	static final class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources().registerPattern("io/outboundhttp/actuate/endpoint/dashboard/*");
		}

	}

}
