package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.util.StreamUtils;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Asks of a RestClient on our pools what Spring Framework asks of it on each request
 * factory: the scenarios are those of {@code RestClientIntegrationTests} of Spring
 * Framework 7.0 (Apache License 2.0, by Arjen Poutsma and Sebastien Deleuze), and more on
 * multipart and streamed bodies. Each takes place twice on one connection.
 */
@Timeout(60)
@ParameterizedClass
@EnumSource
class RestClientContractTests {

	private static final Item SPRING = new Item("spring", 7);

	private static final String JSON = "{\"name\":\"spring\",\"version\":7}";

	private static final String JSON_LIST = "[" + JSON + ",{\"name\":\"boot\",\"version\":4}]";

	private static final ParameterizedTypeReference<List<Item>> LIST = new ParameterizedTypeReference<>() {
	};

	private static ContractFixture fixture;

	private final Source source;

	RestClientContractTests(Source source) {
		this.source = source;
	}

	@BeforeAll
	static void start() {
		fixture = new ContractFixture(TestHttpServer.start()
			.handle("/text", Handler.respond(200, "Hello Spring!"))
			.handle("/json", Handler.json(JSON))
			.handle("/list", Handler.json(JSON_LIST))
			.handle("/null", Handler.json("null"))
			.handle("/empty", Handler.json(""))
			.handle("/wrapped", Handler.json("{\"value\":" + JSON_LIST + "}"))
			.handle("/echo", RestClientContractTests::echo)
			.handle("/status/404", Handler.respond(404, "Not Found"))
			.handle("/status/404/empty", Handler.respond(404, ""))
			.handle("/status/500", Handler.respond(500, "Internal Server error"))
			.handle("/status/555", Handler.respond(555, "Something went wrong")));
	}

	@AfterAll
	static void stop() {
		fixture.close();
	}

	private static void echo(Exchange exchange) throws IOException {
		String type = exchange.header("Content-Type");
		exchange.respond(200, (type != null) ? Headers.of("Content-Type", type) : Headers.none(),
				exchange.request().body());
	}

	@Test
	void bodyIsRetrievedAsText() throws Exception {
		run((client) -> {
			assertThat(client.get().uri("/text").header("X-Test", "value").retrieve().body(String.class))
				.isEqualTo("Hello Spring!");
			assertThat(received().header("X-Test")).isEqualTo("value");
			assertThat(received().target()).isEqualTo("/text");
		});
	}

	@Test
	void bodyIsRetrievedAsWhatItsJsonSays() throws Exception {
		run((client) -> {
			RestClient.RequestHeadersSpec<?> get = client.get().uri("/json").accept(MediaType.APPLICATION_JSON);
			assertThat(get.retrieve().body(Item.class)).isEqualTo(SPRING);
			assertThat(received().header("Accept")).isEqualTo("application/json");
			assertThat(client.get().uri("/json").retrieve().body(String.class)).isEqualTo(JSON);
			assertThat(client.get().uri("/list").retrieve().body(LIST)).containsExactly(SPRING, new Item("boot", 4));
			assertThat(
					client.get().uri("/wrapped").retrieve().body(new ParameterizedTypeReference<Wrapper<List<Item>>>() {
					}))
				.isEqualTo(new Wrapper<>(List.of(SPRING, new Item("boot", 4))));
		});
	}

	@Test
	void entityHasStatusHeadersAndBody() throws Exception {
		run((client) -> {
			ResponseEntity<String> entity = client.get().uri("/json").retrieve().toEntity(String.class);
			assertThat(entity.getStatusCode()).isEqualTo(HttpStatus.OK);
			assertThat(entity.getHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_JSON);
			assertThat(entity.getHeaders().getContentLength()).isEqualTo(JSON.length());
			assertThat(entity.getBody()).isEqualTo(JSON);
			assertThat(client.get().uri("/list").retrieve().toEntity(LIST).getBody()).hasSize(2);
		});
	}

	@Test
	void bodilessEntityLeavesTheBodyAside() throws Exception {
		run((client) -> {
			ResponseEntity<Void> entity = client.get().uri("/json").retrieve().toBodilessEntity();
			assertThat(entity.getStatusCode()).isEqualTo(HttpStatus.OK);
			assertThat(entity.getHeaders().getContentLength()).isEqualTo(JSON.length());
			assertThat(entity.getBody()).isNull();
		});
	}

	@Test
	void bodyThatIsNullOrEmptyIsNull() throws Exception {
		run((client) -> {
			assertThat(client.get().uri("/null").retrieve().body(Item.class)).isNull();
			assertThat(client.get().uri("/empty").retrieve().body(Item.class)).isNull();
		});
	}

