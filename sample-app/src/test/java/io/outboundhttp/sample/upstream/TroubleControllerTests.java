package io.outboundhttp.sample.upstream;

import io.outboundhttp.sample.SampleClient;
import io.outboundhttp.sample.SampleTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

/**
 * Tests for {@link TroubleController}.
 */
@SampleTest
class TroubleControllerTests {

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
	void troubleIsShown() {
		this.client.post("/demo/trouble?service=catalog&mode=slow&delay=250").expectStatus().isOk();
		this.client.post("/demo/trouble?service=shipping&mode=failing").expectStatus().isOk();
		this.client.get("/demo/trouble").expectStatus().isOk().expectBody().json("""
				{"catalog":{"mode":"slow","delay":250},
				 "payments":{"mode":"none"},
				 "shipping":{"mode":"failing","share":0.5}}""");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			service=billing&mode=slow             | service: 'billing' (expected: catalog, payments, shipping)
			service=catalog&mode=odd              | mode: 'odd' (expected: none, slow, failing, closing)
			service=catalog&mode=slow&delay=0     | delay: 0 (expected: 1 to 60000 milliseconds)
			service=catalog&mode=slow&delay=60001 | delay: 60001 (expected: 1 to 60000 milliseconds)
			service=catalog&mode=failing&share=0  | share: 0.0 (expected: above 0, up to 1)
			service=catalog&mode=failing&share=NaN | share: NaN (expected: above 0, up to 1)
			service=catalog&mode=none&delay=5     | delay: 5 (expected: nothing, since it belongs to mode 'slow')
			service=catalog&mode=slow&delay=soon  | Failed to convert 'delay' with value: 'soon'
			service=catalog                       | Required parameter 'mode' is not present.
			""")
	void invalidTroubleIsBadRequest(String query, String detail) {
		this.client.post("/demo/trouble?" + query)
			.expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo(detail);
	}

}
