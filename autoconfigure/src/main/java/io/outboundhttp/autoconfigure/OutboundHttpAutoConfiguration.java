package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.outboundhttp.advice.Advisor;
import io.outboundhttp.client.CallInitializer;
import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientWarmUp;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.LiveClients;
import io.outboundhttp.client.LoadBalancing;
import io.outboundhttp.client.ManagedRestTemplates;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.client.OutboundHttpRestTemplateCustomizer;
import io.outboundhttp.client.PooledHttpClientFactory;
import io.outboundhttp.client.RestClientCustomization;
import io.outboundhttp.metrics.RouteTag;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.LoggingPoolListener;
import io.outboundhttp.pool.PoolListener;
import io.outboundhttp.pool.TimeSource;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.web.client.RestTemplate;

/**
 * {@link AutoConfiguration Auto-configuration} for managed outbound HTTP clients.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { SslAutoConfiguration.class, HttpClientAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "outbound-http.enabled", matchIfMissing = true)
public final class OutboundHttpAutoConfiguration {

	/**
	 * Stops the start of an application that has lost HttpClient, instead of leaving it
	 * with another client in silence.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("org.apache.hc.client5.http.impl.classic.HttpClientBuilder")
	static class MissingHttpClientConfiguration {

		MissingHttpClientConfiguration() {
			throw new OutboundHttpConfigurationException(
					"Outbound HTTP is managed with Apache HttpClient 5, which is not on the class path.",
					"Add 'org.apache.httpcomponents.client5:httpclient5', for example through "
							+ "'io.outboundhttp:outbound-http-spring-boot-starter', or set 'outbound-http.enabled' to 'false'.");
		}

	}

	/**
	 * The clients and all that belongs to them.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.apache.hc.client5.http.impl.classic.HttpClientBuilder")
	@ConditionalOnMissingBean(OutboundHttpClients.class)
	@EnableConfigurationProperties(OutboundHttpProperties.class)
	@Import(OutboundHttpClientsRegistrar.class)
	static class ClientsConfiguration {

		@Bean
		static LazyInitializationExcludeFilter outboundHttpLazyInitializationExcludeFilter() {
			return LazyInitializationExcludeFilter.forBeanTypes(ConfiguredClients.class, ClientsVerifier.class);
		}

		@Bean
		ConfiguredClientsFactory outboundHttpConfiguredClientsFactory(Environment environment,
				ObjectProvider<HttpClientSettings> settings, ObjectProvider<SslBundles> sslBundles,
				ListableBeanFactory beanFactory) {
			return new ConfiguredClientsFactory(environment, settings.getIfAvailable(), sslBundles.getIfAvailable(),
					serviceGroup(beanFactory));
		}

		@Bean
		ConfiguredClients outboundHttpConfiguredClients(ConfiguredClientsFactory factory,
				OutboundHttpProperties properties) {
			return factory.create(properties);
		}

		/**
		 * Spring names the bean of an HTTP service after its group and its type.
		 */
		private static Predicate<String> serviceGroup(ListableBeanFactory beanFactory) {
			Set<String> groups = Stream.of(beanFactory.getBeanDefinitionNames())
				.filter((name) -> name.contains("#"))
				.map((name) -> name.substring(0, name.indexOf('#')))
				.collect(Collectors.toSet());
			return groups::contains;
		}

		@Bean
		ClientsVerifier outboundHttpClientsVerifier(Environment environment, ConfiguredClients clients,
				ConfigurableListableBeanFactory beanFactory, RequestFactoryBuilders builders,
				ObjectProvider<OutboundHttpClientCustomizer> customizers) {
			return new ClientsVerifier(environment, clients, beanFactory, builders,
					() -> customizers.orderedStream().toList());
		}

		@Bean
		LiveClients outboundHttpLiveClients() {
			return new LiveClients();
		}

		@Bean
		@ConditionalOnMissingBean
		HealthRules outboundHttpHealthRules(OutboundHttpProperties properties, Environment environment) {
			return new GlobalSettingsMapper(environment).healthRules(properties.getHealth());
		}

		@Bean
		@ConditionalOnMissingBean
		RouteTag outboundHttpRouteTag(OutboundHttpProperties properties, Environment environment) {
			return new GlobalSettingsMapper(environment).routeTag(properties.getMetrics());
		}

		@Bean
		LeakEventPublisher outboundHttpLeakEventPublisher(ApplicationEventPublisher publisher) {
			return new LeakEventPublisher(publisher);
		}

		@Bean
		static ConnectionPoolsCloser outboundHttpConnectionPoolsCloser() {
			return new ConnectionPoolsCloser();
		}

		@Bean(destroyMethod = "")
		ConnectionPools outboundHttpConnectionPools(ConnectionPoolsCloser closer, OutboundHttpProperties properties,
				Environment environment, ObjectProvider<PoolListener> listeners) {
			Duration drainTimeout = new GlobalSettingsMapper(environment).drainTimeout(properties.getShutdown());
			return closer.closeLast(
					new ConnectionPools(TimeSource.system(),
							Stream.concat(Stream.of(new LoggingPoolListener()), listeners.orderedStream()).toList()),
					drainTimeout);
		}

		@Bean
		PooledHttpClientFactory outboundHttpPooledHttpClientFactory(ConfiguredClients clients, ConnectionPools pools,
				LiveClients liveClients, ObjectProvider<SslBundles> sslBundles,
				ObjectProvider<HttpClientSettings> settings, ObjectProvider<OutboundHttpClientCustomizer> customizers) {
			HttpClientSettings available = settings.getIfAvailable();
			return new PooledHttpClientFactory(pools, liveClients, () -> clients.get(ClientDefinition.DEFAULT_NAME),
					sslBundles.getIfAvailable(), (available != null) ? available.inetAddressFilter() : null,
					() -> customizers.orderedStream().toList());
		}

		@Bean
		RequestFactoryBuilders outboundHttpRequestFactoryBuilders(PooledHttpClientFactory factory,
				ConfiguredClients clients, ConfigurableListableBeanFactory beanFactory,
				ObjectProvider<ClientHttpRequestFactoryBuilderCustomizer<?>> customizers) {
			return new RequestFactoryBuilders(factory, clients, beanFactory,
					() -> customizers.orderedStream().toList());
		}

		@Bean
		LoadBalancing outboundHttpLoadBalancing(ConfigurableListableBeanFactory beanFactory) {
			return new LoadBalancing(new SpringCloudLoadBalancer(beanFactory));
		}

		@Bean
		OutboundHttpClients outboundHttpClients(ConfiguredClients clients, ConnectionPools pools,
				LiveClients liveClients, PooledHttpClientFactory factory, RequestFactoryBuilders builders,
				RestClientCustomization customization, ObjectProvider<ManagedRestTemplates> restTemplates) {
			return new OutboundHttpClients(clients, pools, liveClients, factory, builders::get, customization,
					restTemplates::getObject);
		}

		@Bean
		Advisor outboundHttpAdvisor(OutboundHttpClients clients, PooledHttpClientFactory factory,
				ConfigurableListableBeanFactory beanFactory, Environment environment) {
			return new Advisor(clients, new ApplicationTraitsFinder(beanFactory, environment),
					new StrayFinder(beanFactory, factory));
		}

		@Bean
		WarmUpListener outboundHttpWarmUpListener(ApplicationContext context, ConfiguredClients clients,
				ObjectProvider<OutboundHttpClients> outboundHttpClients, ObjectProvider<LoadBalancing> loadBalancing) {
			return new WarmUpListener(context, clients,
					() -> new ClientWarmUp(outboundHttpClients.getObject(), loadBalancing.getObject()));
		}

		/**
		 * Before all others: what an interceptor or initializer of the application does
		 * belongs to the call.
		 */
		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		RestClientCustomizer outboundHttpCallRestClientCustomizer(ConnectionPools pools) {
			CallInitializer initializer = new CallInitializer(pools.getCalls());
			return (builder) -> builder.requestInitializer(initializer);
		}

		@Bean
		RestClientCustomization outboundHttpRestClientCustomization(
				ObjectProvider<RestClientCustomizer> bootCustomizers,
				ObjectProvider<OutboundHttpClientCustomizer> customizers, LoadBalancing loadBalancing) {
			return new RestClientCustomization(() -> bootCustomizers.orderedStream().toList(),
					() -> customizers.orderedStream().toList(), loadBalancing);
		}

	}

	/**
	 * A child context shares the clients of its parent.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.apache.hc.client5.http.impl.classic.HttpClientBuilder")
	@Conditional(OnParentClientsCondition.class)
	static class ChildConfiguration {

		@Bean
		static LazyInitializationExcludeFilter outboundHttpChildLazyInitializationExcludeFilter() {
			return LazyInitializationExcludeFilter.forBeanTypes(ChildClientsVerifier.class);
		}

		@Bean
		ChildClientsVerifier outboundHttpChildClientsVerifier(Environment environment, OutboundHttpClients clients) {
			return new ChildClientsVerifier(environment, clients);
		}

	}

	/**
	 * What builds RestTemplates, as long as there is such a thing.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(value = { RestTemplate.class, RestTemplateBuilder.class },
			name = "org.apache.hc.client5.http.impl.classic.HttpClientBuilder")
	@ConditionalOnMissingBean(ManagedRestTemplates.class)
	static class RestTemplateConfiguration {

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		RestTemplateCustomizer outboundHttpCallRestTemplateCustomizer(ConnectionPools pools) {
			CallInitializer initializer = new CallInitializer(pools.getCalls());
			return (restTemplate) -> restTemplate.getClientHttpRequestInitializers().add(initializer);
		}

		@Bean
		ManagedRestTemplates outboundHttpRestTemplates(ObjectProvider<RestTemplateBuilder> builder,
				ObjectProvider<OutboundHttpRestTemplateCustomizer> customizers, LoadBalancing loadBalancing) {
			return new ManagedRestTemplates(() -> builder.getIfAvailable(RestTemplateBuilder::new),
					() -> customizers.orderedStream().toList(), loadBalancing);
		}

	}

}
