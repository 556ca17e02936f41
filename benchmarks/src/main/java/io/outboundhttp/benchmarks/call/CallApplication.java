package io.outboundhttp.benchmarks.call;

import java.util.ArrayList;
import java.util.List;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import io.outboundhttp.benchmarks.load.ThreadKind;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.client.RestClient;

/**
 * Application with a Prometheus registry that all meters are bound to, as the actuator
 * would. It has no {@code ObservationRegistry}: the timer that Spring Boot puts around
 * each request is the same for all peers, and would only make their differences look
 * smaller.
 * <p>
 * It is no component, so that applications of packages above do not find it.
 */
@EnableAutoConfiguration
class CallApplication {

	@Bean
	MeterRegistry meterRegistry(ObjectProvider<MeterBinder> binders) {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		binders.orderedStream().forEach((binder) -> binder.bindTo(registry));
		return registry;
	}

	/**
	 * Start the application.
	 * @param threads what callers run on; Spring Boot uses the same for clients that have
	 * threads
	 * @param properties its properties as arguments
	 * @return the context
	 */
	static ConfigurableApplicationContext start(ThreadKind threads, List<String> properties) {
		List<String> args = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--logging.level.root=error",
				"--spring.threads.virtual.enabled=" + (threads == ThreadKind.VIRTUAL)));
		args.addAll(properties);
		return new SpringApplicationBuilder(CallApplication.class).web(WebApplicationType.NONE)
			.run(args.toArray(String[]::new));
	}

	/**
	 * Start the application without the starter, and take Boot's builder as it is.
	 * @param url base URL
	 * @param threads what callers run on
	 * @param factory value of {@code spring.http.clients.imperative.factory}
	 * @return what calls can be sent with
	 */
	static OpenPeer plain(String url, ThreadKind threads, String factory) {
		ConfigurableApplicationContext context = start(threads,
				List.of("--outbound-http.enabled=false", "--spring.http.clients.imperative.factory=" + factory));
		RestClient restClient = context.getBean(RestClient.Builder.class).baseUrl(url).build();
		return OpenPeer.of(new RestClientExchange(restClient), context::close);
	}

}
