package io.outboundhttp.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;

/**
 * {@link ApplicationContextRunner} with our auto-configurations and those of Spring Boot
 * that they build upon.
 */
final class ClientsRunner {

	private ClientsRunner() {
	}

	static ApplicationContextRunner create() {
		return new ApplicationContextRunner().withConfiguration(
				AutoConfigurations.of(OutboundHttpAutoConfiguration.class, OutboundHttpTakeoverAutoConfiguration.class,
						SslAutoConfiguration.class, HttpClientAutoConfiguration.class,
						ImperativeHttpClientAutoConfiguration.class, RestClientAutoConfiguration.class,
						RestTemplateAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class));
	}

	/**
	 * Create a runner with properties whose keys may contain a colon.
	 */
	static ApplicationContextRunner withProperties(String... properties) {
		Map<String, Object> source = new LinkedHashMap<>();
		for (String property : properties) {
			int end = property.indexOf('=');
			source.put(property.substring(0, end), property.substring(end + 1));
		}
		return create().withInitializer((context) -> context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("map", source)));
	}

}
