package io.outboundhttp.sample.ops;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the configuration of Prometheus and its alerts.
 */
@EnabledIfInstalled("promtool")
class PromtoolTests {

	private static final Pattern ALERT = Pattern.compile("(?m)^\\s+- alert: (\\w+)$");

	private static final Pattern TESTED = Pattern.compile("(?m)^\\s+alertname: (\\w+)\\n\\s+exp_alerts:( \\[])?$");

	private final Path promtool = Objects.requireNonNull(Programs.find("promtool"));

	@Test
	void configurationIsValid() throws Exception {
		assertThat(Programs.run(this.promtool, "check", "config", OpsFiles.path("prometheus.yml").toString()))
			.contains("SUCCESS: 1 rule files found");
	}

	@Test
	@DisplayName("O1 each alert fires when it should, and is silent otherwise")
	void alertsFireWhenTheyShould() throws Exception {
		assertThat(Programs.run(this.promtool, "test", "rules", OpsFiles.path("alerts_test.yml").toString()))
			.contains("SUCCESS");
	}

	@Test
	void everyAlertIsTestedBothWays() throws IOException {
		Set<String> alerts = ALERT.matcher(OpsFiles.read("alerts.yml"))
			.results()
			.map((found) -> found.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(alerts).hasSize(6);
		Set<String> expected = new TreeSet<>();
		alerts.forEach((alert) -> {
			expected.add(alert + " fires");
			expected.add(alert + " is silent");
		});
		Set<String> tested = TESTED.matcher(OpsFiles.read("alerts_test.yml"))
			.results()
			.map((found) -> found.group(1) + ((found.group(2) != null) ? " is silent" : " fires"))
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(tested).isEqualTo(expected);
	}

}
