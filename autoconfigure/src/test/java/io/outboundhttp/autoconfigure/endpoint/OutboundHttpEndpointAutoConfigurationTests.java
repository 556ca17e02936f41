package io.outboundhttp.autoconfigure.endpoint;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import io.outboundhttp.testsupport.Endpoints;
import io.outboundhttp.actuate.endpoint.OutboundHttpEndpoint;
import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.autoconfigure.health.OutboundHttpHealthContributorAutoConfiguration;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.health.OutboundHttpHealthContributor;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OutboundHttpEndpointAutoConfiguration} and
 * {@link OutboundHttpHealthContributorAutoConfiguration}.
 */
class OutboundHttpEndpointAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class, OutboundHttpAutoConfiguration.class,
				OutboundHttpEndpointAutoConfiguration.class, OutboundHttpHealthContributorAutoConfiguration.class));

	@Test
	void whenExposedThereIsAnEndpoint() {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=outboundhttp")
			.run((context) -> assertThat(context).hasSingleBean(OutboundHttpEndpoint.class));
	}

	@Test
	void whenNotExposedThereIsNoEndpoint() {
		this.runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(OutboundHttpEndpoint.class));
	}

	@Test
	void whenAccessIsNoneThereIsNoEndpoint() {
		this.runner
			.withPropertyValues("management.endpoints.web.exposure.include=outboundhttp",
					"management.endpoint.outboundhttp.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(OutboundHttpEndpoint.class));
	}

	@Test
	void endpointOfTheApplicationWins() {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=outboundhttp")
			.withUserConfiguration(OwnEndpointConfiguration.class)
			.run((context) -> assertThat(context).hasSingleBean(OutboundHttpEndpoint.class).hasBean("own"));
	}

	@Test
	void healthIsThereByDefault() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(OutboundHttpHealthContributor.class)
			.hasBean("outboundHttpHealthContributor"));
	}

	@Test
	void healthCanBeSwitchedOff() {
		this.runner.withPropertyValues("management.health.outbound-http.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(HealthContributor.class));
		this.runner.withPropertyValues("management.health.defaults.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(HealthContributor.class));
	}

	@Test
	void withoutActuatorTheContextStarts() throws Exception {
		List<URL> classPath = new ArrayList<>();
		for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
			if (!entry.contains("spring-boot-actuator") && !entry.contains("spring-boot-health")
					&& !entry.contains("micrometer")) {
				classPath.add(new File(entry).toURI().toURL());
			}
		}
		Thread thread = Thread.currentThread();
		ClassLoader original = thread.getContextClassLoader();
		try (URLClassLoader isolated = new URLClassLoader(classPath.toArray(URL[]::new),
				ClassLoader.getPlatformClassLoader())) {
			thread.setContextClassLoader(isolated);
			Callable<?> application = (Callable<?>) isolated.loadClass(ApplicationWithoutActuator.class.getName())
				.getConstructor()
				.newInstance();
			assertThat(application.call()).isEqualTo(List.of("default", "payments"));
		}
		finally {
			thread.setContextClassLoader(original);
		}
	}

	@Test
	void whenDisabledThereIsNeither() {
		this.runner
			.withPropertyValues("outbound-http.enabled=false", "management.endpoints.web.exposure.include=outboundhttp")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(OutboundHttpEndpoint.class)
				.doesNotHaveBean(HealthContributor.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnEndpointConfiguration {

		@Bean
		OutboundHttpEndpoint own(OutboundHttpClients clients) {
			return Endpoints.create(clients);
		}

	}

}
