package io.outboundhttp.autoconfigure;

import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ServiceGroupBaseUrls}.
 */
class ServiceGroupBaseUrlsTests {

	private final StandardEnvironment environment = new StandardEnvironment();

	@Test
	void repeatsTheBaseUrlOfEachClientThatHasOne() {
		file(Map.of("outbound-http.clients.payments.base-url", "https://p", "outbound-http.clients[a.b].baseUrl",
				"https://ab", "outbound-http.clients.shipping.read-timeout", "1s"));
		assertThat(baseUrls()).isEqualTo(Map.of("spring.http.serviceclient.payments.base-url", "https://p",
				"spring.http.serviceclient[a.b].base-url", "https://ab"));
	}

	@Test
	void whenVariableSpellsNameWithoutDashThenRepeatsItForTheNameInFull() {
		file(Map.of("outbound-http.clients.payments-api.read-timeout", "1s"));
		variables(Map.of("OUTBOUNDHTTP_CLIENTS_PAYMENTSAPI_BASEURL", "https://p"));
		assertThat(baseUrls()).isEqualTo(Map.of("spring.http.serviceclient.payments-api.base-url", "https://p"));
	}

	@Test
	void whenOnlyVariablesConfigureClientThenRepeatsIt() {
		variables(Map.of("OUTBOUNDHTTP_CLIENTS_PAYMENTS_BASEURL", "https://p"));
		assertThat(baseUrls()).isEqualTo(Map.of("spring.http.serviceclient.payments.base-url", "https://p"));
	}

	@Test
	void whenSwitchedOffThenRepeatsNothing() {
		file(Map.of("outbound-http.clients.payments.base-url", "https://p", "outbound-http.takeover", "false"));
		assertThat(baseUrls()).isEmpty();
	}

	@Test
	void whenValueCannotBeBoundThenLeavesTheReportToTheContext() {
		file(Map.of("outbound-http.clients.payments.base-url", "https://p", "outbound-http.enabled", "maybe"));
		assertThat(baseUrls()).isEmpty();
	}

	private void file(Map<String, Object> properties) {
		this.environment.getPropertySources().addLast(new MapPropertySource("file", properties));
	}

	private void variables(Map<String, Object> variables) {
		this.environment.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new SystemEnvironmentPropertySource(
					StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
	}

	private Map<String, Object> baseUrls() {
		ConfigurationPropertySources.attach(this.environment);
		new ServiceGroupBaseUrls().postProcessEnvironment(this.environment, new SpringApplication());
		PropertySource<?> source = this.environment.getPropertySources().get(ServiceGroupBaseUrls.PROPERTY_SOURCE_NAME);
		return (source instanceof MapPropertySource map) ? map.getSource() : Map.of();
	}

}
