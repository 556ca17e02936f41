package io.outboundhttp.sample;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the sample shows under {@code /actuator}.
 */
@SampleTest
class ActuatorTests {

	@Autowired
	private Environment environment;

	private SampleClient client;

	@BeforeEach
	void createClient() {
		this.client = SampleClient.of(this.environment);
		this.client.order(SampleClient.ORDER).expectStatus().isCreated();
	}

	@Test
	void endpointListsThreeClientsAndTheDefault() {
		this.client.get("/actuator/outboundhttp")
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.clients.catalog.pool.maxTotal")
			.isEqualTo(40)
			.jsonPath("$.clients.payments.pool.maxTotal")
			.isEqualTo(20)
			.jsonPath("$.clients.shipping.pool.maxTotal")
			.isEqualTo(10)
			.jsonPath("$.clients.default")
			.exists();
	}

	@ParameterizedTest
	@ValueSource(strings = { "catalog", "payments", "shipping" })
	void connectionsAreKeptForTheNextOrder(String name) {
		this.client.get("/actuator/outboundhttp")
			.expectBody()
			.jsonPath("$.clients." + name + ".pool.available")
			.value(Integer.class, (available) -> assertThat(available).isPositive());
	}

	@Test
	void endpointOfOneClientShowsItsRoute() {
		this.client.get("/actuator/outboundhttp/payments")
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.pool.maxPerRoute")
			.isEqualTo(20)
			.jsonPath("$.pool.leased")
			.isEqualTo(0);
	}

	@Test
	void prometheusSeesThePoolsUnderTheNameOfTheApplication() {
		this.client.get("/actuator/prometheus")
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.value((text) -> assertThat(text).contains(
					"outbound_http_pool_max_connections{application=\"order-service\",client=\"payments\"} 20.0",
					"outbound_http_pool_acquire_seconds_bucket{"));
	}

	@Test
	void healthHasAComponent() {
		this.client.get("/actuator/health")
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo("UP")
			.jsonPath("$.components.outboundHttp")
			.exists();
	}

}
