package io.outboundhttp.autoconfigure;

import java.nio.file.Path;

import io.outboundhttp.autoconfigure.ApplicationStart.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what a user reads when a configuration cannot be used: key, value, file and
 * line, and what to do.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationFailureTests {

	@TempDir
	Path directory;

	@Test
	void unknownKeyIsReportedWithLineAndNearestKey() {
		fail("""
				outbound-http:
				  clients:
				    billing:
				      pool:
				        max-totl: 20
				""")
			.describedBy("outbound-http.clients.billing.pool.max-totl", "application.yml] - 5:19",
					"did you mean 'outbound-http.clients.billing.pool.max-total'?")
			.remediedBy("Correct or remove", "outbound-http.fail-on-unknown");
	}

	@Test
	void failureIsPrintedWithDescriptionAndAction(CapturedOutput output) {
		fail("outbound-http.takover: false");
		assertThat(output)
			.contains("APPLICATION FAILED TO START", "Description:", "Action:", "outbound-http.takover",
					"application.yml] - 1:24", "did you mean 'outbound-http.takeover'?")
			.doesNotContain("\tat io.outboundhttp");
	}

	@Test
	void severalUnknownKeysAreReportedAtOnce() {
		fail("""
				outbound-http:
				  defaults:
				    read-timout: 1s
				    pool.max-conns: 1
				  clients:
				    a.timeout: 1s
				    b.pool.idle-timeut: 1s
				""").describedBy("There are properties", "outbound-http.defaults.read-timout",
				"application.yml] - 3:18", "did you mean 'outbound-http.defaults.read-timeout'?",
				"outbound-http.defaults.pool.max-conns", "outbound-http.clients.a.timeout", "application.yml] - 6:16",
				"outbound-http.clients.b.pool.idle-timeut",
				"did you mean 'outbound-http.clients.b.pool.idle-timeout'?");
	}

	@Test
	void nameWithDotNeedsBrackets() {
		fail("""
				outbound-http:
				  clients:
				    api.example.org:
				      base-url: http://localhost
				""").describedBy("outbound-http.clients.api.example.org.base-url", "application.yml] - 4:17")
			.remediedBy("[a.b]");
		start("""
				outbound-http:
				  clients:
				    "[api.example.org]":
				      pool.max-total: 5
				""").run().close();
	}

	@Test
	void baseUrlIsNoDefault() {
		fail("outbound-http.defaults.base-url: http://localhost").describedBy("outbound-http.defaults.base-url",
				"application.yml] - 1:34");
	}

	@Test
	void unknownKeyIsWarningWhereThatIsWanted(CapturedOutput output) {
		start("""
				outbound-http:
				  fail-on-unknown: false
				  clients.a.pool.max-totl: 20
				""").run().close();
		assertThat(output).containsPattern(
				"WARN .*outbound-http.clients.a.pool.max-totl \\(.*application.yml] - 3:28\\); did you mean 'outbound-http.clients.a.pool.max-total'\\?");
	}

	@ParameterizedTest
	@CsvSource({ "read-timeout, soon", "pool.buffer-size, large", "pool.max-total, many", "redirects, sometimes",
			"health.enabled, perhaps" })
	void valueOfWrongTypeIsReportedWithKeyValueAndLine(String key, String value) {
		fail("outbound-http.clients.billing." + key + ": " + value).describedBy("outbound-http.clients.billing." + key,
				value, "application.yml] - 1:");
	}

	@ParameterizedTest
	@CsvSource({ "defaults, read-timeout, 0, 1ms or more", "clients.billing, connect-timeout, -1, 1ms or more",
			"clients.billing, pool.time-to-live, -1s, 0 (off) or more",
			"clients.billing, pool.evict-interval, 9ms, 10ms or more", "defaults, pool.max-per-route, 0, 1 to 10000",
			"clients.billing, pool.max-total, 100001, 1 to 100000",
			"clients.billing, pool.buffer-size, 511B, 512B to 16MB", "clients.billing, proxy.port, 65536, 1 to 65535" })
	void valueOutOfRangeIsReportedWithKeyValueLineAndRange(String group, String key, String value, String range) {
		String fullKey = "outbound-http." + group + "." + key;
		Failure failure = fail(fullKey + ": " + value).describedBy(fullKey, "application.yml] - 1:", range)
			.remediedBy("Correct the value");
		assertThat(failure.description()).containsAnyOf("'" + value + "'", "'PT-1S'", "'PT0.009S'", "'PT0S'",
				"'PT-0.001S'");
	}

	@Test
	void limitsThatContradictEachOtherAreReportedTogether() {
		fail("""
				outbound-http:
				  defaults:
				    pool.max-total: 20
				  clients:
				    billing:
				      pool.max-per-route: 30
				""")
			.describedBy("Client 'billing'", "outbound-http.defaults.pool.max-total (", "yml] - 3:21", "= 20",
					"outbound-http.clients.billing.pool.max-per-route (", "yml] - 6:27", "= 30")
			.remediedBy("Lower 'outbound-http.clients.billing.pool.max-per-route'",
					"raise 'outbound-http.defaults.pool.max-total'");
	}

	@ParameterizedTest
	@CsvSource({ "pool.idle-timeout, 10s, pool.time-to-live, 5s",
			"pool.validate-after-inactivity, 5s, pool.idle-timeout, 4s" })
	void timesThatContradictEachOtherAreReportedTogether(String lower, String high, String upper, String low) {
		String prefix = "outbound-http.clients.billing.";
		fail(prefix + lower + ": " + high + "\n" + prefix + upper + ": " + low)
			.describedBy("Client 'billing'", prefix + lower + " (", "yml] - 1:", prefix + upper + " (", "yml] - 2:")
			.remediedBy("Lower '" + prefix + lower + "'", "raise '" + prefix + upper + "'");
	}

	@Test
	void overrideAboveLimitOfClientIsContradiction() {
		fail("""
				outbound-http:
				  clients:
				    billing:
				      pool:
				        max-total: 5
				        max-per-route-overrides:
				          "[http://localhost:80]": 6
				""")
			.describedBy("outbound-http.clients.billing.pool.max-per-route-overrides", "yml] - 5:20",
					"http://localhost:80")
			.remediedBy("raise 'outbound-http.clients.billing.pool.max-total'");
	}

	@ParameterizedTest
	@CsvSource({ "localhost:80, http://", "//localhost, http://", "ftp://localhost, http://", "http:///path, no host",
			"'http://a b', no URL", "http://, no URL" })
	void baseUrlThatIsNoneIsReported(String url, String reason) {
		fail("outbound-http.clients.billing.base-url: '" + url + "'")
			.describedBy("outbound-http.clients.billing.base-url", "application.yml] - 1:41", reason);
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://localhost/?key=geheim", "http://localhost/#geheim" })
	void baseUrlWithQueryOrFragmentIsReportedWithoutIt(String url) {
		Failure failure = fail("outbound-http.clients.billing.base-url: '" + url + "'")
			.describedBy("outbound-http.clients.billing.base-url", "application.yml] - 1:41", "query")
			.remediedBy("path");
		assertThat(failure.description() + failure.action()).doesNotContain("geheim");
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://scott:geheim@localhost", "https://geheim@localhost/x", "lb://scott:geheim@stock",
			"ftp://scott:geheim@localhost", "http://scott:geheim@under_score", "http://scott:geh eim@localhost",
			"http://scott:geheim@localhost:x", "http://scott:geheim@[localhost", "scott:geheim@localhost",
			"http:///x?token=geheim", "ftp://localhost/?token=geheim", "http://a b/?token=geheim",
			"http://under_score/?token=geheim" })
	void secretInBaseUrlIsNeverShown(String url, CapturedOutput output) {
		Failure failure = fail("outbound-http.clients.billing.base-url: '" + url + "'")
			.describedBy("outbound-http.clients.billing.base-url", "application.yml] - 1:41");
		assertThat(failure.description() + failure.action()).doesNotContain("geheim", "geh eim");
		assertThat(failure.cause()).satisfies((cause) -> assertThat(cause.toString()).doesNotContain("geh"));
		assertThat(output).doesNotContain("geheim", "geh eim");
	}

	@Test
	void unknownSslBundleIsReported() {
		fail("outbound-http.clients.billing.ssl.bundle: missing").describedBy(
				"outbound-http.clients.billing.ssl.bundle", "missing", "application.yml] - 1:43", "spring.ssl.bundle");
	}

	@Test
	void proxyNeedsPort() {
		fail("outbound-http.defaults.proxy.host: proxy")
			.describedBy("outbound-http.defaults.proxy.host", "application.yml] - 1:36", "proxy.port")
			.remediedBy("Set 'outbound-http.defaults.proxy.port'");
	}

	@ParameterizedTest
	@CsvSource({ "username, password", "password, username" })
	void proxyUserNeedsPasswordAndPasswordNeedsUser(String present, String absent) {
		String prefix = "outbound-http.clients.billing.proxy.";
		Failure failure = fail(prefix + "host: proxy\n" + prefix + "port: 8080\n" + prefix + present + ": geheim")
			.describedBy(prefix + present, "application.yml] - 3:", "proxy." + absent)
			.remediedBy("Set '" + prefix + absent + "'");
		assertThat(failure.description() + failure.action() + failure.cause()).doesNotContain("geheim");
	}

	@ParameterizedTest
	@ValueSource(strings = { "port: 8080", "username: geheim", "password: geheim", "non-proxy-hosts: localhost" })
	void settingOfProxyNeedsProxy(String setting) {
		fail("outbound-http.clients.billing.proxy." + setting).describedBy(
				"outbound-http.clients.billing.proxy." + setting.substring(0, setting.indexOf(':')),
				"application.yml] - 1:", "proxy.host");
	}

	@Test
	void settingsOfProxyMayBeInheritedWithoutProxy() {
		start("outbound-http.defaults.proxy:\n  port: 8080\n  username: scott\n  password: tiger").run().close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://scott:geheim@proxy", "scott:geheim@proxy:8080", "proxy:8080" })
	void proxyHostIsHostAlone(String host) {
		Failure failure = fail("outbound-http.defaults.proxy.host: '" + host + "'")
			.describedBy("outbound-http.defaults.proxy.host", "application.yml] - 1:36")
			.remediedBy("Port, user and password");
		assertThat(failure.description() + failure.action() + failure.cause()).doesNotContain("geheim");
	}

	@ParameterizedTest
	@CsvSource({ "localhost:80, http://", "ftp://localhost, http://", "http://localhost/path, scheme://host:port",
			"http://a b, no URL", "http:///, no host" })
	void overrideOfNoRouteIsReported(String route, String reason) {
		fail("outbound-http.defaults.pool.max-per-route-overrides:\n  '[" + route + "]': 5")
			.describedBy("outbound-http.defaults.pool.max-per-route-overrides", route, reason, "application.yml] - 2:");
	}

	@Test
	void overrideWithoutBracketsIsReported() {
		fail("outbound-http.defaults.pool.max-per-route-overrides:\n  'http://localhost:80': 5")
			.describedBy("outbound-http.defaults.pool.max-per-route-overrides", "application.yml] - 2:")
			.remediedBy("[scheme://host:port]");
	}

	@Test
	void overrideOutOfRangeIsReported() {
		fail("outbound-http.defaults.pool.max-per-route-overrides:\n  '[http://localhost:80]': 0").describedBy(
				"outbound-http.defaults.pool.max-per-route-overrides[http://localhost:80]", "'0'",
				"application.yml] - 2:", "1 to 10000");
	}

	@Test
	void nameOfHeaderIsReported() {
		Failure failure = fail("outbound-http.clients.billing.default-header:\n  '[X Team]': geheim")
			.describedBy("outbound-http.clients.billing.default-header", "X Team", "application.yml] - 2:", "no name");
		assertThat(failure.description() + failure.cause()).doesNotContain("geheim");
	}

	@Test
	void lineBreakInHeaderIsReportedWithoutItsValue() {
		Failure failure = fail("outbound-http.clients.billing.default-header.X-Team: \"geheim\\r\\nX: y\"")
			.describedBy("outbound-http.clients.billing.default-header", "X-Team", "application.yml] - 1:")
			.remediedBy("one line");
		assertThat(failure.description() + failure.cause()).doesNotContain("geheim");
	}

	@Test
	void unknownPrimaryIsReported() {
		fail("outbound-http.primary: billng\noutbound-http.clients.billing.pool.max-total: 5")
			.describedBy("outbound-http.primary", "application.yml] - 1:24", "billng")
			.remediedBy("default", "billing");
	}

	@ParameterizedTest
	@ValueSource(strings = { "1a", "a b", "-a", "a/b" })
	void nameThatIsNoneIsReported(String name) {
		fail("outbound-http.clients:\n  '[" + name + "]':\n    pool.max-total: 5")
			.describedBy("outbound-http.clients", "'" + name + "'", "application.yml] - 3:")
			.remediedBy("starts with a letter");
	}

	@Test
	void namesThatDifferOnlyInDashesAreReported() {
		fail("""
				outbound-http:
				  clients:
				    payments-api.pool.max-total: 5
				    paymentsapi.read-timeout: 6
				""")
			.describedBy("outbound-http.clients.payments-api.", "outbound-http.clients.paymentsapi.",
					"outbound-http.clients", "application.yml] - 3:", "application.yml] - 4:")
			.remediedBy("one way");
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://localhost/@scope", "HTTP://localhost", "https://[::1]:8443/x" })
	void baseUrlThatOnlyLooksOddIsAccepted(String url) {
		start("outbound-http.clients.billing.base-url: '" + url + "'").run().close();
	}

	@Test
	void valueOutOfRangeIsReportedWithOriginHoweverItsKeyIsWritten() {
		fail("outbound-http.clients.billing.pool.maxTotal: 0")
			.describedBy("outbound-http.clients.billing.pool.max-total (", "application.yml] - 1:46");
		start("").variable("OUTBOUNDHTTP_CLIENTS_BILLING_POOL_MAXTOTAL", "0")
			.fail()
			.describedBy("outbound-http.clients.billing.pool.max-total (",
					"OUTBOUNDHTTP_CLIENTS_BILLING_POOL_MAXTOTAL");
	}

	private ApplicationStart start(String yaml) {
		return new ApplicationStart(this.directory, yaml);
	}

	private Failure fail(String yaml) {
		return start(yaml).fail();
	}

}
