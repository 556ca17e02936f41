package io.outboundhttp.autoconfigure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.outboundhttp.advice.Stray;
import io.outboundhttp.client.CallInitializer;
import io.outboundhttp.client.PooledHttpClientFactory;
import io.outboundhttp.pool.ManagedConnectionManager;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.http.client.AbstractClientHttpRequestFactoryWrapper;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.JettyClientHttpRequestFactory;
import org.springframework.http.client.ReactorClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.http.client.support.HttpAccessor;
import org.springframework.web.client.RestClient;

/**
 * Finds beans that send requests past the managed pools. Only beans that exist are looked
 * at; none is created.
 */
final class StrayFinder implements Supplier<List<Stray>> {

	private static final String INSTEAD = "inject the one of a client instead, for example @Qualifier(\"default\"), "
			+ "and set 'outbound-http.clients.default.*'";

	private final ConfigurableListableBeanFactory beanFactory;

	private final PooledHttpClientFactory managed;

	StrayFinder(ConfigurableListableBeanFactory beanFactory, PooledHttpClientFactory managed) {
		this.beanFactory = beanFactory;
		this.managed = managed;
	}

	@Override
	public List<Stray> get() {
		List<Stray> strays = new ArrayList<>();
		for (String name : this.beanFactory.getSingletonNames()) {
			// who asks for a bean that is being created may create a part of it
			Object bean = this.beanFactory.isCurrentlyInCreation(name) ? null : this.beanFactory.getSingleton(name);
			String message = (bean != null) ? look(bean) : null;
			if (bean != null && message != null) {
				strays.add(new Stray(name, bean.getClass().getName(), message, true));
			}
			else if (bean != null
					&& isA(bean.getClass(), "org.springframework.web.reactive.function.client.WebClient")) {
				strays.add(new Stray(name, bean.getClass().getName(),
						"It is reactive, which managed pools are not: Reactor Netty pools its connections", false));
			}
		}
		strays.sort(Comparator.comparing(Stray::bean));
		return List.copyOf(strays);
	}

	/**
	 * Return what to do about a bean, {@code null} if nothing.
	 */
	private @Nullable String look(Object bean) {
		if (bean instanceof HttpClientConnectionManager) {
			return (bean instanceof ManagedConnectionManager) ? null
					: "It is a pool of its own, which nobody sweeps, measures or closes in time; remove it and set "
							+ "'outbound-http.clients.<name>.pool.*'";
		}
		if (bean instanceof HttpClient httpClient) {
			return this.managed.isManaged(httpClient) ? null : "It has connections of its own; " + INSTEAD;
		}
		if (bean instanceof HttpAccessor accessor) {
			return lookAtFactory(accessor.getRequestFactory(),
					"build it with the injected RestTemplateBuilder, or " + INSTEAD);
		}
		if (bean instanceof ClientHttpRequestFactory requestFactory) {
			return lookAtFactory(requestFactory, INSTEAD);
		}
		if (bean instanceof RestClient restClient) {
			return isMadeByOthers(restClient)
					? "It was not built with the injected RestClient.Builder, so what opens its connections is not known to "
							+ "be managed; build it with that, or " + INSTEAD
					: null;
		}
		if (bean instanceof java.net.http.HttpClient || isA(bean.getClass(), "okhttp3.OkHttpClient")) {
			return "It has connections of its own; " + INSTEAD;
		}
		return null;
	}

	/**
	 * Only factories that are known to open connections are told: one of a test does not.
	 */
	private @Nullable String lookAtFactory(@Nullable ClientHttpRequestFactory requestFactory, String remedy) {
		ClientHttpRequestFactory inner = requestFactory;
		while (inner instanceof AbstractClientHttpRequestFactoryWrapper wrapper) {
			inner = wrapper.getDelegate();
		}
		if (inner instanceof HttpComponentsClientHttpRequestFactory httpComponents) {
			return this.managed.isManaged(httpComponents.getHttpClient()) ? null
					: "Its HttpClient has a pool of its own; " + remedy;
		}
		boolean opens = inner instanceof SimpleClientHttpRequestFactory || inner instanceof JdkClientHttpRequestFactory
				|| inner instanceof JettyClientHttpRequestFactory || inner instanceof ReactorClientHttpRequestFactory;
		return (inner != null && opens)
				? "Its " + inner.getClass().getSimpleName() + " has connections of its own; " + remedy : null;
	}

	/**
	 * A RestClient does not tell its request factory. What Boot's builder or ours has
	 * made has our initializer.
	 */
	private static boolean isMadeByOthers(RestClient restClient) {
		AtomicReference<@Nullable Boolean> ours = new AtomicReference<>();
		RestClient.@Nullable Builder copy = restClient.mutate();
		if (copy != null) {
			copy.requestInitializers(
					(initializers) -> ours.set(initializers.stream().anyMatch(CallInitializer.class::isInstance)));
		}
		return Boolean.FALSE.equals(ours.get());
	}

	private static boolean isA(Class<?> type, String name) {
		for (Class<?> one = type; one != null; one = one.getSuperclass()) {
			if (one.getName().equals(name) || List.of(one.getInterfaces())
				.stream()
				.anyMatch((implemented) -> implemented.getName().equals(name))) {
				return true;
			}
		}
		return false;
	}

}
