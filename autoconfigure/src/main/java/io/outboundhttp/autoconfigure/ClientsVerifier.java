package io.outboundhttp.autoconfigure;

import java.util.List;
import java.util.function.Supplier;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.LoadBalancing;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.ReplacedConnectionManagerException;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClient;

/**
 * Checks at the end of the start what can only be seen then, without building a client.
 */
final class ClientsVerifier implements SmartInitializingSingleton {

	private static final String PRIMARY_KEY = OutboundHttpProperties.PREFIX + ".primary";

	private final Environment environment;

	private final ConfiguredClients clients;

	private final ConfigurableListableBeanFactory beanFactory;

	private final RequestFactoryBuilders builders;

	private final Supplier<List<OutboundHttpClientCustomizer>> customizers;

	ClientsVerifier(Environment environment, ConfiguredClients clients, ConfigurableListableBeanFactory beanFactory,
			RequestFactoryBuilders builders, Supplier<List<OutboundHttpClientCustomizer>> customizers) {
		this.environment = environment;
		this.clients = clients;
		this.beanFactory = beanFactory;
		this.builders = builders;
		this.customizers = customizers;
		HttpCoreVersion.verify();
		verifyPrimary();
	}

	private void verifyPrimary() {
		String primary = this.environment.getProperty(PRIMARY_KEY);
		if (primary != null && !this.clients.names().contains(primary)) {
			throw new OutboundHttpConfigurationException(
					"'%s' names the client '%s', which is not there."
						.formatted(new PropertyOrigins(this.environment).describe(PRIMARY_KEY), primary),
					"Choose one of %s.".formatted(this.clients.names()));
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		verifyBeans();
		verifyNoOtherPrimary("restClient", RestClient.class);
		Class<?> restTemplate = OutboundHttpClientsRegistrar.restTemplate(this.beanFactory.getBeanClassLoader());
		if (restTemplate != null) {
			verifyNoOtherPrimary("restTemplate", restTemplate);
		}
		verifyLoadBalancer();
		for (String client : this.clients.names()) {
			verifyCustomizers(client);
		}
		if (this.clients.names().contains(ClientDefinition.DEFAULT_NAME)) {
			this.builders.verify();
		}
	}

	/**
	 * Ahead-of-time processing has fixed which beans there are.
	 */
	private void verifyBeans() {
		if (!AotDetector.useGeneratedArtifacts()) {
			return;
		}
		for (String client : EnabledClients.find(this.environment)) {
			if (!this.beanFactory.containsBeanDefinition(OutboundHttpClientsRegistrar.beanName(client, "restClient"))) {
				throw new OutboundHttpConfigurationException(
						"Client '%s' below '%s' was configured after ahead-of-time processing, so its beans do not exist."
							.formatted(client, KnownKeys.clientPrefix(client)),
						"Configure the client, if only with 'enabled: true', where ahead-of-time processing sees it, and process again.");
			}
		}
	}

	private void verifyNoOtherPrimary(String kind, Class<?> type) {
		String primary = this.environment.getProperty(PRIMARY_KEY);
		if (primary == null) {
			return;
		}
		String ours = OutboundHttpClientsRegistrar.beanName(primary, kind);
		for (String name : this.beanFactory.getBeanNamesForType(type, true, false)) {
			if (!name.equals(ours) && this.beanFactory.containsBeanDefinition(name)
					&& this.beanFactory.getBeanDefinition(name).isPrimary()) {
				throw new OutboundHttpConfigurationException(
						"'%s' makes the RestClient of client '%s' the primary one, but so is the bean '%s'."
							.formatted(new PropertyOrigins(this.environment).describe(PRIMARY_KEY), primary, name),
						"Remove '%s', or the @Primary of the bean.".formatted(PRIMARY_KEY));
			}
		}
	}

	private void verifyLoadBalancer() {
		if (ClassUtils.isPresent(SpringCloudLoadBalancer.TYPE, this.beanFactory.getBeanClassLoader())) {
			return;
		}
		for (String client : this.clients.names()) {
			ClientDefinition definition = this.clients.get(client);
			@Nullable String baseUrl = definition.get(ClientSetting.BASE_URL);
			if (baseUrl != null && baseUrl.startsWith(LoadBalancing.SCHEME + ":")) {
				throw new OutboundHttpConfigurationException(
						"Client '%s': nothing resolves the service name of '%s'.".formatted(client,
								definition.value(ClientSetting.BASE_URL).origin()),
						"Add Spring Cloud LoadBalancer, or use an http or https URL.");
			}
		}
	}

	private void verifyCustomizers(String client) {
		HttpClientBuilder builder = HttpClientBuilder.create();
		this.customizers.get().forEach((customizer) -> customizer.customize(client, builder));
		if (builder.getConnManager() != null) {
			throw new ReplacedConnectionManagerException(client);
		}
	}

}
