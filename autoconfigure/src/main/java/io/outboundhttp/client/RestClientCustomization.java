package io.outboundhttp.client;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;

/**
 * What is done to every RestClient of a client, beyond its request factory.
 *
 * @since 0.1.0
 */
public final class RestClientCustomization {

	private final Supplier<List<RestClientCustomizer>> bootCustomizers;

	private final Supplier<List<OutboundHttpClientCustomizer>> customizers;

	private final LoadBalancing loadBalancing;

	/**
	 * Create a customization.
	 * @param bootCustomizers gives Boot's customizers in order
	 * @param customizers gives the customizers of single clients in order
	 * @param loadBalancing resolves {@code lb://} base URLs
	 */
	public RestClientCustomization(Supplier<List<RestClientCustomizer>> bootCustomizers,
			Supplier<List<OutboundHttpClientCustomizer>> customizers, LoadBalancing loadBalancing) {
		this.bootCustomizers = bootCustomizers;
		this.customizers = customizers;
		this.loadBalancing = loadBalancing;
	}

	RestClient.Builder apply(ClientDefinition definition, RestClient.Builder builder) {
		applyHeaders(definition, builder);
		applyBaseUrl(definition, builder);
		this.bootCustomizers.get().forEach((customizer) -> customizer.customize(builder));
		applyCustomizers(definition.getName(), builder);
		return builder;
	}

	/**
	 * Set the base URL of a client.
	 * @param definition what the client is
	 * @param builder builder of its RestClient
	 */
	public void applyBaseUrl(ClientDefinition definition, RestClient.Builder builder) {
		String baseUrl = definition.get(ClientSetting.BASE_URL);
		if (baseUrl == null) {
			return;
		}
		URI uri = URI.create(baseUrl);
		ClientHttpRequestInterceptor interceptor = this.loadBalancing.interceptor(definition.getName(), uri);
		builder.baseUrl(LoadBalancing.toHttp(uri));
		if (interceptor != null) {
			builder.requestInterceptor(interceptor);
		}
	}

	/**
	 * Set the default headers of a client.
	 * @param definition what the client is
	 * @param builder builder of its RestClient
	 */
	public void applyHeaders(ClientDefinition definition, RestClient.Builder builder) {
		Map<String, List<String>> headers = definition.get(ClientSetting.DEFAULT_HEADER);
		if (headers != null) {
			builder.defaultHeaders((defaults) -> headers.forEach(defaults::put));
		}
	}

	/**
	 * Apply the customizers of single clients.
	 * @param client name of the client
	 * @param builder builder of its RestClient
	 */
	public void applyCustomizers(String client, RestClient.Builder builder) {
		this.customizers.get().forEach((customizer) -> customizer.customize(client, builder));
	}

}
