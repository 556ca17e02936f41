package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Start of a real Spring Boot application with a YAML file, environment variables and
 * system properties of its own, and what Spring Boot makes of its failure.
 */
final class ApplicationStart {

	private final Path file;

	private final Map<String, Object> variables = new LinkedHashMap<>();

	private final Map<String, Object> systemProperties = new LinkedHashMap<>();

	private final StandardEnvironment environment = new StandardEnvironment();

	private @Nullable ConfigurableApplicationContext context;

	/**
	 * Prepare a start.
	 * @param directory where to write the file
	 * @param yaml content of {@code application.yml}
	 */
	ApplicationStart(Path directory, String yaml) {
		this.file = directory.resolve("application.yml");
		try {
			Files.writeString(this.file, yaml);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	ApplicationStart variable(String name, String value) {
		this.variables.put(name, value);
		return this;
	}

	ApplicationStart systemProperty(String name, String value) {
		this.systemProperties.put(name, value);
		return this;
	}

	/**
	 * Start the application. The caller closes it.
	 */
	ConfigurableApplicationContext run() {
		MutablePropertySources sources = this.environment.getPropertySources();
		sources.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
				new SystemEnvironmentPropertySource(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
						this.variables));
		sources.replace(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME, new MapPropertySource(
				StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME, this.systemProperties));
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setEnvironment(this.environment);
		application.setRegisterShutdownHook(false);
		application.addInitializers((started) -> this.context = started);
		return application.run("--spring.config.location=file:" + this.file, "--spring.main.banner-mode=off");
	}

	/**
	 * Start the application and return why it fails.
	 */
	Failure fail() {
		Throwable failure = catchThrowable(() -> run().close());
		assertThat(failure).as("the start fails").isNotNull();
		ConfigurableApplicationContext context = this.context;
		assertThat(context).isNotNull();
		List<FailureAnalyzer> analyzers = SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class,
					SpringFactoriesLoader.ArgumentResolver.of(BeanFactory.class, context.getBeanFactory())
						.and(Environment.class, this.environment),
					(type, name, ex) -> assertThat(name).as("Boot's, whose library may be absent").startsWith("org."));
		for (FailureAnalyzer analyzer : analyzers) {
			FailureAnalysis analysis = analyzer.analyze(failure);
			if (analysis != null) {
				return new Failure(failure, analysis.getDescription(), String.valueOf(analysis.getAction()));
			}
		}
		throw new AssertionError("No failure analyzer knows this", failure);
	}

	/**
	 * Failed start.
	 *
	 * @param cause what was thrown
	 * @param description what Spring Boot says is wrong
	 * @param action what Spring Boot says is to be done
	 */
	record Failure(Throwable cause, String description, String action) {

		Failure describedBy(String... parts) {
			assertThat(this.description).contains(parts);
			return this;
		}

		Failure remediedBy(String... parts) {
			assertThat(this.action).contains(parts);
			return this;
		}

	}

	/**
	 * Application with nothing but our auto-configurations and what they build upon.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ OutboundHttpAutoConfiguration.class, OutboundHttpTakeoverAutoConfiguration.class,
			SslAutoConfiguration.class, HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
			RestClientAutoConfiguration.class })
	static class Application {

	}

}