	@Test
	void errorStatusThrowsWithTheWholeResponse() throws Exception {
		run((client) -> {
			for (String path : List.of("/status/404", "/status/404/empty")) {
				assertThatExceptionOfType(HttpClientErrorException.NotFound.class)
					.isThrownBy(() -> client.get().uri(path).retrieve().body(String.class));
			}
			assertThatExceptionOfType(HttpServerErrorException.InternalServerError.class)
				.isThrownBy(() -> client.get().uri("/status/500").retrieve().toBodilessEntity());
			assertThatExceptionOfType(HttpServerErrorException.InternalServerError.class)
				.isThrownBy(() -> client.get().uri("/status/500").retrieve().toEntity(String.class))
				.satisfies((ex) -> {
					assertThat(ex.getStatusText()).isEqualTo("Status 500");
					assertThat(ex.getResponseHeaders()).isNotNull();
					assertThat(ex.getResponseHeaders().getContentType()).hasToString("text/plain;charset=UTF-8");
					assertThat(ex.getResponseBodyAsString()).isEqualTo("Internal Server error");
				});
		});
	}

	@Test
	void statusThatNobodyKnowsThrowsByItsFirstDigit() throws Exception {
		run((client) -> assertThatExceptionOfType(HttpServerErrorException.class)
			.isThrownBy(() -> client.get().uri("/status/555").retrieve().body(String.class))
			.withMessageContaining("555 Status 555")
			.withMessageContaining("Something went wrong"));
	}

	@Test
	void statusHandlerThrowsWhatItWants() throws Exception {
		run((client) -> {
			assertThatExceptionOfType(IllegalCallerException.class).isThrownBy(() -> client.get()
				.uri("/status/500")
				.retrieve()
				.onStatus(HttpStatusCode::is5xxServerError, (request, response) -> {
					throw new IllegalCallerException("handled");
				})
				.body(String.class));
			assertThatExceptionOfType(RestClientException.class).isThrownBy(() -> client.get()
				.uri("/status/500")
				.retrieve()
				.onStatus(HttpStatusCode::is5xxServerError, (request, response) -> {
					throw new IOException("handled");
				})
				.body(String.class)).withCauseInstanceOf(IOException.class);
		});
	}

	@Test
	void statusHandlerThatThrowsNothingLetsTheBodyPass() throws Exception {
		run((client) -> {
			RestClient.ResponseSpec tolerant = client.get()
				.uri("/status/500")
				.retrieve()
				.onStatus(HttpStatusCode::isError, (request, response) -> {
				});
			ResponseEntity<String> entity = tolerant.toEntity(String.class);
			assertThat(entity.getStatusCode()).isEqualTo(HttpStatus.INTERNAL_SERVER_ERROR);
			assertThat(entity.getBody()).isEqualTo("Internal Server error");
		});
	}

	@Test
	void jsonIsSentAndReadBack() throws Exception {
		run((client) -> {
			assertThat(client.post()
				.uri("/echo")
				.contentType(MediaType.APPLICATION_JSON)
				.accept(MediaType.APPLICATION_JSON)
				.body(SPRING)
				.retrieve()
				.body(Item.class)).isEqualTo(SPRING);
			assertThat(received().bodyAsString()).isEqualTo(JSON);
			assertThat(received().header("Content-Type")).isEqualTo("application/json");
		});
	}

	@Test
	void formIsSentUrlEncoded() throws Exception {
		run((client) -> {
			MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
			form.add("name 1", "value 1");
			form.addAll("name 2", List.of("value 2+1", "value 2+2"));
			client.post().uri("/echo").body(form).retrieve().toBodilessEntity();
			assertThat(received().header("Content-Type")).startsWith("application/x-www-form-urlencoded");
			assertThat(received().bodyAsString()).isEqualTo("name+1=value+1&name+2=value+2%2B1&name+2=value+2%2B2");
		});
	}

