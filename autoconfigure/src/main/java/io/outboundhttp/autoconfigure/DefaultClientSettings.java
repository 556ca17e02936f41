package io.outboundhttp.autoconfigure;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;

/**
 * Settings of the client {@code default}, put in place of those of the
 * {@link HttpClientSettings} bean where Boot's builders start from them. What code sets
 * on such a builder later wins.
 */
final class DefaultClientSettings {

	private final Supplier<HttpClientSettings> resolved;

	private final HttpClientSettings bean;

	DefaultClientSettings(Supplier<HttpClientSettings> resolved, HttpClientSettings bean) {
		this.resolved = resolved;
		this.bean = bean;
	}

	/**
	 * Return the settings with which a builder starts.
	 * @param builder the builder
	 * @return ours for HttpClient, those of the bean for others
	 */
	HttpClientSettings forBuilder(ClientHttpRequestFactoryBuilder<?> builder) {
		return (builder instanceof HttpComponentsClientHttpRequestFactoryBuilder) ? this.resolved.get() : this.bean;
	}

	/**
	 * Replace what comes from the bean. The very object tells a duration of the bean from
	 * an equal one that code set; of redirects and cookies an equal value counts as the
	 * bean's.
	 * @param settings settings that began as those of the bean
	 * @return settings with ours instead of the bean's
	 */
	HttpClientSettings replaceBeanValues(HttpClientSettings settings) {
		HttpClientSettings ours = this.resolved.get();
		return new HttpClientSettings(
				choose(settings.cookieHandling(), this.bean.cookieHandling(), ours.cookieHandling()),
				choose(settings.redirects(), this.bean.redirects(), ours.redirects()),
				choose(settings.connectTimeout(), this.bean.connectTimeout(), ours.connectTimeout()),
				choose(settings.readTimeout(), this.bean.readTimeout(), ours.readTimeout()),
				choose(settings.sslBundle(), this.bean.sslBundle(), ours.sslBundle()),
				choose(settings.inetAddressFilter(), this.bean.inetAddressFilter(), ours.inetAddressFilter()));
	}

	private static <T> @Nullable T choose(@Nullable T current, @Nullable T ofBean, @Nullable T ours) {
		return (current == null || current == ofBean) ? ours : current;
	}

}
