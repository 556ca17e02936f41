package io.outboundhttp.call;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.function.Supplier;

import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;

import io.outboundhttp.pool.Calls;

/**
 * {@link ExecChainHandler} inside the one that follows redirects: once a call has left
 * the origin that it was sent to, sensitive headers do not go along, and none leaves
 * https for http.
 */
final class OriginHandler implements ExecChainHandler {

	private final Supplier<Set<String>> sensitiveHeaders;

	private final Calls calls;

	OriginHandler(Supplier<Set<String>> sensitiveHeaders, Calls calls) {
		this.sensitiveHeaders = sensitiveHeaders;
		this.calls = calls;
	}

	@Override
	public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
			throws IOException, HttpException {
		HttpHost target = scope.route.getTargetHost();
		boolean home = this.calls.context().isAtHome(target);
		ClassicHttpResponse response = home ? chain.proceed(request, scope)
				: chain.proceed(stripped(request),
						new ExecChain.Scope(scope.exchangeId, scope.route,
								stripped(ClassicRequestBuilder.copy(scope.originalRequest).build()), scope.execRuntime,
								scope.clientContext));
		if (isDowngrade(target, response)) {
			hideLocation(response);
		}
		return response;
	}

	private ClassicHttpRequest stripped(ClassicHttpRequest request) {
		this.sensitiveHeaders.get().forEach(request::removeHeaders);
		return request;
	}

	private static boolean isDowngrade(HttpHost target, ClassicHttpResponse response) {
		int status = response.getCode();
		Header location = (status >= 300 && status < 400 && URIScheme.HTTPS.same(target.getSchemeName()))
				? response.getFirstHeader(HttpHeaders.LOCATION) : null;
		if (location == null) {
			return false;
		}
		try {
			String scheme = new URI(location.getValue().trim()).getScheme();
			return scheme != null && !URIScheme.HTTPS.same(scheme);
		}
		catch (URISyntaxException ex) {
			// HttpClient refuses it with an exception that says so
			return false;
		}
	}

	/**
	 * What follows redirects leaves a response without a location alone.
	 */
	private void hideLocation(ClassicHttpResponse response) {
		Header[] locations = response.getHeaders(HttpHeaders.LOCATION);
		response.removeHeaders(HttpHeaders.LOCATION);
		this.calls.context().hide(locations);
	}

}
