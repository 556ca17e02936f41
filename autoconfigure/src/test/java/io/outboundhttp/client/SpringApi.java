package io.outboundhttp.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.StreamUtils;

/**
 * Spring's ways to call.
 */
enum SpringApi {

	REST_CLIENT {
		@Override
		<T> T exchange(SpringClients clients, String url, Reader<T> reader,
				ClientHttpRequestInterceptor... interceptors) {
			return clients.restClient(interceptors)
				.get()
				.uri(url)
				.exchangeForRequiredValue((request, response) -> reader.read(response));
		}

		@Override
		String get(SpringClients clients, String url, ClientHttpRequestInterceptor... interceptors) {
			return Objects
				.requireNonNull(clients.restClient(interceptors).get().uri(url).retrieve().body(String.class));
		}
	},

	REST_TEMPLATE {
		@Override
		<T> T exchange(SpringClients clients, String url, Reader<T> reader,
				ClientHttpRequestInterceptor... interceptors) {
			return Objects
				.requireNonNull(clients.restTemplate(interceptors).execute(url, HttpMethod.GET, null, reader::read));
		}

		@Override
		String get(SpringClients clients, String url, ClientHttpRequestInterceptor... interceptors) {
			return Objects.requireNonNull(clients.restTemplate(interceptors).getForObject(url, String.class));
		}
	};

	/**
	 * Read a response, which is closed then.
	 */
	abstract <T> T exchange(SpringClients clients, String url, Reader<T> reader,
			ClientHttpRequestInterceptor... interceptors);

	/**
	 * Get a text.
	 */
	abstract String get(SpringClients clients, String url, ClientHttpRequestInterceptor... interceptors);

	static String text(ClientHttpResponse response) throws IOException {
		return StreamUtils.copyToString(response.getBody(), StandardCharsets.UTF_8);
	}

	/**
	 * What reads a response.
	 *
	 * @param <T> what it makes of it
	 */
	interface Reader<T> {

		T read(ClientHttpResponse response) throws IOException;

	}

}
