package io.outboundhttp.autoconfigure;

import java.util.function.Supplier;

import io.outboundhttp.client.PooledHttpClientFactory;

import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.core.Ordered;

/**
 * {@link ClientHttpRequestFactoryBuilderCustomizer} that puts the defaults of the client
 * {@code default} into Boot's builder, before all other customizers.
 */
final class DefaultsRequestFactoryBuilderCustomizer
		implements ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder>, Ordered {

	private final Supplier<PooledHttpClientFactory> factory;

	DefaultsRequestFactoryBuilderCustomizer(Supplier<PooledHttpClientFactory> factory) {
		this.factory = factory;
	}

	@Override
	public HttpComponentsClientHttpRequestFactoryBuilder customize(
			HttpComponentsClientHttpRequestFactoryBuilder builder) {
		return this.factory.get().withDefaults(builder);
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

}
