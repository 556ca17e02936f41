package io.outboundhttp.autoconfigure;

import java.net.URI;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpEntity;
import org.springframework.web.client.NoOpResponseErrorHandler;
import org.springframework.web.client.RestTemplate;

/**
 * Runs Micrometer's verification of HTTP client timings on a RestTemplate of Spring
 * Boot's builder, taken over.
 */
class RestTemplateTimingTests extends AbstractTimingVerification<RestTemplate> {

	@Override
	RestTemplate client(ApplicationContext context) {
		RestTemplate restTemplate = context.getBean(RestTemplateBuilder.class).build();
		restTemplate.setErrorHandler(new NoOpResponseErrorHandler());
		return restTemplate;
	}

	@Override
	protected void sendHttpRequest(RestTemplate client, HttpMethod method, byte @Nullable [] body, URI baseUrl,
			String templatedPath, String... pathVariables) {
		HttpEntity<byte[]> entity = (body != null) ? new HttpEntity<>(body) : null;
		client.exchange(baseUrl + templatedPath, org.springframework.http.HttpMethod.valueOf(method.name()), entity,
				Void.class, (Object[]) pathVariables);
	}

}
