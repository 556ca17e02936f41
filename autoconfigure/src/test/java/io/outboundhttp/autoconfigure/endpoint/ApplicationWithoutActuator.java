package io.outboundhttp.autoconfigure.endpoint;

import java.util.List;
import java.util.concurrent.Callable;

import io.outboundhttp.client.OutboundHttpClients;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * Application that is started by a class loader of its own, without the actuator. Answers
 * the names of its clients.
 */
public class ApplicationWithoutActuator implements Callable<List<String>> {

	@Override
	public List<String> call() {
		if (ClassUtils.isPresent("org.springframework.boot.actuate.endpoint.annotation.Endpoint", null)
				|| ClassUtils.isPresent("org.springframework.boot.health.contributor.Health", null)) {
			throw new IllegalStateException("The actuator is here");
		}
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.properties("outbound-http.clients.payments.read-timeout=1s",
					"management.endpoints.web.exposure.include=outboundhttp")
			.run()) {
			return List.copyOf(context.getBean(OutboundHttpClients.class).names());
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
