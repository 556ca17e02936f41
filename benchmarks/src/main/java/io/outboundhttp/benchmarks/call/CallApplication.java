package io.outboundhttp.benchmarks.call;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * Application with a Prometheus registry that all meters are bound to, as the actuator
 * would. It has no {@code ObservationRegistry}: the timer that Spring Boot puts around
 * each request is the same for all peers, and would only make their differences look
 * smaller.
 */
@SpringBootApplication(proxyBeanMethods = false)
class CallApplication {

	@Bean
	MeterRegistry meterRegistry(ObjectProvider<MeterBinder> binders) {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		binders.orderedStream().forEach((binder) -> binder.bindTo(registry));
		return registry;
	}

}
