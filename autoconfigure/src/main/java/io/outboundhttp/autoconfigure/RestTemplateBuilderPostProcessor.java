package io.outboundhttp.autoconfigure;

import java.util.function.Supplier;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.core.Ordered;

/**
 * {@link BeanPostProcessor} that lets {@link RestTemplateBuilder} beans start from the
 * settings of the client {@code default}.
 */
final class RestTemplateBuilderPostProcessor implements BeanPostProcessor, Ordered {

	private final Supplier<DefaultClientSettings> settings;

	private final ConfigurableBeanFactory beanFactory;

	RestTemplateBuilderPostProcessor(Supplier<DefaultClientSettings> settings, ConfigurableBeanFactory beanFactory) {
		this.settings = settings;
		this.beanFactory = beanFactory;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof RestTemplateBuilder builder
				&& builder.requestFactoryBuilder() instanceof HttpComponentsClientHttpRequestFactoryBuilder) {
			this.beanFactory.registerDependentBean(ManagedBuilderPostProcessor.POOLS_BEAN_NAME, beanName);
			return builder.clientSettings(this.settings.get()::replaceBeanValues);
		}
		return bean;
	}

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

}
