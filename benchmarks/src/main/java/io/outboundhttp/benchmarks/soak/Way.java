package io.outboundhttp.benchmarks.soak;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Set;

import org.apache.hc.client5.http.HttpResponseException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jspecify.annotations.Nullable;

import org.springframework.web.client.RestClient;

/**
 * A way to call the server, and to read the answer.
 */
enum Way {

	REST_CLIENT_GET(true,
			(clients, fault, size) -> length(get(clients.restClient(), fault.target(size)).body(byte[].class))),

	REST_CLIENT_POST(false,
			(clients, fault,
					size) -> length(clients.restClient()
						.post()
						.uri(fault.target(size))
						.body(new byte[Soak.SMALL])
						.retrieve()
						.body(byte[].class))),

	/** Sends as much as it gets, without saying how much that will be. */
	REST_CLIENT_UPLOAD(false,
			(clients, fault, size) -> length(clients.restClient().put().uri(fault.target(size)).body((out) -> {
				for (int i = 0; i < size; i += Soak.SMALL) {
					out.write(new byte[Soak.SMALL]);
				}
			}).retrieve().body(byte[].class))),

	REST_CLIENT_DOWNLOAD(true, (clients, fault, size) -> {
		try (InputStream body = get(clients.restClient(), fault.target(size)).requiredBody(InputStream.class)) {
			return Math.toIntExact(body.transferTo(OutputStream.nullOutputStream()));
		}
	}),

	/** Closes the response when the first byte is there. */
	BUILT_PEEK(true, (clients, fault, size) -> {
		try (InputStream body = get(clients.built(), fault.target(size)).requiredBody(InputStream.class)) {
			return (body.read() < 0) ? 0 : size;
		}
	}),

	BUILT_GET(true, (clients, fault, size) -> length(get(clients.built(), fault.target(size)).body(byte[].class))),

	REST_TEMPLATE_GET(true,
			(clients, fault, size) -> length(clients.restTemplate().getForObject(fault.target(size), byte[].class))),

	REST_TEMPLATE_POST(false,
			(clients, fault, size) -> length(
					clients.restTemplate().postForObject(fault.target(size), new byte[Soak.SMALL], byte[].class))),

	RAW_GET(true, (clients, fault, size) -> send(clients, new HttpGet(clients.url() + fault.target(size)))),

	RAW_POST(false, (clients, fault, size) -> {
		HttpPost post = new HttpPost(clients.url() + fault.target(size));
		post.setEntity(new ByteArrayEntity(new byte[Soak.SMALL], ContentType.APPLICATION_OCTET_STREAM));
		return send(clients, post);
	}),

	SERVICE_GET(true, (clients, fault, size) -> length(clients.stock().get(fault.name(), size)));

	/** What the end of an idle connection looks like to whom it surprises. */
	private static final Set<String> STALE = Set.of("NoHttpResponseException", "SocketException");

	private final boolean isSentAgain;

	private final Call call;

	Way(boolean isSentAgain, Call call) {
		this.isSentAgain = isSentAgain;
		this.call = call;
	}

	/**
	 * Call the server.
	 * @param clients the clients
	 * @param fault what the server does to the request
	 * @param size length of the body of the answer
	 * @return how much of the body there was
	 * @throws IOException if the call fails; any unchecked exception means the same
	 */
	int call(SoakClients clients, Fault fault, int size) throws IOException {
		return this.call.send(clients, fault, size);
	}

	/**
	 * Return what else callers may be told: a request that may not be sent again fails if
	 * its connection was closed by the server while it was idle.
	 */
	Set<String> errors() {
		return this.isSentAgain ? Set.of() : STALE;
	}

	private static RestClient.ResponseSpec get(RestClient client, String target) {
		return client.get().uri(target).retrieve();
	}

	private static int send(SoakClients clients, ClassicHttpRequest request) throws IOException {
		return clients.httpClient().execute(request, (response) -> {
			byte[] body = EntityUtils.toByteArray(response.getEntity());
			if (response.getCode() != HttpStatus.SC_OK) {
				throw new HttpResponseException(response.getCode(), response.getReasonPhrase());
			}
			return length(body);
		});
	}

	private static int length(byte @Nullable [] body) {
		return (body != null) ? body.length : 0;
	}

	/**
	 * Sends a request and reads the answer.
	 */
	private interface Call {

		int send(SoakClients clients, Fault fault, int size) throws IOException;

	}

}
