package io.outboundhttp.metrics;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;

/**
 * Web application of Spring Boot with everything that is on the class path, which
 * Prometheus could scrape.
 */
final class PrometheusApplication implements AutoCloseable {

	private static final String TEXT = "text/plain";

	private static final String OPEN_METRICS = "application/openmetrics-text";

	private final ConfigurableApplicationContext context;

	private PrometheusApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Start an application.
	 * @param leaks sees to it that it leaves nothing behind
	 * @param properties its properties as {@code key=value}
	 * @return the running application
	 */
	static PrometheusApplication start(PoolLeakExtension leaks, String... properties) {
		return start(leaks, UnaryOperator.identity(), properties);
	}

	/**
	 * Start an application.
	 * @param leaks sees to it that it leaves nothing behind
	 * @param customizer changes it
	 * @param properties its properties as {@code key=value}
	 * @return the running application
	 */
	static PrometheusApplication start(PoolLeakExtension leaks, UnaryOperator<SpringApplicationBuilder> customizer,
			String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--server.address=127.0.0.1", "--server.port=0",
				"--management.endpoints.web.exposure.include=prometheus", "--spring.main.banner-mode=off"));
		Stream.of(properties).map((property) -> "--" + property).forEach(arguments::add);
		return new PrometheusApplication(
				customizer.apply(new SpringApplicationBuilder(Application.class).web(WebApplicationType.SERVLET))
					.initializers(leaks)
					.run(arguments.toArray(String[]::new)));
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	RestClient client(String name) {
		return bean(OutboundHttpClients.class).restClient(name);
	}

	/**
	 * Scrape the application as Prometheus does.
	 * @return what it exposes
	 */
	Scrape scrape() throws IOException {
		return Scrape.parse(get(TEXT));
	}

	/**
	 * Scrape the application as a Prometheus does that stores exemplars.
	 * @return the text
	 */
	String scrapeOpenMetrics() throws IOException {
		return get(OPEN_METRICS);
	}

	private String get(String accept) throws IOException {
		String port = this.context.getEnvironment().getRequiredProperty("local.server.port");
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/prometheus"))
			.header("Accept", accept)
			.build();
		try {
			HttpResponse<String> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
			if (response.statusCode() != 200) {
				throw new IOException("status " + response.statusCode());
			}
			return response.body();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException();
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
