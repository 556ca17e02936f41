package io.outboundhttp.autoconfigure;

import java.util.List;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.web.client.RestClient;

/**
 * {@link RestClientBuilderConfigurer} that starts from the settings of the client
 * {@code default}.
 */
final class ManagedRestClientBuilderConfigurer extends RestClientBuilderConfigurer {

	private final ClientHttpRequestFactoryBuilder<?> requestFactoryBuilder;

	private final DefaultClientSettings settings;

	private final List<RestClientCustomizer> customizers;

	ManagedRestClientBuilderConfigurer(ClientHttpRequestFactoryBuilder<?> requestFactoryBuilder,
			DefaultClientSettings settings, List<RestClientCustomizer> customizers) {
		this.requestFactoryBuilder = requestFactoryBuilder;
		this.settings = settings;
		this.customizers = List.copyOf(customizers);
	}

	@Override
	public RestClient.Builder configure(RestClient.Builder builder) {
		builder.requestFactory(this.requestFactoryBuilder.build(this.settings.forBuilder(this.requestFactoryBuilder)));
		this.customizers.forEach((customizer) -> customizer.customize(builder));
		return builder;
	}

}
