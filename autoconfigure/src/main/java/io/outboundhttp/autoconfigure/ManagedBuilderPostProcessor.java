package io.outboundhttp.autoconfigure;

import java.util.function.Supplier;

import io.outboundhttp.client.PooledHttpClientFactory;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.core.Ordered;

/**
 * {@link BeanPostProcessor} that puts managed pools behind the builder bean, Boot's or
 * the application's own. The bean keeps its type.
 */
final class ManagedBuilderPostProcessor implements BeanPostProcessor, Ordered {

	static final String BEAN_NAME = "outboundHttpManagedBuilderPostProcessor";

	static final String POOLS_BEAN_NAME = "outboundHttpConnectionPools";

	private final Supplier<PooledHttpClientFactory> factory;

	private final ConfigurableBeanFactory beanFactory;

	ManagedBuilderPostProcessor(Supplier<PooledHttpClientFactory> factory, ConfigurableBeanFactory beanFactory) {
		this.factory = factory;
		this.beanFactory = beanFactory;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof HttpComponentsClientHttpRequestFactoryBuilder builder) {
			this.beanFactory.registerDependentBean(POOLS_BEAN_NAME, beanName);
			return this.factory.get().manage(builder);
		}
		return bean;
	}

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

}
