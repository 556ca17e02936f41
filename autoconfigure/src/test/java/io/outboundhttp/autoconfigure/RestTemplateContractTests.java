package io.outboundhttp.autoconfigure;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.RequestEntity;
import org.springframework.http.ResponseEntity;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Asks of a RestTemplate on our pools what Spring Framework asks of it on each request
 * factory: the scenarios are those of {@code RestTemplateIntegrationTests} of Spring
 * Framework 7.0 (Apache License 2.0, by Arjen Poutsma, Brian Clozel and others). Each
 * takes place twice on one connection.
 */
@Timeout(60)
@ParameterizedClass
@EnumSource
class RestTemplateContractTests {

	private static final String HELLO = "H\u00e9llo W\u00f6rld";

	private static ContractFixture fixture;

	private final Source source;

	RestTemplateContractTests(Source source) {
		this.source = source;
	}

	@BeforeAll
	static void start() {
		fixture = new ContractFixture(TestHttpServer.start()
			.handle("/get", Handler.respond(200, HELLO))
			.handle("/get/nothing", (exchange) -> exchange.respond(200))
			.handle("/get/untyped",
					(exchange) -> exchange.respond(200, Headers.none(), HELLO.getBytes(StandardCharsets.UTF_8)))
			.handle("/echo", RestTemplateContractTests::echo)
			.handle("/options",
					(exchange) -> exchange.respond(200, Headers.of("Allow", "GET, OPTIONS, HEAD, TRACE"), ""))
			.handle("/status/204", (exchange) -> exchange.respond(204))
			.handle("/status/304", (exchange) -> exchange.respond(304))
			.handle("/status/400", (exchange) -> exchange.respond(400))
			.handle("/status/404", (exchange) -> exchange.respond(404))
			.handle("/status/500", (exchange) -> exchange.respond(500)));
	}

	@AfterAll
	static void stop() {
		fixture.close();
	}

	private static void echo(Exchange exchange) throws Exception {
		exchange.respond(200,
				Headers.of("Location", "/post/1", "Content-Type", String.valueOf(exchange.header("Content-Type"))),
				exchange.request().body());
	}

	@Test
	void textIsGotWithAndWithoutItsEntity() throws Exception {
		run((template) -> {
			assertThat(template.getForObject(url("/{path}"), String.class, "get")).isEqualTo(HELLO);
			ResponseEntity<String> entity = template.getForEntity(url("/{path}"), String.class, "get");
			assertThat(entity.getBody()).isEqualTo(HELLO);
			assertThat(entity.getHeaders().getContentType()).hasToString("text/plain;charset=UTF-8");
			assertThat(entity.getStatusCode()).isEqualTo(HttpStatus.OK);
			assertThat(
					template.getForObject("http://127.0.0.1:{port}/get", String.class, URI.create(url("/")).getPort()))
				.isEqualTo(HELLO);
		});
	}

	@Test
	void bodyOfNoTypeIsGotAsBytes() throws Exception {
		run((template) -> assertThat(template.getForObject(url("/get/untyped"), byte[].class))
			.isEqualTo(HELLO.getBytes(StandardCharsets.UTF_8)));
	}

	@Test
	void answersWithoutABodyAreNull() throws Exception {
		run((template) -> {
			assertThat(template.getForObject(url("/get/nothing"), String.class)).isNull();
			for (HttpStatus status : List.of(HttpStatus.NO_CONTENT, HttpStatus.NOT_MODIFIED)) {
				ResponseEntity<String> entity = template.getForEntity(url("/status/" + status.value()), String.class);
				assertThat(entity.getStatusCode()).isEqualTo(status);
				assertThat(entity.getBody()).isNull();
			}
		});
	}

	@Test
	void textIsSentWithEachMethodThatHasABody() throws Exception {
		run((template) -> {
			assertThat(template.postForObject(url("/{path}"), text(), String.class, "echo")).isEqualTo(HELLO);
			assertThat(template.patchForObject(url("/echo"), text(), String.class)).isEqualTo(HELLO);
			template.put(url("/echo"), text());
			assertThat(received().bodyAsString()).isEqualTo(HELLO);
			assertThat(template.postForLocation(url("/echo"), text())).isEqualTo(URI.create("/post/1"));
			HttpHeaders latin = new HttpHeaders();
			latin.setContentType(new MediaType("text", "plain", StandardCharsets.ISO_8859_1));
			template.postForLocation(url("/echo"), new HttpEntity<>(HELLO, latin));
			assertThat(received().body()).isEqualTo(HELLO.getBytes(StandardCharsets.ISO_8859_1));
		});
	}

	@Test
	void postWithoutABodyIsEmpty() throws Exception {
		run((template) -> {
			template.postForObject(url("/get/nothing"), null, String.class);
			assertThat(received().body()).isEmpty();
			assertThat(received().header("Content-Length")).isEqualTo("0");
		});
	}

