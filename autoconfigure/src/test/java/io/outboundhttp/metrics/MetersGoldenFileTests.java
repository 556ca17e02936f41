package io.outboundhttp.metrics;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares what Prometheus sees of our meters with a file: names, types, labels and what
 * values these may have.
 */
@Timeout(60)
class MetersGoldenFileTests {

	private static final Path GOLDEN = Path.of("src", "test", "resources", "io", "outboundhttp", "metrics",
			"meters.golden");

	private static final Path ACTUAL = Path.of("target", "meters.golden");

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	@Test
	@DisplayName("O6 names, labels and their values are those that dashboards and alerts rely on")
	void metersAreThoseOfTheFile() throws IOException {
		this.leaks.expectWarning("more than 1 routes");
		List<String> lines = new ArrayList<>();
		lines.add("# Without the tag of the route");
		lines.addAll(describe(false));
		lines.add("");
		lines.add("# With the tag of the route");
		lines.addAll(describe(true));
		Files.createDirectories(ACTUAL.getParent());
		Files.write(ACTUAL, lines, StandardCharsets.UTF_8);
		assertThat(lines)
			.as("Meters have changed, which breaks the dashboards and alerts of users. If that is meant: copy "
					+ "autoconfigure/%s to autoconfigure/%s, change the table of meters in README.md and "
					+ "sample-app/ops, and tell in CHANGELOG.md what users have to change", ACTUAL, GOLDEN)
			.containsExactlyElementsOf(Files.exists(GOLDEN) ? Files.readAllLines(GOLDEN) : List.of());
	}

	private List<String> describe(boolean routeTag) throws IOException {
		try (TestHttpServer server = TestHttpServer.startTls(TestCertificates.get().serverContext(), true);
				TestHttpServer another = TestHttpServer.start();
				PrometheusApplication application = PrometheusApplication.start(this.leaks,
						Stream.concat(Stream.of(TestCertificates.get().pemBundle("mine", TestCertificates.CLIENT_A)),
								Stream.of("outbound-http.clients.a.ssl.bundle=mine",
										"outbound-http.clients.a.base-url=" + server.url(),
										"outbound-http.metrics.route-tag.enabled=" + routeTag,
										"outbound-http.metrics.route-tag.max=1"))
							.toArray(String[]::new))) {
			for (String url : List.of(server.url(), another.url())) {
				application.client("a").get().uri(url).retrieve().toBodilessEntity();
			}
			return describe(application.scrape(), server.url());
		}
	}

	private static List<String> describe(Scrape scrape, String route) {
		Map<String, Map<String, Set<String>>> labels = new TreeMap<>();
		scrape.ours().forEach((series) -> {
			Map<String, Set<String>> ofName = labels.computeIfAbsent(series.name(), (name) -> new TreeMap<>());
			series.labels()
				.forEach((name, value) -> ofName.computeIfAbsent(name, (label) -> new TreeSet<>()).add(value));
		});
		List<String> lines = new ArrayList<>();
		labels.forEach((name, ofName) -> {
			StringBuilder line = new StringBuilder(name).append(' ').append(type(scrape, name));
			ofName.forEach(
					(label, values) -> line.append(' ').append(label).append('=').append(domain(label, values, route)));
			lines.add(line.toString());
		});
		return lines;
	}

	private static String type(Scrape scrape, String name) {
		String type = scrape.types().get(name);
		return (type != null) ? type : scrape.types().getOrDefault(name.replaceFirst("_(count|sum|bucket)$", ""), "?");
	}

	private static String domain(String label, Set<String> values, String route) {
		if (label.equals("client")) {
			return "<client>";
		}
		return String.join("|", values).replace(route, "<scheme://host:port>");
	}

}
