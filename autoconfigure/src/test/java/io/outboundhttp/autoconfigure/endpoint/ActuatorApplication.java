package io.outboundhttp.autoconfigure.endpoint;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application with the actuator, and an operator who looks at it over HTTP.
 */
final class ActuatorApplication implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private ActuatorApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Start an application with a client {@code payments}.
	 * @param kind of which kind
	 * @param upstream base URL of the client
	 * @param properties more properties
	 */
	static ActuatorApplication start(Kind kind, String upstream, String... properties) {
		return start(Application.class, kind, upstream, properties);
	}

	static ActuatorApplication start(Class<?> application, Kind kind, String upstream, String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--server.port=0",
				"--management.endpoints.web.exposure.include=health,outboundhttp",
				"--management.endpoint.health.show-details=always", "--management.endpoint.health.probes.enabled=true",
				"--outbound-http.clients.payments.base-url=" + upstream,
				"--outbound-http.clients.payments.pool.max-per-route=7"));
		if (kind == Kind.MANAGEMENT_PORT) {
			arguments.add("--management.server.port=0");
		}
		for (String property : properties) {
			String key = "--" + property.substring(0, property.indexOf('=') + 1);
			arguments.removeIf((argument) -> argument.startsWith(key));
			arguments.add("--" + property);
		}
		return new ActuatorApplication(new SpringApplicationBuilder(application)
			.web((kind == Kind.REACTIVE) ? WebApplicationType.REACTIVE : WebApplicationType.SERVLET)
			.run(arguments.toArray(String[]::new)));
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	/**
	 * Return the address of the actuator's port.
	 */
	String url() {
		return "http://127.0.0.1:" + this.context.getEnvironment()
			.getProperty("local.management.port",
					this.context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	String body(String path) throws IOException {
		return get(path).body();
	}

	HttpResponse<String> get(String path, String... headers) throws IOException {
		return send("GET", path, null, headers);
	}

	HttpResponse<String> post(String path, String body, String... headers) throws IOException {
		return send("POST", path, body, headers);
	}

	HttpResponse<String> delete(String path, String... headers) throws IOException {
		return send("DELETE", path, null, headers);
	}

	/**
	 * Send a request to the actuator.
	 * @param path path below {@code /actuator}
	 * @param body JSON, {@code null} for none
	 * @param headers names and values in turn
	 */
	HttpResponse<String> send(String method, String path, @Nullable String body, String... headers) throws IOException {
		return sendTo(url() + "/actuator" + path, method, body, headers);
	}

	HttpResponse<String> sendTo(String url, String method, @Nullable String body, String... headers)
			throws IOException {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
			.version(HttpClient.Version.HTTP_1_1)
			.timeout(Duration.ofSeconds(30))
			.method(method, (body != null) ? BodyPublishers.ofString(body) : BodyPublishers.noBody());
		if (body != null) {
			request.header("Content-Type", "application/json");
		}
		if (headers.length > 0) {
			request.headers(headers);
		}
		try {
			// a connection of its own: Netty may still be busy with the refusal of the
			// one before
			return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

	enum Kind {

		SERVLET, REACTIVE, MANAGEMENT_PORT

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
