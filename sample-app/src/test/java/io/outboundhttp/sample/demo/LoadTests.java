package io.outboundhttp.sample.demo;

import java.time.Duration;

import io.outboundhttp.sample.SampleClient;
import io.outboundhttp.sample.SampleTest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LoadController} and {@link LoadDriver}.
 */
@SampleTest
class LoadTests {

	@Autowired
	private Environment environment;

	@Autowired
	private LoadDriver driver;

	private SampleClient client;

	@BeforeEach
	void createClient() {
		this.client = SampleClient.of(this.environment);
	}

	@AfterEach
	void endRun() {
		this.client.delete("/demo/load").expectStatus().isOk();
		awaitEnd();
		this.client.delete("/demo/trouble").expectStatus().isOk();
	}

	@Test
	void runEndsByItselfAndReports() {
		this.client.post("/demo/load?clients=8&rps=50&seconds=2").expectStatus().isAccepted();
		awaitEnd();
		this.client.get("/demo/load").expectStatus().isOk().expectBody().jsonPath("$.state").isEqualTo("finished");
		LoadReport report = this.driver.report();
		assertThat(report.ok()).isPositive().isEqualTo(report.sent());
		assertThat(report.sent() + report.remaining()).isEqualTo(100);
		assertThat(report.failed()).isEmpty();
		assertThat(report.p50Millis()).isPositive().isLessThanOrEqualTo(report.p99Millis());
		assertThat(this.client.leased("catalog")).isZero();
	}

	@Test
	void failuresAreReportedByServiceAndKind() {
		this.client.post("/demo/trouble?service=shipping&mode=failing&share=1").expectStatus().isOk();
		this.client.post("/demo/load?clients=4&rps=20&seconds=1").expectStatus().isAccepted();
		awaitEnd();
		assertThat(this.driver.report().failed()).containsOnlyKeys("shipping failed");
		assertThat(this.driver.report().lastFailure()).startsWith("The shipping service answered with status 503");
	}

	@Test
	void oneRunAtATime() {
		this.client.post("/demo/load?clients=1&rps=1&seconds=60").expectStatus().isAccepted();
		this.client.post("/demo/load?clients=1&rps=1&seconds=60")
			.expectStatus()
			.isEqualTo(409)
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo("A run is going on; stop it with DELETE /demo/load");
		this.client.delete("/demo/load").expectStatus().isOk();
		awaitEnd();
		assertThat(this.driver.report().state()).isEqualTo(LoadReport.State.STOPPED);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			clients=513 | clients: 513 (expected: 1 to 512)
			rps=0       | rps: 0 (expected: 1 to 5000)
			seconds=301 | seconds: 301 (expected: 1 to 300)
			rps=many    | Failed to convert 'rps' with value: 'many'
			""")
	void invalidPlanIsBadRequest(String query, String detail) {
		this.client.post("/demo/load?" + query)
			.expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo(detail);
	}

	@Test
	void lifecycleStopEndsTheRunAndRefusesAnother() {
		this.client.post("/demo/load?clients=2&rps=10&seconds=60").expectStatus().isAccepted();
		this.driver.stop();
		try {
			assertThat(this.driver.report().state()).isEqualTo(LoadReport.State.STOPPED);
			this.client.post("/demo/load").expectStatus().isEqualTo(409);
		}
		finally {
			this.driver.start();
		}
	}

	private void awaitEnd() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> this.driver.report().state() != LoadReport.State.RUNNING
					&& this.driver.report().state() != LoadReport.State.ENDING);
	}

}
