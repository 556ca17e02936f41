package io.outboundhttp.sample;

import org.springframework.core.env.Environment;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * Client of the application under test. It uses the JDK's HTTP client, so that it shares
 * nothing with what is tested.
 */
public final class SampleClient {

	public static final String ORDER = """
			{"customer":"c-17","country":"DE","items":[{"sku":"tea-01","quantity":2},{"sku":"pot-01","quantity":1}]}""";

	private final RestTestClient client;

	private SampleClient(RestTestClient client) {
		this.client = client;
	}

	public static SampleClient of(Environment environment) {
		String port = environment.getRequiredProperty("local.server.port");
		return new SampleClient(RestTestClient.bindToServer(new JdkClientHttpRequestFactory())
			.baseUrl("http://127.0.0.1:" + port)
			.build());
	}

	public RestTestClient.ResponseSpec get(String uri, Object... variables) {
		return this.client.get().uri(uri, variables).exchange();
	}

	public RestTestClient.ResponseSpec post(String uri) {
		return this.client.post().uri(uri).exchange();
	}

	public RestTestClient.ResponseSpec delete(String uri) {
		return this.client.delete().uri(uri).exchange();
	}

	public RestTestClient.ResponseSpec order(String json) {
		return this.client.post().uri("/orders").contentType(MediaType.APPLICATION_JSON).body(json).exchange();
	}

	/**
	 * Ask the endpoint how many connections of a client are leased.
	 * @param name the client
	 * @return the number
	 */
	public int leased(String name) {
		Integer[] leased = new Integer[1];
		get("/actuator/outboundhttp").expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.clients." + name + ".pool.leased")
			.value(Integer.class, (value) -> leased[0] = value);
		return leased[0];
	}

}
