package io.outboundhttp.autoconfigure;

import java.util.List;

import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/**
 * Application contexts for tests of the takeover: Spring Boot's HTTP clients with and
 * without ours.
 */
final class TakeoverTestContexts {

	static final AutoConfigurations BOOT = AutoConfigurations.of(SslAutoConfiguration.class,
			HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
			RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class,
			HttpServiceClientPropertiesAutoConfiguration.class, HttpServiceClientAutoConfiguration.class,
			HttpMessageConvertersAutoConfiguration.class);

	static final AutoConfigurations OURS = AutoConfigurations.of(OutboundHttpAutoConfiguration.class,
			OutboundHttpTakeoverAutoConfiguration.class);

	private TakeoverTestContexts() {
	}

	/**
	 * Return a runner of contexts with Boot's auto-configurations alone.
	 * @return the runner
	 */
	static ApplicationContextRunner plainBoot() {
		return new ApplicationContextRunner().withConfiguration(BOOT);
	}

	/**
	 * Return a runner of contexts with Boot's auto-configurations and ours.
	 * @return the runner
	 */
	static ApplicationContextRunner takenOver() {
		return plainBoot().withConfiguration(OURS);
	}

	/**
	 * Return the names of the open pools.
	 * @param context a context with our auto-configurations
	 * @return the names
	 */
	static List<String> pools(ApplicationContext context) {
		return context.getBean(OutboundHttpClients.class).openPools().stream().map(ConnectionPool::getName).toList();
	}

	/**
	 * Return the open pool of a name.
	 * @param context a context with our auto-configurations
	 * @param name the name
	 * @return the pool
	 */
	static ConnectionPool pool(ApplicationContext context, String name) {
		return context.getBean(OutboundHttpClients.class)
			.openPools()
			.stream()
			.filter((pool) -> pool.getName().equals(name))
			.findFirst()
			.orElseThrow(() -> new AssertionError("no pool '" + name + "' among " + pools(context)));
	}

}
