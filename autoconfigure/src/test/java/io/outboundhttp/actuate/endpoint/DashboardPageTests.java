package io.outboundhttp.actuate.endpoint;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DashboardPage}.
 */
class DashboardPageTests {

	private static final DashboardPage page = new DashboardPage();

	private final String html = page.html();

	@Test
	void pageIsAssembledOnce() {
		assertThat(page.html()).isSameAs(this.html);
	}

	@Test
	void policyPermitsTheInlinedTextsByTheirHashesAndNothingElse() throws Exception {
		assertThat(group("<meta http-equiv=\"Content-Security-Policy\" content=\"([^\"]*)\">")).isEqualTo(
				"default-src 'none'; script-src %s; style-src %s; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
					.formatted(hash(group("<script>(.*?)</script>")), hash(group("<style>(.*?)</style>"))));
	}

	@Test
	void policyComesBeforeEverythingThatItGoverns() {
		assertThat(this.html.indexOf("Content-Security-Policy")).isPositive()
			.isLessThan(this.html.indexOf("<link"))
			.isLessThan(this.html.indexOf("<style"))
			.isLessThan(this.html.indexOf("<script"));
	}

	@Test
	void nothingIsLeftToFillIn() {
		assertThat(this.html).startsWith("<!DOCTYPE html>").doesNotContain("{{", "}}</", "\r");
	}

	@Test
	void pageRefersToNothingElsewhere() {
		assertThat(this.html.replace("\"http://www.w3.org/2000/svg\"", "")).doesNotContain("http://", "https://",
				"src=", "@import", "url(", "//cdn");
	}

	@Test
	void partsOfThePageReachANativeImage() {
		RuntimeHints hints = new RuntimeHints();
		new DashboardPage.Hints().registerHints(hints, null);
		assertThat(DashboardPage.SCRIPTS).allMatch((script) -> RuntimeHintsPredicates.resource()
			.forResource("io/outboundhttp/actuate/endpoint/dashboard/" + script)
			.test(hints));
	}

	@ParameterizedTest
	@ValueSource(strings = { "innerHTML", "outerHTML", "insertAdjacentHTML", "document\\.write", "\\beval\\(",
			"new Function", "setTimeout\\(\"", "DOMParser", "createContextualFragment", "<[^>]*\\son[a-z]+=",
			"<[^>]*\\sstyle=", "\"style\"", "srcdoc", "javascript:", "<form[^>]*action" })
	void pageMakesNoMarkupOfData(String forbidden) {
		assertThat(this.html).doesNotContainPattern(forbidden);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			ink     | page surface raised ok-soft warn-soft bad-soft | 4.5
			muted   | page surface raised                            | 4.5
			link    | page surface                                   | 4.5
			ok      | page surface                                   | 4.5
			warn    | page surface                                   | 4.5
			bad     | page surface bad-soft                          | 4.5
			surface | link bad                                       | 4.5
			field   | page surface                                   | 3
			leased  | surface track                                  | 3
			pending | surface                                        | 3
			leaked  | surface                                        | 3
			available | surface                                      | 3
			""")
	void coloursHaveContrast(String foreground, String backgrounds, double least) {
		for (Map<String, String> palette : palettes()) {
			for (String background : backgrounds.split(" ")) {
				assertThat(contrast(palette, foreground, background))
					.as("%s %s on %s %s", foreground, palette.get(foreground), background, palette.get(background))
					.isGreaterThanOrEqualTo(least);
			}
		}
	}

	/** Light, and dark on top of it. */
	private List<Map<String, String>> palettes() {
		Matcher roots = Pattern.compile(":root \\{(.*?)\\}", Pattern.DOTALL).matcher(this.html);
		assertThat(roots.find()).isTrue();
		Map<String, String> light = colours(roots.group(1));
		assertThat(roots.find()).isTrue();
		Map<String, String> dark = new HashMap<>(light);
		dark.putAll(colours(roots.group(1)));
		return List.of(light, dark);
	}

	private static Map<String, String> colours(String css) {
		Map<String, String> colours = new HashMap<>();
		Matcher colour = Pattern.compile("--([a-z-]+): (#[0-9a-f]{6});").matcher(css);
		while (colour.find()) {
			colours.put(colour.group(1), colour.group(2));
		}
		assertThat(colours).hasSizeGreaterThan(12);
		return colours;
	}

	private static double contrast(Map<String, String> palette, String one, String other) {
		double first = luminance(Objects.requireNonNull(palette.get(one), one));
		double second = luminance(Objects.requireNonNull(palette.get(other), other));
		double lighter = Math.max(first, second);
		double darker = Math.min(first, second);
		return (lighter + 0.05) / (darker + 0.05);
	}

	/** As defined by WCAG 2.2. */
	private static double luminance(String colour) {
		double[] weights = { 0.2126, 0.7152, 0.0722 };
		double luminance = 0;
		for (int i = 0; i < 3; i++) {
			double channel = Integer.parseInt(colour.substring(1 + 2 * i, 3 + 2 * i), 16) / 255.0;
			luminance += weights[i]
					* ((channel <= 0.04045) ? channel / 12.92 : Math.pow((channel + 0.055) / 1.055, 2.4));
		}
		return luminance;
	}

	private String group(String pattern) {
		Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(this.html);
		assertThat(matcher.find()).as(pattern).isTrue();
		return matcher.group(1);
	}

	private static String hash(String text) throws Exception {
		byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
		return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
	}

}
