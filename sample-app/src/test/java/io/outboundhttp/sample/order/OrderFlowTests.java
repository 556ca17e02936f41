package io.outboundhttp.sample.order;

import io.outboundhttp.sample.SampleClient;
import io.outboundhttp.sample.SampleTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * Tests for orders from end to end: the catalog through a service interface, payments
 * through a {@code RestClient}, shipping through a {@code RestTemplate}.
 */
@SampleTest
class OrderFlowTests {

	@Autowired
	private Environment environment;

	private SampleClient client;

	@BeforeEach
	void createClient() {
		this.client = SampleClient.of(this.environment);
	}

	@AfterEach
	void endTrouble() {
		this.client.delete("/demo/trouble").expectStatus().isOk();
	}

	@Test
	void orderIsPriced() {
		this.client.order(SampleClient.ORDER)
			.expectStatus()
			.isCreated()
			.expectBody()
			.jsonPath("$.lines[0].name")
			.isEqualTo("Darjeeling, first flush")
			.jsonPath("$.lines[0].price")
			.isEqualTo(25.80)
			.jsonPath("$.lines[1].price")
			.isEqualTo(49.00)
			.jsonPath("$.shipping.price")
			.isEqualTo(4.70)
			.jsonPath("$.total")
			.isEqualTo(79.50)
			.jsonPath("$.authorization")
			.isNotEmpty();
	}

	@Test
	void orderIsKept() {
		String location = this.client.order(SampleClient.ORDER)
			.expectStatus()
			.isCreated()
			.returnResult(String.class)
			.getResponseHeaders()
			.getFirst(HttpHeaders.LOCATION);
		this.client.get(String.valueOf(location))
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.total")
			.isEqualTo(79.50);
	}

	@Test
	void orderThatIsNotKeptIsNotFound() {
		problem(this.client.get("/orders/none"), 404);
	}

	@Test
	void invalidOrderIsBadRequest() {
		problem(this.client.order("{}"), 400).jsonPath("$.detail")
			.isEqualTo("customer: missing (expected: 1 to 60 characters)");
	}

	@Test
	void unreadableOrderIsBadRequest() {
		problem(this.client.order("{\"items\":"), 400);
	}

	@Test
	void unknownSkuIsUnprocessable() {
		problem(this.client.order("""
				{"customer":"c-17","country":"DE","items":[{"sku":"no-such","quantity":2}]}"""), 422)
			.jsonPath("$.detail")
			.isEqualTo("sku: 'no-such' (expected: an article of the catalog)");
	}

	@Test
	void amountAboveTheLimitIsDeclined() {
		problem(this.client.order("""
				{"customer":"c-17","country":"DE","items":[{"sku":"pot-01","quantity":1000}]}"""), 402);
	}

	@ParameterizedTest
	@CsvSource({ "catalog,1500", "payments,5000", "shipping,3000" })
	void slowUpstreamIsGatewayTimeout(String upstream, long delay) {
		this.client.post("/demo/trouble?service=%s&mode=slow&delay=%d".formatted(upstream, delay))
			.expectStatus()
			.isOk();
		problem(this.client.order(SampleClient.ORDER), 504).jsonPath("$.upstream")
			.isEqualTo(upstream)
			.jsonPath("$.trace")
			.doesNotExist();
	}

	@ParameterizedTest
	@CsvSource({ "catalog", "payments", "shipping" })
	void failingUpstreamIsBadGateway(String upstream) {
		this.client.post("/demo/trouble?service=" + upstream + "&mode=failing&share=1").expectStatus().isOk();
		problem(this.client.order(SampleClient.ORDER), 502).jsonPath("$.upstream")
			.isEqualTo(upstream)
			.jsonPath("$.detail")
			.isEqualTo("The " + upstream + " service answered with status 503");
	}

	@ParameterizedTest
	@CsvSource({ "catalog", "payments", "shipping" })
	void upstreamThatAnnouncesTheCloseHarmsNoOrder(String upstream) {
		this.client.post("/demo/trouble?service=" + upstream + "&mode=closing").expectStatus().isOk();
		for (int i = 0; i < 20; i++) {
			this.client.order(SampleClient.ORDER).expectStatus().isCreated();
		}
	}

	private static RestTestClient.BodyContentSpec problem(RestTestClient.ResponseSpec response, int status) {
		return response.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody();
	}

}
