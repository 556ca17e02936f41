package io.outboundhttp.autoconfigure;

import io.outboundhttp.advice.Advisor;
import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.client.PooledHttpClientFactory;
import io.outboundhttp.client.RestClientCustomization;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.boot.restclient.autoconfigure.RestClientSsl;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;

/**
 * {@link AutoConfiguration Auto-configuration} that puts managed pools behind Spring
 * Boot's own {@link RestClient.Builder}, {@link RestTemplateBuilder} and HTTP service
 * groups.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OutboundHttpAutoConfiguration.class,
		before = { ImperativeHttpClientAutoConfiguration.class, RestClientAutoConfiguration.class,
				HttpServiceClientAutoConfiguration.class })
@ConditionalOnClass(name = "org.apache.hc.client5.http.impl.classic.HttpClientBuilder")
@ConditionalOnBean(PooledHttpClientFactory.class)
public final class OutboundHttpTakeoverAutoConfiguration {

	/**
	 * The report is written whether or not there is a takeover.
	 * @param context the application context
	 * @param environment the environment
	 * @param builder the builder bean
	 * @param advisor knows the clients
	 * @return the report
	 */
	@Bean
	StartReport outboundHttpStartReport(ApplicationContext context, Environment environment,
			ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builder, Advisor advisor) {
		return new StartReport(context, environment, builder, advisor);
	}

	/**
	 * Boot's builder and what Boot makes with it.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnTakeoverCondition.class)
	static class BuilderConfiguration {

		@Bean
		static ManagedBuilderPostProcessor outboundHttpManagedBuilderPostProcessor(
				ObjectProvider<PooledHttpClientFactory> factory, ConfigurableBeanFactory beanFactory) {
			return new ManagedBuilderPostProcessor(factory::getObject, beanFactory);
		}

		@Bean
		DefaultsRequestFactoryBuilderCustomizer outboundHttpDefaultsRequestFactoryBuilderCustomizer(
				ObjectProvider<PooledHttpClientFactory> factory) {
			return new DefaultsRequestFactoryBuilderCustomizer(factory::getObject);
		}

		@Bean
		DefaultClientSettings outboundHttpDefaultClientSettings(PooledHttpClientFactory factory,
				ConfiguredClients clients, ObjectProvider<HttpClientSettings> settings) {
			return new DefaultClientSettings(() -> factory.settings(clients.get(ClientDefinition.DEFAULT_NAME)),
					settings.getIfAvailable(HttpClientSettings::defaults));
		}

		@Bean
		@ConditionalOnMissingBean
		RestClientBuilderConfigurer restClientBuilderConfigurer(
				ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builder, RequestFactoryBuilders builders,
				DefaultClientSettings settings, ObjectProvider<RestClientCustomizer> customizers) {
			return new ManagedRestClientBuilderConfigurer(builder.getIfAvailable(builders::own), settings,
					customizers.orderedStream().toList());
		}

		@Bean
		@ConditionalOnMissingBean(RestClientSsl.class)
		@ConditionalOnBean(SslBundles.class)
		ManagedRestClientSsl restClientSsl(ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builder,
				RequestFactoryBuilders builders, DefaultClientSettings settings, SslBundles sslBundles) {
			return new ManagedRestClientSsl(builder.getIfAvailable(builders::own), settings, sslBundles);
		}

		@Bean
		@Lazy
		@ConditionalOnMissingBean
		ClientHttpRequestFactory clientHttpRequestFactory(ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builder,
				RequestFactoryBuilders builders, DefaultClientSettings settings) {
			ClientHttpRequestFactoryBuilder<?> available = builder.getIfAvailable(builders::own);
			return available.build(settings.forBuilder(available));
		}

	}

	/**
	 * Boot has no builder bean in a reactive application, and takes whatever is on the
	 * class path.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnTakeoverCondition.class)
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean(ClientHttpRequestFactoryBuilder.class)
		HttpComponentsClientHttpRequestFactoryBuilder clientHttpRequestFactoryBuilder(RequestFactoryBuilders builders) {
			return builders.createUnmanaged();
		}

	}

	/**
	 * Boot's builder of RestTemplates.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnTakeoverCondition.class)
	@ConditionalOnClass({ RestTemplate.class, RestTemplateBuilder.class })
	static class RestTemplateConfiguration {

		@Bean
		static RestTemplateBuilderPostProcessor outboundHttpRestTemplateBuilderPostProcessor(
				ObjectProvider<DefaultClientSettings> settings, ConfigurableBeanFactory beanFactory) {
			return new RestTemplateBuilderPostProcessor(settings::getObject, beanFactory);
		}

	}

	/**
	 * HTTP service groups, each on the client of its name.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnTakeoverCondition.class)
	@ConditionalOnClass(RestClientHttpServiceGroupConfigurer.class)
	static class ServiceGroupConfiguration {

		@Bean
		ManagedServiceGroupConfigurer outboundHttpServiceGroupConfigurer(ConfiguredClients definitions,
				OutboundHttpClients clients, RestClientCustomization customization, Environment environment) {
			return new ManagedServiceGroupConfigurer(definitions, clients, customization, environment);
		}

		@Bean
		CustomizedServiceGroupConfigurer outboundHttpCustomizedServiceGroupConfigurer(ConfiguredClients definitions,
				RestClientCustomization customization) {
			return new CustomizedServiceGroupConfigurer(definitions, customization);
		}

	}

}
