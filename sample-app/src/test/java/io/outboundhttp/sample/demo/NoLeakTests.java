package io.outboundhttp.sample.demo;

import io.outboundhttp.sample.SampleClient;
import io.outboundhttp.sample.SampleTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

/**
 * Tests for the absence of {@link LeakController} without the profile {@code demo}.
 */
@SampleTest
class NoLeakTests {

	@Autowired
	private Environment environment;

	@Test
	void leakIsNotFoundWithoutTheProfile() {
		SampleClient client = SampleClient.of(this.environment);
		client.post("/demo/leak?client=payments&count=1").expectStatus().isNotFound();
		client.get("/demo/leak").expectStatus().isNotFound();
		client.delete("/demo/leak").expectStatus().isNotFound();
	}

}
