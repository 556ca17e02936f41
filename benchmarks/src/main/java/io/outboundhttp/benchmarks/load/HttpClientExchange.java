package io.outboundhttp.benchmarks.load;

import java.io.IOException;
import java.io.InputStream;

import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;

/**
 * A GET with HttpClient alone.
 *
 * @param client the HttpClient
 * @param host the server
 */
public record HttpClientExchange(HttpClient client, HttpHost host) implements Exchange {

	@Override
	public int send(byte[] buffer) throws IOException {
		return client().execute(host(), new HttpGet("/"), (response) -> read(response, buffer));
	}

	private static int read(ClassicHttpResponse response, byte[] buffer) throws IOException {
		int length = 0;
		try (InputStream body = response.getEntity().getContent()) {
			int read = body.read(buffer);
			while (read >= 0) {
				length += read;
				read = body.read(buffer);
			}
		}
		return length;
	}

}
