package io.outboundhttp.sample.demo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link LoadTargets}.
 */
class LoadTargetsTests {

	private final MockEnvironment environment = new MockEnvironment()
		.withProperty("outbound-http.clients.catalog.base-url", "http://127.0.0.1:8081/catalog")
		.withProperty("outbound-http.clients.payments.base-url", "http://127.0.0.1:8081/payments")
		.withProperty("outbound-http.clients.shipping.base-url", "http://127.0.0.1:8081/shipping");

	@ParameterizedTest
	@ValueSource(strings = { "http://127.0.0.1:8090", "http://localhost/", "http://[::1]:8090/x" })
	void loopbackIsAllowed(String url) {
		this.environment.setProperty("outbound-http.clients.catalog.base-url", url);
		assertThatNoException().isThrownBy(() -> new LoadTargets(this.environment).requireLoopback());
	}

	@Test
	void anotherMachineIsRefused() {
		this.environment.setProperty("outbound-http.clients.catalog.base-url", "https://shop.example.com/catalog");
		assertThatExceptionOfType(LoadRefusedException.class)
			.isThrownBy(() -> new LoadTargets(this.environment).requireLoopback())
			.withMessageContaining("Load stays on this machine, but 'outbound-http.clients.catalog.base-url' leads to "
					+ "shop.example.com (expected: localhost)");
	}

}
