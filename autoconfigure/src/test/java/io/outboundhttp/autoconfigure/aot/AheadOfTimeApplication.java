package io.outboundhttp.autoconfigure.aot;

import io.outboundhttp.client.OutboundHttpClients;

import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * Application with two clients that calls both and ends. Runs in a JVM of its own.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class AheadOfTimeApplication {

	/**
	 * Start the application.
	 * @param args properties
	 */
	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = SpringApplication.run(AheadOfTimeApplication.class, args)) {
			context.getBean(Caller.class).call();
			context.getBean(RestClient.Builder.class)
				.build()
				.get()
				.uri(context.getEnvironment().getRequiredProperty("outbound-http.clients.payments.base-url") + "/built")
				.header("X-Aot", String.valueOf(AotDetector.useGeneratedArtifacts()))
				.retrieve()
				.toBodilessEntity();
			context.getBean(OutboundHttpClients.class)
				.openPools()
				.forEach((pool) -> context.getBean(Caller.class)
					.payments()
					.get()
					.uri("/pool/" + pool.getName() + "/" + pool.snapshot().maxPerRoute())
					.retrieve()
					.toBodilessEntity());
		}
	}

	@Bean
	Caller caller(@Qualifier("payments") RestClient payments, @Qualifier("shipping-api") RestTemplate shipping) {
		return new Caller(payments, shipping);
	}

	record Caller(RestClient payments, RestTemplate shipping) {

		void call() {
			this.payments.get().uri("/payments").retrieve().toBodilessEntity();
			this.shipping.getForObject("/shipping", String.class);
		}

	}

}
