package io.outboundhttp.benchmarks.call;

import io.outboundhttp.benchmarks.load.Exchange;

import org.springframework.web.client.RestClient;

/**
 * A GET with RestClient.
 *
 * @param restClient the RestClient, with a base URL
 */
record RestClientExchange(RestClient restClient) implements Exchange {

	@Override
	public int send(byte[] buffer) {
		byte[] body = restClient().get().uri("/").retrieve().body(byte[].class);
		return (body != null) ? body.length : 0;
	}

}
