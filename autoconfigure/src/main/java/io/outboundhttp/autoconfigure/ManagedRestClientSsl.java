package io.outboundhttp.autoconfigure;

import java.util.function.Consumer;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientSsl;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.web.client.RestClient;

/**
 * {@link RestClientSsl} that starts from the settings of the client {@code default}.
 */
final class ManagedRestClientSsl implements RestClientSsl {

	private final ClientHttpRequestFactoryBuilder<?> requestFactoryBuilder;

	private final DefaultClientSettings settings;

	private final SslBundles sslBundles;

	ManagedRestClientSsl(ClientHttpRequestFactoryBuilder<?> requestFactoryBuilder, DefaultClientSettings settings,
			SslBundles sslBundles) {
		this.requestFactoryBuilder = requestFactoryBuilder;
		this.settings = settings;
		this.sslBundles = sslBundles;
	}

	@Override
	public Consumer<RestClient.Builder> fromBundle(String bundleName) {
		return fromBundle(this.sslBundles.getBundle(bundleName));
	}

	@Override
	public Consumer<RestClient.Builder> fromBundle(SslBundle bundle) {
		return (builder) -> builder.requestFactory(this.requestFactoryBuilder
			.build(this.settings.forBuilder(this.requestFactoryBuilder).withSslBundle(bundle)));
	}

}
