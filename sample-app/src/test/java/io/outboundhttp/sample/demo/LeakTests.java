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
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.context.ActiveProfiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LeakController} with the profile {@code demo}.
 */
@SampleTest
@ActiveProfiles("demo")
class LeakTests {

	@Autowired
	private Environment environment;

	private SampleClient client;

	@BeforeEach
	void createClient() {
		this.client = SampleClient.of(this.environment);
	}

	@AfterEach
	void closeLeaks() {
		this.client.delete("/demo/leak").expectStatus().isOk();
	}

	@ParameterizedTest
	@ValueSource(strings = { "catalog", "payments", "shipping" })
	void leakedResponseHoldsItsConnectionUntilItIsClosed(String name) {
		this.client.post("/demo/leak?client=" + name + "&count=3")
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.held." + name)
			.isEqualTo(3)
			.jsonPath("$.stoppedBy")
			.doesNotExist();
		assertThat(this.client.leased(name)).isEqualTo(3);
		this.client.delete("/demo/leak").expectStatus().isOk().expectBody().jsonPath("$.held." + name).isEqualTo(0);
		assertThat(this.client.leased(name)).isZero();
	}

	@Test
	void poolThatIsLeakedDryFailsOrdersAtOnceAndSaysWhy() {
		this.client.post("/demo/leak?client=shipping&count=11")
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.held.shipping")
			.isEqualTo(10)
			.jsonPath("$.stoppedBy")
			.isNotEmpty();
		this.client.order(SampleClient.ORDER)
			.expectStatus()
			.isEqualTo(503)
			.expectBody()
			.jsonPath("$.upstream")
			.isEqualTo("shipping")
			.jsonPath("$.reason")
			.isNotEmpty();
		this.client.delete("/demo/leak").expectStatus().isOk();
		this.client.order(SampleClient.ORDER).expectStatus().isCreated();
	}

	@Test
	void droppedResponsesComeBackAfterAGarbageCollection() {
		this.client.post("/demo/leak?client=payments&count=10&dropped=true").expectStatus().isOk();
		Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> {
			System.gc();
			return this.client.leased("payments") == 0;
		});
		this.client.order(SampleClient.ORDER).expectStatus().isCreated();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			client=billing             | client: 'billing' (expected: catalog, payments, shipping)
			client=catalog&count=0     | count: 0 (expected: 1 to 1000, since 1000 may be held)
			client=catalog&count=1001  | count: 1001 (expected: 1 to 1000, since 1000 may be held)
			""")
	void invalidLeakIsBadRequest(String query, String detail) {
		this.client.post("/demo/leak?" + query)
			.expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo(detail);
	}

}
