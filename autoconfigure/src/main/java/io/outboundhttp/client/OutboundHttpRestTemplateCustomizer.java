package io.outboundhttp.client;

import org.springframework.web.client.RestTemplate;

/**
 * Callback that can be implemented by beans to customize the RestTemplate of single
 * clients by name, after Spring Boot's own customizers.
 *
 * @since 0.1.0
 * @see OutboundHttpClientCustomizer
 */
@FunctionalInterface
public interface OutboundHttpRestTemplateCustomizer {

	/**
	 * Customize the RestTemplate of a client.
	 * @param client name of the client
	 * @param restTemplate its RestTemplate
	 */
	void customize(String client, RestTemplate restTemplate);

}
