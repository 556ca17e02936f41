package io.outboundhttp.benchmarks.watch;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * Application with everything that can be looked at.
 */
@SpringBootApplication(proxyBeanMethods = false)
class WatchApplication {

	@Bean
	PrometheusMeterRegistry meterRegistry(ObjectProvider<MeterBinder> binders) {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		binders.orderedStream().forEach((binder) -> binder.bindTo(registry));
		return registry;
	}

	@Bean
	HeldLeases heldLeases() {
		return new HeldLeases();
	}

}
