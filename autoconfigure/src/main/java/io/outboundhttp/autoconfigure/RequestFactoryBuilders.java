package io.outboundhttp.autoconfigure;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientDefinitions;
import io.outboundhttp.client.PooledHttpClientFactory;
import io.outboundhttp.client.ReplacedConnectionManagerException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.util.LambdaSafe;
import org.springframework.util.function.SingletonSupplier;

/**
 * Gives each client the builder of its HttpClient. Clients of their own use one that only
 * the application's customizers have seen; {@code default} uses the builder that stands
 * behind Boot's own clients, where that is taken over.
 */
final class RequestFactoryBuilders {

	/** Configurations that make the builder bean of an application that has none. */
	private static final Set<String> MADE_HERE = Set.of(ImperativeHttpClientAutoConfiguration.class.getName(),
			OutboundHttpTakeoverAutoConfiguration.ReactiveConfiguration.class.getName());

	private static final Logger logger = LoggerFactory.getLogger(RequestFactoryBuilders.class);

	private final PooledHttpClientFactory factory;

	private final ClientDefinitions definitions;

	private final ConfigurableListableBeanFactory beanFactory;

	private final Supplier<List<ClientHttpRequestFactoryBuilderCustomizer<?>>> customizers;

	private final SingletonSupplier<HttpComponentsClientHttpRequestFactoryBuilder> own = SingletonSupplier
		.of(() -> manage(createUnmanaged()));

	RequestFactoryBuilders(PooledHttpClientFactory factory, ClientDefinitions definitions,
			ConfigurableListableBeanFactory beanFactory,
			Supplier<List<ClientHttpRequestFactoryBuilderCustomizer<?>>> customizers) {
		this.factory = factory;
		this.definitions = definitions;
		this.beanFactory = beanFactory;
		this.customizers = customizers;
	}

	private HttpComponentsClientHttpRequestFactoryBuilder manage(
			HttpComponentsClientHttpRequestFactoryBuilder builder) {
		return this.factory.manage(builder);
	}

	/**
	 * Return the builder for a client.
	 * @param client name of the client
	 * @return a managed builder
	 */
	HttpComponentsClientHttpRequestFactoryBuilder get(String client) {
		HttpComponentsClientHttpRequestFactoryBuilder takenOver = client.equals(ClientDefinition.DEFAULT_NAME)
				? takenOver() : null;
		return (takenOver != null) ? takenOver : own();
	}

	/**
	 * Return the managed builder that only the application's customizers have seen.
	 * @return the builder, always the same
	 */
	HttpComponentsClientHttpRequestFactoryBuilder own() {
		return this.own.obtain();
	}

	/**
	 * Return a new builder that the application's customizers have seen and that still
	 * has to be managed.
	 * @return the builder
	 */
	HttpComponentsClientHttpRequestFactoryBuilder createUnmanaged() {
		return customize(this.factory.withDefaults(ClientHttpRequestFactoryBuilder.httpComponents()));
	}

	/**
	 * Build HttpClients that nobody uses, where application code has a say in them. What
	 * it must not do then stops the start instead of the first call.
	 * @throws io.outboundhttp.client.ReplacedConnectionManagerException if the code set
	 * another connection manager
	 */
	void verify() {
		HttpComponentsClientHttpRequestFactoryBuilder takenOver = takenOver();
		if (takenOver != null && isOfApplication()) {
			verify(takenOver);
		}
		if (!customizers().isEmpty()) {
			verify(own());
		}
	}

	/**
	 * Only a replaced connection manager is a verdict: what else fails is reported when
	 * somebody really builds the client.
	 */
	private void verify(HttpComponentsClientHttpRequestFactoryBuilder builder) {
		try {
			builder.build(this.factory.settings(this.definitions.get(ClientDefinition.DEFAULT_NAME)));
		}
		catch (ReplacedConnectionManagerException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			logger.debug("Building an HttpClient to check customizers failed", ex);
		}
	}

	private List<ClientHttpRequestFactoryBuilderCustomizer<?>> customizers() {
		return this.customizers.get()
			.stream()
			.filter((customizer) -> !(customizer instanceof DefaultsRequestFactoryBuilderCustomizer))
			.toList();
	}

	private boolean isOfApplication() {
		return Stream.of(this.beanFactory.getBeanNamesForType(ClientHttpRequestFactoryBuilder.class))
			.filter(this.beanFactory::containsBeanDefinition)
			.map((name) -> String.valueOf(this.beanFactory.getBeanDefinition(name).getFactoryBeanName()))
			.anyMatch((factory) -> !MADE_HERE.contains(factory));
	}

	private @Nullable HttpComponentsClientHttpRequestFactoryBuilder takenOver() {
		if (!this.beanFactory.containsBean(ManagedBuilderPostProcessor.BEAN_NAME)) {
			return null;
		}
		return (this.beanFactory.getBeanProvider(ClientHttpRequestFactoryBuilder.class)
			.getIfUnique() instanceof HttpComponentsClientHttpRequestFactoryBuilder builder) ? builder : null;
	}

	@SuppressWarnings("unchecked")
	private HttpComponentsClientHttpRequestFactoryBuilder customize(
			HttpComponentsClientHttpRequestFactoryBuilder builder) {
		ClientHttpRequestFactoryBuilder<?>[] customized = { builder };
		LambdaSafe.callbacks(ClientHttpRequestFactoryBuilderCustomizer.class, customizers(), builder)
			.invoke((customizer) -> customized[0] = customizer.customize(customized[0]));
		if (customized[0] instanceof HttpComponentsClientHttpRequestFactoryBuilder httpComponents) {
			return httpComponents;
		}
		throw new IllegalStateException("A ClientHttpRequestFactoryBuilderCustomizer returned a builder of type "
				+ customized[0].getClass().getName() + " instead of the one for Apache HttpClient");
	}

}
