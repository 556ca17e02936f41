package io.outboundhttp.autoconfigure.slice;

import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Component with a RestClient from Boot's builder.
 */
@Component
class BuilderUser {

	private final RestClient client;

	BuilderUser(RestClient.Builder builder) {
		this.client = builder.build();
	}

	RestClient client() {
		return this.client;
	}

}
