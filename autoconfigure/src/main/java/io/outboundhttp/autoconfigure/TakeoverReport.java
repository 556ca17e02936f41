package io.outboundhttp.autoconfigure;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Says once at the start which HTTP client is behind Boot's builders now, and which one
 * was before HttpClient came on the class path.
 */
final class TakeoverReport implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(TakeoverReport.class);

	private static final String FACTORY_KEY = "spring.http.clients.imperative.factory";

	private final Environment environment;

	private final ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builder;

	TakeoverReport(Environment environment, ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builder) {
		this.environment = environment;
		this.builder = builder;
	}

	@Override
	public void afterSingletonsInstantiated() {
		ClientHttpRequestFactoryBuilder<?> bean = this.builder.getIfAvailable();
		// Without a bean, ours stands in, or else Boot takes what is on the class path.
		boolean httpComponents = bean == null || bean instanceof HttpComponentsClientHttpRequestFactoryBuilder;
		boolean takeover = OnTakeoverCondition.isOn(this.environment);
		boolean chosen = this.environment.containsProperty(FACTORY_KEY);
		if (takeover && !httpComponents) {
			logger.warn(
					"Spring Boot's HTTP clients do not use Apache HttpClient, so their connections are not managed; "
							+ "remove '{}' or the bean of type ClientHttpRequestFactoryBuilder, or set '{}' to 'false'",
					FACTORY_KEY, OnTakeoverCondition.KEY);
		}
		else if (takeover && !chosen) {
			logger.info(
					"Spring Boot's HTTP clients now use pooled Apache HttpClient 5 (without it: {}); HTTP/2 is not used",
					withoutHttpClient());
		}
		else if (!takeover && httpComponents && !chosen) {
			logger.info(
					"Spring Boot's HTTP clients now use unmanaged Apache HttpClient 5 (without it: {}), because it is on "
							+ "the class path and '{}' is off; choose another one with '{}'",
					withoutHttpClient(), OnTakeoverCondition.KEY, FACTORY_KEY);
		}
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
