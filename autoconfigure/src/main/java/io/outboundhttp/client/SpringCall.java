package io.outboundhttp.client;

import java.lang.ref.WeakReference;
import java.util.stream.Stream;

import io.outboundhttp.pool.OuterCall;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.web.client.RestClient;

/**
 * Call of a RestClient or RestTemplate. It holds its request weakly, and never a
 * response.
 */
final class SpringCall extends OuterCall {

	private static final String URI_TEMPLATE = RestClient.class.getName() + ".uriTemplate";

	private static final String INTERCEPTING_REQUEST = "org.springframework.http.client.InterceptingClientHttpRequest";

	private static final String ABSTRACT_REQUEST = "org.springframework.http.client.AbstractClientHttpRequest";

	private final WeakReference<ClientHttpRequest> request;

	/** The headers of a request are others once it was executed without an exception. */
	private final HttpHeaders headers;

	private final boolean intercepted;

	SpringCall(ClientHttpRequest request) {
		this.intercepted = request.getClass().getName().equals(INTERCEPTING_REQUEST);
		this.request = new WeakReference<>(request);
		this.headers = request.getHeaders();
	}

	@Override
	public @Nullable Object attribute(String name) {
		ClientHttpRequest request = this.request.get();
		return (request != null) ? request.getAttributes().get(name) : null;
	}

	@Override
	public @Nullable String uriTemplate() {
		return (attribute(URI_TEMPLATE) instanceof String template) ? withoutSecrets(template) : null;
	}

	/**
	 * Queries carry tokens, and a base URL may carry credentials.
	 */
	private static String withoutSecrets(String template) {
		String text = upTo('#', upTo('?', template));
		int at = text.indexOf('@');
		int authority = (at >= 0) ? text.indexOf("://") + 3 : 0;
		boolean credentials = authority >= 3 && at > authority && text.lastIndexOf('/', at) < authority;
		return credentials ? text.substring(0, authority) + text.substring(at + 1) : text;
	}

	private static String upTo(char end, String text) {
		int index = text.indexOf(end);
		return (index >= 0) ? text.substring(0, index) : text;
	}

	@Override
	protected boolean hasReturned() {
		ClientHttpRequest request = this.request.get();
		return request == null || request.getHeaders() != this.headers;
	}

	@Override
	protected boolean isUnreachable() {
		return this.request.get() == null;
	}

	@Override
	protected boolean hasInterceptors() {
		return this.intercepted;
	}

	@Override
	protected int interceptedCalls(StackTraceElement[] stack) {
		return (int) Stream.of(stack)
			.filter((frame) -> frame.getClassName().equals(INTERCEPTING_REQUEST)
					&& frame.getMethodName().equals("executeInternal"))
			.count();
	}

	@Override
	protected boolean isAnyUnderWay(StackTraceElement[] stack) {
		return Stream.of(stack).anyMatch((frame) -> frame.getClassName().equals(ABSTRACT_REQUEST));
	}

}
