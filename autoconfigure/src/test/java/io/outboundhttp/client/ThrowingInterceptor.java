package io.outboundhttp.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Interceptor that throws once it has the response. It keeps both that and the request.
 */
final class ThrowingInterceptor implements ClientHttpRequestInterceptor {

	private final List<Object> left = new ArrayList<>();

	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		this.left.add(request);
		this.left.add(execution.execute(request, body));
		throw new IllegalStateException("the interceptor gave up");
	}

}
