package io.outboundhttp.client;

import java.io.IOException;

import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jspecify.annotations.Nullable;

/**
 * The ways to call through a managed HttpClient. Each reads the whole response.
 */
enum CallApi {

	RAW {
		@Override
		@Nullable String get(BoundedClients clients, String url) throws IOException {
			return execute(clients, new HttpGet(url));
		}

		@Override
		@Nullable String post(BoundedClients clients, String url, byte[] body) throws IOException {
			HttpPost post = new HttpPost(url);
			post.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_OCTET_STREAM));
			return execute(clients, post);
		}

		private String execute(BoundedClients clients, HttpUriRequestBase request) throws IOException {
			return clients.httpClient().execute(request, (response) -> EntityUtils.toString(response.getEntity()));
		}
	},

	REST_CLIENT {
		@Override
		@Nullable String get(BoundedClients clients, String url) {
			return clients.spring().restClient().get().uri(url).retrieve().body(String.class);
		}

		@Override
		@Nullable String post(BoundedClients clients, String url, byte[] body) {
			return clients.spring().restClient().post().uri(url).body(body).retrieve().body(String.class);
		}
	},

	REST_TEMPLATE {
		@Override
		@Nullable String get(BoundedClients clients, String url) {
			return clients.spring().restTemplate().getForObject(url, String.class);
		}

		@Override
		@Nullable String post(BoundedClients clients, String url, byte[] body) {
			return clients.spring().restTemplate().postForObject(url, body, String.class);
		}
	};

	/**
	 * Get a text.
	 */
	abstract @Nullable String get(BoundedClients clients, String url) throws IOException;

	/**
	 * Post bytes and get a text.
	 */
	abstract @Nullable String post(BoundedClients clients, String url, byte[] body) throws IOException;

	/**
	 * Return the exception of a type that an exception is or was caused by.
	 */
	static <T extends Throwable> T find(@Nullable Throwable exception, Class<T> type) {
		for (Throwable each = exception; each != null; each = each.getCause()) {
			if (type.isInstance(each)) {
				return type.cast(each);
			}
		}
		throw new AssertionError("No " + type.getName() + ", but " + exception, exception);
	}

}
