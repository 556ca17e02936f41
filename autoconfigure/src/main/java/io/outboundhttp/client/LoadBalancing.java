package io.outboundhttp.client;

import java.net.URI;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Base URLs of the form {@code lb://service}, resolved by a load balancer of the
 * application, such as Spring Cloud LoadBalancer.
 *
 * @since 0.1.0
 */
public final class LoadBalancing {

	/**
	 * Scheme of a URL whose host is the name of a service.
	 */
	public static final String SCHEME = "lb";

	private final Supplier<@Nullable ClientHttpRequestInterceptor> interceptor;

	/**
	 * Create a load balancing.
	 * @param interceptor gives the interceptor that resolves service names, or
	 * {@code null} if the application has none
	 */
	public LoadBalancing(Supplier<@Nullable ClientHttpRequestInterceptor> interceptor) {
		this.interceptor = interceptor;
	}

	/**
	 * Return the interceptor that a base URL needs.
	 * @param client name of the client
	 * @param baseUrl its base URL
	 * @return the interceptor, {@code null} unless the scheme is {@code lb}
	 * @throws IllegalStateException if it needs one and there is none
	 */
	@Nullable ClientHttpRequestInterceptor interceptor(String client, URI baseUrl) {
		if (!SCHEME.equalsIgnoreCase(baseUrl.getScheme())) {
			return null;
		}
		ClientHttpRequestInterceptor interceptor = this.interceptor.get();
		if (interceptor == null) {
			throw new IllegalStateException(("Client '%s': nothing resolves the service name of '%s'; add Spring Cloud "
					+ "LoadBalancer or change 'outbound-http.clients.%s.base-url'")
				.formatted(client, baseUrl, client));
		}
		return interceptor;
	}

	/**
	 * Return whether the host of a base URL is the name of a service rather than one that
	 * can be connected to: it says so, or it is a single word without a port where there
	 * is a load balancer.
	 * @param baseUrl the base URL
	 * @return whether it is
	 */
	boolean isService(URI baseUrl) {
		if (SCHEME.equalsIgnoreCase(baseUrl.getScheme())) {
			return true;
		}
		String authority = String.valueOf(baseUrl.getRawAuthority());
		return authority.indexOf('.') < 0 && authority.indexOf(':') < 0 && !authority.equalsIgnoreCase("localhost")
				&& this.interceptor.get() != null;
	}

	/**
	 * Return a base URL as HTTP clients understand it.
	 * @param baseUrl the base URL
	 * @return the same URL, with {@code http} instead of {@code lb}
	 */
	static URI toHttp(URI baseUrl) {
		return SCHEME.equalsIgnoreCase(baseUrl.getScheme())
				? UriComponentsBuilder.fromUri(baseUrl).scheme("http").build().toUri() : baseUrl;
	}

}
