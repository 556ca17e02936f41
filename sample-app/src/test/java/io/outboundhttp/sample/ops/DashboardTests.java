package io.outboundhttp.sample.ops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the dashboard as a file.
 */
class DashboardTests {

	private static final Path GOLDEN = Path.of("..", "autoconfigure", "src", "test", "resources", "io", "outboundhttp",
			"metrics", "meters.golden");

	private static final Pattern METRIC = Pattern.compile("outbound_http_\\w+");

	@Test
	void panelsSayWhatTheyShowAndDoNotOverlap() throws IOException {
		Dashboard dashboard = Dashboard.read();
		assertThat(dashboard.panels()).hasSizeGreaterThan(20).allSatisfy((panel) -> {
			assertThat(panel.title()).isNotBlank();
			assertThat(panel.description()).endsWith(".");
			assertThat(panel.datasource()).isEqualTo("${datasource}");
			assertThat(panel.queries()).isNotEmpty();
			assertThat(panel.place().x() + panel.place().width()).isLessThanOrEqualTo(24);
			assertThat(dashboard.panels()).filteredOn((other) -> other != panel)
				.noneMatch((other) -> other.place().overlaps(panel.place()));
		}).extracting(Dashboard.Panel::title).doesNotHaveDuplicates();
		assertThat(dashboard.variables()).extracting(Dashboard.Variable::name)
			.containsExactly("application", "instance", "client");
	}

	@Test
	@DisplayName("O6 dashboard and alerts ask for meters that there are, and the dashboard for all of them")
	void queriesAskForMetersThatThereAre() throws IOException {
		Set<String> golden;
		try (Stream<String> lines = Files.lines(GOLDEN)) {
			golden = lines.filter((line) -> line.startsWith("outbound_"))
				.map((line) -> line.substring(0, line.indexOf(' ')))
				.collect(Collectors.toCollection(TreeSet::new));
		}
		String dashboard = OpsFiles.read("grafana-dashboard.json");
		assertThat(metrics(dashboard)).containsExactlyInAnyOrderElementsOf(golden);
		assertThat(golden).containsAll(metrics(OpsFiles.read("alerts.yml")));
		assertThat(golden).containsAll(metrics(OpsFiles.read("alerts_test.yml")));
	}

	/**
	 * Return the names of metrics. Buckets are there where the user asks for them.
	 */
	private static Set<String> metrics(String text) {
		return METRIC.matcher(text)
			.results()
			.map((found) -> found.group().replaceFirst("_bucket$", "_count"))
			.collect(Collectors.toCollection(TreeSet::new));
	}

}
