package io.outboundhttp.client;

import java.util.List;

import org.apache.hc.client5.http.classic.HttpClient;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestInitializer;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.NoOpResponseErrorHandler;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * Spring's clients on one HttpClient.
 *
 * @param httpClient the HttpClient
 * @param initializers what is told of requests
 */
record SpringClients(HttpClient httpClient, List<ClientHttpRequestInitializer> initializers) {

	/**
	 * Create clients that do not tell our pools of their calls.
	 */
	static SpringClients plain(HttpClient httpClient) {
		return new SpringClients(httpClient, List.of());
	}

	ClientHttpRequestFactory requestFactory() {
		return new HttpComponentsClientHttpRequestFactory(this.httpClient);
	}

	RestClient restClient(ClientHttpRequestInterceptor... interceptors) {
		RestClient.Builder builder = RestClient.builder()
			.requestFactory(requestFactory())
			.requestInterceptors((all) -> all.addAll(List.of(interceptors)));
		this.initializers.forEach(builder::requestInitializer);
		return builder.build();
	}

	RestTemplate restTemplate(ClientHttpRequestInterceptor... interceptors) {
		RestTemplate restTemplate = new RestTemplate(requestFactory());
		restTemplate.setErrorHandler(new NoOpResponseErrorHandler());
		restTemplate.setInterceptors(List.of(interceptors));
		restTemplate.setClientHttpRequestInitializers(this.initializers);
		return restTemplate;
	}

}