	@Test
	void multipartIsSentPartByPart() throws Exception {
		run((client) -> {
			MultiValueMap<String, Object> parts = new LinkedMultiValueMap<>();
			parts.add("foo", "bar");
			parts.add("file", new ByteArrayResource("content".getBytes(StandardCharsets.UTF_8)) {
				@Override
				public String getFilename() {
					return "file.txt";
				}
			});
			client.post()
				.uri("/echo")
				.contentType(MediaType.MULTIPART_FORM_DATA)
				.body(parts)
				.retrieve()
				.toBodilessEntity();
			MediaType type = MediaType.valueOf(String.valueOf(received().header("Content-Type")));
			assertThat(type.isCompatibleWith(MediaType.MULTIPART_FORM_DATA)).isTrue();
			String boundary = "--" + type.getParameter("boundary");
			assertThat(received().bodyAsString().split("\r\n")).startsWith(boundary)
				.endsWith(boundary + "--")
				.containsSubsequence("Content-Disposition: form-data; name=\"foo\"", "", "bar", boundary,
						"Content-Disposition: form-data; name=\"file\"; filename=\"file.txt\"",
						"Content-Type: text/plain", "Content-Length: 7", "", "content");
		});
	}

	@Test
	void bodyIsStreamedOutAndIn() throws Exception {
		run((client) -> {
			try (InputStream body = client.post().uri("/echo").body((out) -> {
				for (int i = 0; i < 1000; i++) {
					StreamUtils.copy(JSON, StandardCharsets.UTF_8, out);
				}
			}).retrieve().requiredBody(InputStream.class)) {
				assertThat(body.readAllBytes()).hasSize(1000 * JSON.length());
			}
			assertThat(received().header("Transfer-Encoding")).isEqualTo("chunked");
		});
	}

	@Test
	void exchangeReadsAnyResponse() throws Exception {
		run((client) -> {
			String text = client.get()
				.uri("/text")
				.exchange((request, response) -> StreamUtils.copyToString(response.getBody(), StandardCharsets.UTF_8));
			assertThat(text).isEqualTo("Hello Spring!");
			Item item = client.get()
				.uri("/json")
				.exchange((request, response) -> Objects.requireNonNull(response.bodyTo(Item.class)));
			assertThat(item).isEqualTo(SPRING);
			List<Item> items = client.get()
				.uri("/list")
				.exchange((request, response) -> Objects.requireNonNull(response.bodyTo(LIST)));
			assertThat(items).hasSize(2);
			String error = client.get()
				.uri("/status/404")
				.exchange(
						(request, response) -> response.getStatusCode().value() + " " + response.bodyTo(String.class));
			assertThat(error).isEqualTo("404 Not Found");
		});
	}

	@Test
	void initializerDefaultsAndInterceptorAddToTheRequest() throws Exception {
		run((client) -> {
			RestClient added = client.mutate()
				.requestInitializer((request) -> request.getHeaders().add("X-Initializer", "1"))
				.requestInterceptor((request, body, execution) -> {
					request.getHeaders().add("X-Interceptor", "2");
					return execution.execute(request, body);
				})
				.defaultHeaders((headers) -> headers.add("X-Header", "3"))
				.defaultRequest((request) -> request.header("X-Request", "4").accept(MediaType.APPLICATION_JSON))
				.build();
			assertThat(added.get().uri("/text").accept(MediaType.TEXT_PLAIN).retrieve().body(String.class))
				.isEqualTo("Hello Spring!");
			assertThat(List.of("X-Initializer", "X-Interceptor", "X-Header", "X-Request", "Accept"))
				.extracting(received()::header)
				.containsExactly("1", "2", "3", "4", "text/plain");
		});
	}

	@Test
	void relativeUriIsResolvedAndEncoded() throws Exception {
		run((client) -> {
			client.get().uri(new URI(null, null, "/foo bar", null)).retrieve().toBodilessEntity();
			assertThat(received().target()).isEqualTo("/foo%20bar");
			client.get().uri("/uri/{city}?q={query}", "Z\u00fcrich", "foo@bar/+").retrieve().toBodilessEntity();
			assertThat(received().target()).isEqualTo("/uri/Z%C3%BCrich?q=foo%40bar%2F%2B");
		});
	}

	private void run(Scenario scenario) throws Exception {
		RestClient client = this.source.client.apply(fixture);
		fixture.twice(() -> scenario.run(client));
	}

	private static RecordedRequest received() {
		return fixture.received();
	}

	/**
	 * Where a RestClient on our pools comes from.
	 */
	enum Source {

		CLIENT((fixture) -> fixture.clients().restClient("payments")),

		TAKEN_OVER((fixture) -> fixture.bean(RestClient.Builder.class).baseUrl(fixture.url("")).build());

		private final Function<ContractFixture, RestClient> client;

		Source(Function<ContractFixture, RestClient> client) {
			this.client = client;
		}

	}

	/**
	 * What is asked of a RestClient.
	 */
	private interface Scenario {

		void run(RestClient client) throws Exception;

	}

	record Item(String name, int version) {

	}

	record Wrapper<T>(T value) {

	}

}
