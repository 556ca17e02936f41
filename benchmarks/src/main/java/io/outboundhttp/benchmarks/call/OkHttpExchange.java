package io.outboundhttp.benchmarks.call;

import java.io.IOException;

import io.outboundhttp.benchmarks.load.Exchange;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * A GET with OkHttp, for which Spring has no request factory any more.
 *
 * @param client the client
 * @param url where to
 */
record OkHttpExchange(OkHttpClient client, String url) implements Exchange {

	@Override
	public int send(byte[] buffer) throws IOException {
		try (Response response = client().newCall(new Request.Builder().url(url()).build()).execute()) {
			return response.body().bytes().length;
		}
	}

	static OpenPeer open(String url) {
		OkHttpClient client = new OkHttpClient();
		return OpenPeer.of(new OkHttpExchange(client, url), () -> {
			client.dispatcher().executorService().shutdown();
			client.connectionPool().evictAll();
		});
	}

}
