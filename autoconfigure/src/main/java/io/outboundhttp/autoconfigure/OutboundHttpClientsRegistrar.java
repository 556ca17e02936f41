package io.outboundhttp.autoconfigure;

import org.apache.hc.client5.http.classic.HttpClient;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClient;

/**
 * {@link ImportBeanDefinitionRegistrar} for the beans of each client: lazy, qualified by
 * the client's name, and never a candidate for an injection without qualifier, unless the
 * client is the primary one.
 */
final class OutboundHttpClientsRegistrar implements ImportBeanDefinitionRegistrar {

	static final String CLIENTS_BEAN_NAME = "outboundHttpClients";

	private static final String REST_TEMPLATE = "org.springframework.web.client.RestTemplate";

	private final Environment environment;

	private final ClassLoader classLoader;

	OutboundHttpClientsRegistrar(Environment environment, ClassLoader classLoader) {
		this.environment = environment;
		this.classLoader = classLoader;
	}

	/**
	 * Return the name of a bean of a client.
	 * @param client name of the client
	 * @param kind what the bean is
	 * @return the bean's name
	 */
	static String beanName(String client, String kind) {
		return "outboundHttp." + client + "." + kind;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		String primaryClient = this.environment.getProperty(OutboundHttpProperties.PREFIX + ".primary");
		Class<?> restTemplate = restTemplate(this.classLoader);
		for (String client : EnabledClients.find(this.environment)) {
			boolean primary = client.equals(primaryClient);
			register(registry, client, "restClient", RestClient.class, primary);
			if (restTemplate != null) {
				register(registry, client, "restTemplate", restTemplate, primary);
			}
			register(registry, client, "requestFactory", ClientHttpRequestFactory.class, false);
			register(registry, client, "httpClient", HttpClient.class, false);
		}
	}

	/**
	 * Return the type of RestTemplates.
	 * @param classLoader class loader of the beans
	 * @return the type, or {@code null} where there is none any more
	 */
	static @Nullable Class<?> restTemplate(@Nullable ClassLoader classLoader) {
		return ClassUtils.isPresent(REST_TEMPLATE, classLoader)
				? ClassUtils.resolveClassName(REST_TEMPLATE, classLoader) : null;
	}

	private static void register(BeanDefinitionRegistry registry, String client, String kind, Class<?> type,
			boolean primary) {
		String beanName = beanName(client, kind);
		if (registry.containsBeanDefinition(beanName)) {
			return;
		}
		RootBeanDefinition definition = new RootBeanDefinition();
		definition.setTargetType(type);
		definition.setFactoryBeanName(CLIENTS_BEAN_NAME);
		definition.setFactoryMethodName(kind);
		definition.getConstructorArgumentValues().addIndexedArgumentValue(0, client);
		definition.setLazyInit(true);
		definition.setPrimary(primary);
		definition.setDefaultCandidate(primary);
		definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, client));
		registry.registerBeanDefinition(beanName, definition);
	}

}
