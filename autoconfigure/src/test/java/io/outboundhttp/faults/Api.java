package io.outboundhttp.faults;

import java.io.IOException;
import java.net.URI;

import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;

import org.springframework.http.RequestEntity;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientResponseException;

/**
 * The ways to call through a managed client. Each reads the whole response.
 */
enum Api {

	REST_CLIENT {
		@Override
		ResponseEntity<String> exchange(Client client, Verb verb, URI uri, String body) {
			RestClient.RequestBodySpec request = client.restClient().method(verb.method()).uri(uri);
			return ((verb == Verb.POST) ? request.body(body) : request).retrieve().toEntity(String.class);
		}
	},

	REST_TEMPLATE {
		@Override
		ResponseEntity<String> exchange(Client client, Verb verb, URI uri, String body) {
			RequestEntity.BodyBuilder request = RequestEntity.method(verb.method(), uri);
			return client.restTemplate()
				.exchange((verb == Verb.POST) ? request.body(body) : request.build(), String.class);
		}
	},

	SERVICE_INTERFACE {
		@Override
		ResponseEntity<String> exchange(Client client, Verb verb, URI uri, String body) {
			return (verb == Verb.POST) ? client.service().post(uri, body) : client.service().get(uri);
		}
	},

	HTTP_CLIENT {
		@Override
		ResponseEntity<String> exchange(Client client, Verb verb, URI uri, String body) throws IOException {
			ClassicRequestBuilder request = ClassicRequestBuilder.create(verb.name()).setUri(uri);
			if (verb == Verb.POST) {
				request.setEntity(body, ContentType.TEXT_PLAIN);
			}
			ClassicHttpRequest built = request.build();
			return client.httpClient().execute(built, (response) -> {
				HttpEntity entity = response.getEntity();
				return ResponseEntity.status(response.getCode())
					.body((entity != null) ? EntityUtils.toString(entity) : "");
			});
		}

		@Override
		boolean isSpring() {
			return false;
		}
	};

	/**
	 * Call, and read what is answered.
	 * @param client the client
	 * @param verb the method
	 * @param uri what to call
	 * @param body the body if the method has one
	 * @return status and body, whatever the status
	 * @throws IOException if there is no answer, or none that can be read
	 */
	final Answer call(Client client, Verb verb, URI uri, String body) throws IOException {
		try {
			ResponseEntity<String> response = exchange(client, verb, uri, body);
			return new Answer(response.getStatusCode().value(), response.hasBody() ? response.getBody() : "");
		}
		catch (RestClientResponseException ex) {
			return new Answer(ex.getStatusCode().value(), ex.getResponseBodyAsString());
		}
	}

	abstract ResponseEntity<String> exchange(Client client, Verb verb, URI uri, String body) throws IOException;

	boolean isSpring() {
		return true;
	}

}
