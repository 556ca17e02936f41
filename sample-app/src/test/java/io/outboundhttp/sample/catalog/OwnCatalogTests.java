package io.outboundhttp.sample.catalog;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.outboundhttp.sample.SampleClient;
import io.outboundhttp.sample.SampleTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * Tests for a catalog that is somebody else's server, with all the answers it may have.
 */
@SampleTest
@DirtiesContext
class OwnCatalogTests {

	private static final String TEA = """
			{"sku":"tea-01","name":"Earl Grey","price":10.00,"grams":100}""";

	private static HttpServer server;

	private static volatile String contentType = "application/json";

	private static volatile String body = TEA;

	@Autowired
	private Environment environment;

	@BeforeAll
	static void startServer() throws IOException {
		server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.createContext("/items/tea-01.json", OwnCatalogTests::answer);
		server.start();
	}

	@AfterAll
	static void stopServer() {
		server.stop(0);
	}

	private static void answer(HttpExchange exchange) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", contentType);
		exchange.sendResponseHeaders(200, (bytes.length > 0) ? bytes.length : -1);
		exchange.getResponseBody().write(bytes);
		exchange.close();
	}

	@DynamicPropertySource
	static void pointCatalogToServer(DynamicPropertyRegistry registry) {
		registry.add("outbound-http.clients.catalog.base-url",
				() -> "http://127.0.0.1:" + server.getAddress().getPort());
	}

	@Test
	void orderUsesThePriceOfTheOwnCatalog() {
		contentType = "application/json";
		body = TEA;
		order("tea-01").expectStatus().isCreated().expectBody().jsonPath("$.lines[0].price").isEqualTo(20.00);
	}

	@Test
	void notFoundIsAnUnknownSku() {
		order("tea-02").expectStatus().isEqualTo(422);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
			application/json         | {"sku":"tea-01"}
			application/json         | {"sku":"tea-01","name":"Earl Grey","price":null,"grams":1}
			application/json         | {"sku":
			application/json         | null
			application/json         | ''
			text/html                | <html></html>
			application/octet-stream | ?
			""")
	void unusableAnswerIsBadGateway(String type, String answer) {
		contentType = type;
		body = answer;
		order("tea-01").expectStatus().isEqualTo(502).expectBody().jsonPath("$.upstream").isEqualTo("catalog");
	}

	private RestTestClient.ResponseSpec order(String sku) {
		return SampleClient.of(this.environment).order("""
				{"customer":"c-17","country":"DE","items":[{"sku":"%s","quantity":2}]}""".formatted(sku));
	}

}
