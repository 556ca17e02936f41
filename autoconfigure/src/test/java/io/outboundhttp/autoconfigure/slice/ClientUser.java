package io.outboundhttp.autoconfigure.slice;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Component with a named client.
 */
@Component
class ClientUser {

	private final RestClient client;

	ClientUser(@Qualifier("stock") RestClient client) {
		this.client = client;
	}

	RestClient client() {
		return this.client;
	}

}
