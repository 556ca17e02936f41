package io.outboundhttp.autoconfigure;

import java.util.function.Consumer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.outboundhttp.PoolLeakExtension;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientObservationAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateObservationAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.support.TestPropertySourceUtils;

/**
 * Application whose requests Spring Boot times into registries that a test brings along.
 * It starts when it is asked for the first time.
 */
final class TimedApplication implements AutoCloseable {

	private final PoolLeakExtension leaks;

	private @Nullable AnnotationConfigApplicationContext context;

	/**
	 * Create an application.
	 * @param leaks sees to it that it leaves nothing behind
	 */
	TimedApplication(PoolLeakExtension leaks) {
		this.leaks = leaks;
	}

	/**
	 * Return the application, which observes with Spring Boot's registry.
	 * @param registry where the timers are
	 */
	ApplicationContext timedInto(MeterRegistry registry) {
		return context((application) -> application.registerBean(MeterRegistry.class, () -> registry));
	}

	/**
	 * Return the application, which observes with a registry of the test.
	 * @param registry the registry
	 */
	ApplicationContext observedBy(ObservationRegistry registry) {
		return context((application) -> application.registerBean(ObservationRegistry.class, () -> registry));
	}

	private ApplicationContext context(Consumer<AnnotationConfigApplicationContext> registration) {
		AnnotationConfigApplicationContext started = this.context;
		if (started == null) {
			started = new AnnotationConfigApplicationContext();
			TestPropertySourceUtils.addInlinedPropertiesToEnvironment(started,
					"outbound-http.clients.payments.pool.max-per-route=2");
			this.leaks.initialize(started);
			registration.accept(started);
			started.register(Application.class);
			started.refresh();
			this.context = started;
		}
		return started;
	}

	@Override
	public void close() {
		if (this.context != null) {
			this.context.close();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ OutboundHttpAutoConfiguration.class, OutboundHttpTakeoverAutoConfiguration.class,
			SslAutoConfiguration.class, HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
			HttpMessageConvertersAutoConfiguration.class, RestClientAutoConfiguration.class,
			RestTemplateAutoConfiguration.class, MetricsAutoConfiguration.class, ObservationAutoConfiguration.class,
			RestClientObservationAutoConfiguration.class, RestTemplateObservationAutoConfiguration.class })
	static class Application {

	}

}
