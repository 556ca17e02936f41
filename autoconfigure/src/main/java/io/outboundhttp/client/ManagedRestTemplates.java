package io.outboundhttp.client;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestTemplate;

/**
 * Builds the RestTemplates of clients. It stands alone, since Spring Framework deprecates
 * RestTemplate from 7.1 on.
 *
 * @since 0.1.0
 */
public final class ManagedRestTemplates {

	private final Supplier<RestTemplateBuilder> builder;

	private final Supplier<List<OutboundHttpRestTemplateCustomizer>> customizers;

	private final LoadBalancing loadBalancing;

	/**
	 * Create a builder of RestTemplates.
	 * @param builder gives Boot's builder
	 * @param customizers gives the customizers of single clients in order
	 * @param loadBalancing resolves {@code lb://} base URLs
	 */
	public ManagedRestTemplates(Supplier<RestTemplateBuilder> builder,
			Supplier<List<OutboundHttpRestTemplateCustomizer>> customizers, LoadBalancing loadBalancing) {
		this.builder = builder;
		this.customizers = customizers;
		this.loadBalancing = loadBalancing;
	}

	RestTemplate create(ClientDefinition definition, ClientHttpRequestFactory requestFactory) {
		RestTemplateBuilder builder = this.builder.get().requestFactoryBuilder((settings) -> requestFactory);
		Map<String, List<String>> headers = definition.get(ClientSetting.DEFAULT_HEADER);
		if (headers != null) {
			for (Map.Entry<String, List<String>> header : headers.entrySet()) {
				builder = builder.defaultHeader(header.getKey(), header.getValue().toArray(String[]::new));
			}
		}
		String baseUrl = definition.get(ClientSetting.BASE_URL);
		if (baseUrl != null) {
			URI uri = URI.create(baseUrl);
			ClientHttpRequestInterceptor interceptor = this.loadBalancing.interceptor(definition.getName(), uri);
			builder = builder.baseUri(LoadBalancing.toHttp(uri).toString());
			if (interceptor != null) {
				builder = builder.additionalInterceptors(interceptor);
			}
		}
		RestTemplate restTemplate = builder.build();
		this.customizers.get().forEach((customizer) -> customizer.customize(definition.getName(), restTemplate));
		return restTemplate;
	}

}
