package io.outboundhttp.sample.ops;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.sample.SampleClient;
import io.outboundhttp.sample.SampleTest;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for dashboard and alerts with a real Prometheus that scrapes the sample while it
 * has load and trouble.
 */
@Tag("prometheus")
@EnabledIfInstalled("prometheus")
@SampleTest
@ActiveProfiles("demo")
@DirtiesContext
class PrometheusTests {

	private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");

	private static final TlsUpstream secure = TlsUpstream.start(10);

	@TempDir
	private Path directory;

	@Autowired
	private Environment environment;

	@Autowired
	private OutboundHttpClients clients;

	private SampleClient client;

	private PrometheusServer prometheus;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry registry) {
		String bundle = "spring.ssl.bundle.jks.secure.";
		for (String store : List.of("keystore", "truststore")) {
			registry.add(bundle + store + ".location", () -> secure.keyStore().toUri().toString());
			registry.add(bundle + store + ".password", secure::password);
		}
		registry.add("outbound-http.clients.secure.base-url", secure::url);
		registry.add("outbound-http.clients.secure.ssl.bundle", () -> "secure");
		registry.add("outbound-http.defaults.leak-detection.threshold", () -> "3s");
	}

	@AfterAll
	static void stopUpstream() throws IOException {
		secure.close();
	}

	@BeforeEach
	void start() throws IOException {
		this.client = SampleClient.of(this.environment);
		this.prometheus = PrometheusServer.start(this.directory,
				this.environment.getRequiredProperty("local.server.port", Integer.class));
	}

	@AfterEach
	void stop() {
		this.prometheus.close();
		this.client.delete("/demo/load").expectStatus().isOk();
		this.client.delete("/demo/trouble").expectStatus().isOk();
		this.client.delete("/demo/leak").expectStatus().isOk();
	}

	@Test
	@DisplayName("O1 every panel has data, and alerts fire on leaks and retries, and not before")
	void panelsHaveDataAndAlertsFire() throws IOException {
		this.client.order(SampleClient.ORDER).expectStatus().isCreated();
		this.clients.restClient("secure").get().uri("/").retrieve().toBodilessEntity();
		within(() -> assertThat(this.prometheus.query("sum(outbound_http_leaks_leases_total)")).containsExactly(0.0));
		assertThat(this.prometheus.firing()).isEmpty();
		this.client.post("/demo/leak?client=catalog&count=3").expectStatus().isOk();
		this.client.post("/demo/trouble?service=shipping&mode=failing&share=1").expectStatus().isOk();
		this.client.post("/demo/load?clients=4&rps=40&seconds=60").expectStatus().isAccepted();
		for (Dashboard.Panel panel : Dashboard.read().panels()) {
			for (String query : panel.queries()) {
				String substituted = substitute(query);
				within(() -> assertThat(this.prometheus.queryRange(substituted))
					.as("%s: %s", panel.title(), substituted)
					.isNotEmpty());
			}
		}
		within(() -> {
			assertThat(this.prometheus
				.query("sum by (client) (outbound_http_leaks_leases_total{client=\"catalog\"}) >= 3")).hasSize(1);
			assertThat(this.prometheus.firing()).contains("OutboundHttpLeaks catalog",
					"OutboundHttpRetryBudgetSpent shipping");
		});
		assertThat(this.prometheus.firing()).noneMatch((alert) -> alert.startsWith("OutboundHttpPoolRefused"));
		for (String query : Dashboard.read().annotations()) {
			assertThat(this.prometheus.query(substitute(query))).as(query).isNotEmpty();
		}
		assertVariablesHaveValues();
	}

	private void assertVariablesHaveValues() throws IOException {
		for (Dashboard.Variable variable : Dashboard.read().variables()) {
			Matcher matcher = LABEL_VALUES.matcher(variable.definition());
			assertThat(matcher.matches()).as(variable.definition()).isTrue();
			List<String> values = this.prometheus.labelValues(substitute(matcher.group(1)), matcher.group(2));
			switch (variable.name()) {
				case "application" -> assertThat(values).containsExactly("order-service");
				case "client" -> assertThat(values).contains("catalog", "payments", "secure", "shipping");
				default -> assertThat(values).hasSize(1);
			}
		}
	}

	/**
	 * Replace variables as Grafana does, with "All" chosen.
	 */
	private static String substitute(String query) {
		String substituted = query.replace("$__rate_interval", "5s")
			.replace("$__range", "1m")
			.replaceAll("\\$(application|instance|client)", ".*");
		assertThat(substituted).doesNotContain("$");
		return substituted;
	}

	private static void within(ThrowingRunnable assertion) {
		Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(500)).untilAsserted(assertion);
	}

}
