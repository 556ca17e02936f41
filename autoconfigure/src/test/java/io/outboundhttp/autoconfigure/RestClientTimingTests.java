package io.outboundhttp.autoconfigure;

import java.net.URI;

import io.outboundhttp.client.OutboundHttpClients;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.client.RestClient;

/**
 * Runs Micrometer's verification of HTTP client timings on the RestClient of a client.
 */
class RestClientTimingTests extends AbstractTimingVerification<RestClient> {

	@Override
	RestClient client(ApplicationContext context) {
		return context.getBean(OutboundHttpClients.class).restClient("payments");
	}

	@Override
	protected void sendHttpRequest(RestClient client, HttpMethod method, byte @Nullable [] body, URI baseUrl,
			String templatedPath, String... pathVariables) {
		RestClient.RequestBodySpec request = client.method(org.springframework.http.HttpMethod.valueOf(method.name()))
			.uri(baseUrl + templatedPath, (Object[]) pathVariables);
		if (body != null) {
			request.body(body);
		}
		request.retrieve().onStatus(HttpStatusCode::isError, (sent, response) -> {
		}).toBodilessEntity();
	}

}
