package io.outboundhttp.benchmarks.soak;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.service.registry.ImportHttpServices;

/**
 * Application with every kind of client, with the endpoint, and with meters in a
 * Prometheus registry.
 */
@SpringBootApplication(proxyBeanMethods = false)
@ImportHttpServices(group = SoakClients.STOCK, types = StockService.class)
class SoakApplication {

	@Bean
	PrometheusMeterRegistry meterRegistry(ObjectProvider<MeterBinder> binders) {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		binders.orderedStream().forEach((binder) -> binder.bindTo(registry));
		return registry;
	}

}
