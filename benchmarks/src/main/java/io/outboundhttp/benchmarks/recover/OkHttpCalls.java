package io.outboundhttp.benchmarks.recover;

import java.io.IOException;

import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Calls with OkHttp, all settings default.
 */
final class OkHttpCalls implements AutoCloseable {

	private final OkHttpClient client = new OkHttpClient();

	private final Request request;

	OkHttpCalls(String url) {
		this.request = new Request.Builder().url(url).build();
	}

	/**
	 * Ask for a response and drop it.
	 */
	void leak() throws IOException {
		Response response = this.client.newCall(this.request).execute();
		verify(response);
	}

	/**
	 * Ask for a response and read it.
	 */
	int call() throws IOException {
		try (Response response = this.client.newCall(this.request).execute()) {
			verify(response);
			return response.body().bytes().length;
		}
	}

	private static void verify(Response response) {
		if (!response.isSuccessful()) {
			throw new IllegalStateException("status: %d (expected: 2xx)".formatted(response.code()));
		}
	}

	/**
	 * Return how many connections are open.
	 */
	int connections() {
		return this.client.connectionPool().connectionCount();
	}

	@Override
	public void close() {
		this.client.dispatcher().executorService().shutdown();
		this.client.connectionPool().evictAll();
	}

}
