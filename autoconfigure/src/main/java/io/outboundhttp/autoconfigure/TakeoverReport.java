package io.outboundhttp.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Which HTTP client is behind Boot's builders now, and which one was before HttpClient
 * came on the class path.
 *
 * @param warning whether it is not what was asked for
 * @param message a sentence without its full stop
 */
record TakeoverReport(boolean warning, String message) {

	private static final String FACTORY_KEY = "spring.http.clients.imperative.factory";

	/**
	 * Find out.
	 * @param environment the environment
	 * @param builder the builder bean, {@code null} for none: ours stands in, or else
	 * Boot takes what is on the class path
	 * @return the report, {@code null} if there is nothing to say
	 */
	static @Nullable TakeoverReport of(Environment environment, @Nullable ClientHttpRequestFactoryBuilder<?> builder) {
		boolean httpComponents = builder == null || builder instanceof HttpComponentsClientHttpRequestFactoryBuilder;
		boolean takeover = OnTakeoverCondition.isOn(environment);
		boolean chosen = environment.containsProperty(FACTORY_KEY);
		if (takeover && !httpComponents) {
			return new TakeoverReport(true,
					("Spring Boot's HTTP clients do not use Apache HttpClient, so their connections are not managed; "
							+ "remove '%s' or the bean of type ClientHttpRequestFactoryBuilder, or set '%s' to 'false'")
						.formatted(FACTORY_KEY, OnTakeoverCondition.KEY));
		}
		if (takeover && !chosen) {
			return new TakeoverReport(false,
					"Spring Boot's HTTP clients now use pooled Apache HttpClient 5 (without it: %s); HTTP/2 is not used"
						.formatted(withoutHttpClient()));
		}
		if (!takeover && httpComponents && !chosen) {
			return new TakeoverReport(false,
					("Spring Boot's HTTP clients now use unmanaged Apache HttpClient 5 (without it: %s), because it is on "
							+ "the class path and '%s' is off; choose another one with '%s'")
						.formatted(withoutHttpClient(), OnTakeoverCondition.KEY, FACTORY_KEY));
		}
		return null;
	}

	/**
	 * Return what Boot would choose, in the order in which it looks.
	 */
	private static String withoutHttpClient() {
		ClassLoader classLoader = TakeoverReport.class.getClassLoader();
		if (ClassUtils.isPresent("org.eclipse.jetty.client.HttpClient", classLoader)) {
			return "Jetty HttpClient";
		}
		if (ClassUtils.isPresent("reactor.netty.http.client.HttpClient", classLoader)) {
			return "Reactor Netty HttpClient";
		}
		return ClassUtils.isPresent("java.net.http.HttpClient", classLoader) ? "JDK HttpClient" : "HttpURLConnection";
	}

}
