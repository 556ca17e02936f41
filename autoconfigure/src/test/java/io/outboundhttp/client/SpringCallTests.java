package io.outboundhttp.client;

import java.net.URI;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.http.HttpMethod;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@link SpringCall} tells of a call.
 */
class SpringCallTests {

	private final MockClientHttpRequest request = new MockClientHttpRequest(HttpMethod.GET,
			URI.create("http://shop.test/items/7"));

	@ParameterizedTest
	@CsvSource({ "/items/{id}, /items/{id}", "/items/{id}?token=secret, /items/{id}",
			"/items?token={token}&x=1, /items", "/items#secret, /items", "/items#secret?secret, /items",
			"http://shop.test/items/{id}, http://shop.test/items/{id}",
			"http://user:secret@shop.test/items, http://shop.test/items", "http://secret@shop.test, http://shop.test",
			"https://user:secret@shop.test:8443/a?secret=b@c, https://shop.test:8443/a",
			"http://shop.test/users/a@b, http://shop.test/users/a@b", "/users/a@b, /users/a@b",
			"http://shop.test?mail=secret@test, http://shop.test" })
	void templateIsToldWithoutQueryAndCredentials(String template, String told) {
		this.request.getAttributes().put(RestClient.class.getName() + ".uriTemplate", template);
		assertThat(new SpringCall(this.request).uriTemplate()).isEqualTo(told);
	}

	@Test
	void requestWithoutTemplateHasNone() {
		assertThat(new SpringCall(this.request).uriTemplate()).isNull();
	}

}
