package io.outboundhttp.client;

import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;

import org.springframework.web.client.RestClient;

/**
 * Callback that can be implemented by beans to customize single clients by name. It is
 * called for the clients of {@code outbound-http.clients}, for {@code default} and for
 * HTTP service groups, after Spring Boot's own customizers.
 * <p>
 * The connection manager belongs to the pool: a customizer that replaces it stops the
 * start. Methods may be called more than once per client. A customizer that needs another
 * client of ours injects {@link OutboundHttpClients} and asks for it when it is called.
 *
 * @since 0.1.0
 * @see OutboundHttpRestTemplateCustomizer
 */
public interface OutboundHttpClientCustomizer {

	/**
	 * Customize the HttpClient of a client.
	 * @param client name of the client
	 * @param builder builder of its HttpClient
	 */
	default void customize(String client, HttpClientBuilder builder) {
	}

	/**
	 * Customize the RestClient of a client. For the client {@code default} this reaches
	 * the bean of that name, not Spring Boot's prototype builder.
	 * @param client name of the client
	 * @param builder builder of its RestClient
	 */
	default void customize(String client, RestClient.Builder builder) {
	}

}
