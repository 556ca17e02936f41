package io.outboundhttp.autoconfigure;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.util.ClassUtils;

/**
 * Finds the interceptor of Spring Cloud LoadBalancer, without depending on it.
 */
final class SpringCloudLoadBalancer implements Supplier<@Nullable ClientHttpRequestInterceptor> {

	static final String TYPE = "org.springframework.cloud.client.loadbalancer.DeferringLoadBalancerInterceptor";

	private final ConfigurableListableBeanFactory beanFactory;

	SpringCloudLoadBalancer(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public @Nullable ClientHttpRequestInterceptor get() {
		ClassLoader classLoader = this.beanFactory.getBeanClassLoader();
		if (!ClassUtils.isPresent(TYPE, classLoader)) {
			return null;
		}
		return (ClientHttpRequestInterceptor) this.beanFactory
			.getBeanProvider(ClassUtils.resolveClassName(TYPE, classLoader))
			.getIfAvailable();
	}

}