	@Test
	void errorStatusThrowsTheTypeOfItsClass() throws Exception {
		run((template) -> {
			assertThatExceptionOfType(HttpClientErrorException.NotFound.class)
				.isThrownBy(() -> template.execute(url("/status/404"), HttpMethod.GET, null, null))
				.satisfies((ex) -> assertThat(ex.getStatusText()).isEqualTo("Status 404"))
				.satisfies((ex) -> assertThat(ex.getResponseBodyAsString()).isEmpty());
			assertThatExceptionOfType(HttpClientErrorException.BadRequest.class)
				.isThrownBy(() -> template.execute(url("/status/400"), HttpMethod.GET, null, null))
				.withMessageContaining("400 Status 400");
			assertThatExceptionOfType(HttpServerErrorException.InternalServerError.class)
				.isThrownBy(() -> template.execute(url("/status/500"), HttpMethod.GET, null, null));
		});
	}

	@Test
	void optionsTellWhatIsAllowed() throws Exception {
		run((template) -> assertThat(template.optionsForAllow(url("/options")))
			.isEqualTo(Set.of(HttpMethod.GET, HttpMethod.OPTIONS, HttpMethod.HEAD, HttpMethod.TRACE)));
	}

	@Test
	void headHasHeadersAlone() throws Exception {
		run((template) -> assertThat(template.headForHeaders(url("/get")).getContentLength())
			.isEqualTo(HELLO.getBytes(StandardCharsets.UTF_8).length));
	}

	@Test
	void variablesOfTheUriAreEncoded() throws Exception {
		run((template) -> {
			template.getForObject(url("/uri/{query}"), String.class, "Z\u00fcrich");
			assertThat(received().target()).isEqualTo("/uri/Z%C3%BCrich");
			template.getForObject(url("/uri/query={query}"), String.class, "T\u014dky\u014d");
			assertThat(received().target()).isEqualTo("/uri/query=T%C5%8Dky%C5%8D");
		});
	}

	@Test
	void multipartAndFormAreSent() throws Exception {
		run((template) -> {
			MultiValueMap<String, Object> parts = new LinkedMultiValueMap<>();
			parts.add("name 1", "value 1");
			parts.addAll("name 2", List.of("value 2+1", "value 2+2"));
			parts.add("logo", new ByteArrayResource(new byte[] { 1, 2, 3 }));
			template.postForLocation(url("/echo"), parts);
			assertThat(received().header("Content-Type")).startsWith("multipart/form-data");
			assertThat(received().bodyAsString()).containsSubsequence("name=\"name 1\"", "value 1", "name=\"name 2\"",
					"value 2+1", "value 2+2", "name=\"logo\"", "application/octet-stream", "Content-Length: 3");
			MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
			form.add("name 1", "value 1");
			form.addAll("name 2", List.of("value 2+1", "value 2+2"));
			template.postForLocation(url("/echo"), form);
			assertThat(received().bodyAsString()).isEqualTo("name+1=value+1&name+2=value+2%2B1&name+2=value+2%2B2");
		});
	}

	@Test
	void exchangeSendsHeadersAndReadsThem() throws Exception {
		run((template) -> {
			HttpHeaders headers = new HttpHeaders();
			headers.set("MyHeader", "MyValue");
			assertThat(template.exchange(url("/{path}"), HttpMethod.GET, new HttpEntity<>(headers), String.class, "get")
				.getBody()).isEqualTo(HELLO);
			assertThat(received().header("MyHeader")).isEqualTo("MyValue");
			headers.setContentType(MediaType.TEXT_PLAIN);
			HttpEntity<Void> posted = template.exchange(url("/echo"), HttpMethod.POST,
					new HttpEntity<>("text", headers), Void.class);
			assertThat(posted.getHeaders().getLocation()).isEqualTo(URI.create("/post/1"));
			assertThat(posted.hasBody()).isFalse();
		});
	}

	@Test
	void jsonIsSentWithTheTypesOfItsElements() throws Exception {
		run((template) -> {
			RequestEntity<List<Shape>> request = RequestEntity.post(url("/echo"))
				.contentType(MediaType.APPLICATION_JSON)
				.body(List.of(new Circle(1), new Square(2)), new ParameterizedTypeReference<List<Shape>>() {
				}.getType());
			assertThat(template.exchange(request, String.class).getBody())
				.isEqualTo("[{\"type\":\"circle\",\"radius\":1},{\"type\":\"square\",\"side\":2}]");
		});
	}

	private static HttpEntity<String> text() {
		HttpHeaders headers = new HttpHeaders();
		headers.setContentType(new MediaType("text", "plain", StandardCharsets.UTF_8));
		return new HttpEntity<>(HELLO, headers);
	}

	private static String url(String path) {
		return fixture.url(path);
	}

	private void run(Scenario scenario) throws Exception {
		RestTemplate template = this.source.template.apply(fixture);
		fixture.twice(() -> scenario.run(template));
	}

	private static RecordedRequest received() {
		return fixture.received();
	}

	/**
	 * Where a RestTemplate on our pools comes from.
	 */
	enum Source {

		CLIENT((fixture) -> fixture.clients().restTemplate("payments")),

		TAKEN_OVER((fixture) -> fixture.bean(RestTemplateBuilder.class).build());

		private final Function<ContractFixture, RestTemplate> template;

		Source(Function<ContractFixture, RestTemplate> template) {
			this.template = template;
		}

	}

	/**
	 * What is asked of a RestTemplate.
	 */
	private interface Scenario {

		void run(RestTemplate template) throws Exception;

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.PROPERTY, property = "type")
	interface Shape {

	}

	@JsonTypeName("circle")
	record Circle(int radius) implements Shape {

	}

	@JsonTypeName("square")
	record Square(int side) implements Shape {

	}

}
