package io.outboundhttp.benchmarks.soak;

import java.util.List;

import io.outboundhttp.client.OutboundHttpClients;
import org.apache.hc.client5.http.classic.HttpClient;

import org.springframework.context.ApplicationContext;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * The clients of the application: two that are configured, one of which belongs to an
 * HTTP service group, and the one behind Spring Boot's builder.
 *
 * @param url the server
 * @param restClient RestClient of a configured client
 * @param restTemplate RestTemplate of the same client
 * @param httpClient HttpClient of the same client
 * @param built RestClient of Spring Boot's builder
 * @param stock proxy of the HTTP service
 */
record SoakClients(String url, RestClient restClient, RestTemplate restTemplate, HttpClient httpClient,
		RestClient built, StockService stock) {

	static final String PAYMENTS = "payments";

	static final String STOCK = "stock";

	/** Names of all clients. */
	static final List<String> NAMES = List.of("default", PAYMENTS, STOCK);

	static SoakClients of(ApplicationContext context, String url) {
		OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
		return new SoakClients(url, clients.restClient(PAYMENTS), clients.restTemplate(PAYMENTS),
				clients.httpClient(PAYMENTS), context.getBean(RestClient.Builder.class).baseUrl(url).build(),
				context.getBean(StockService.class));
	}

}
