package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.BufferingClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.InterceptingClientHttpRequestFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Asks of our request factories what Spring Framework asks of its own: the scenarios are
 * those of {@code AbstractHttpRequestFactoryTests},
 * {@code HttpComponentsClientHttpRequestFactoryTests} and
 * {@code InterceptingStreamingHttpComponentsTests} of Spring Framework 7.0 (Apache
 * License 2.0, by Arjen Poutsma, Stephane Nicoll, Juergen Hoeller and others), and more
 * on the bodies of requests. After each the connection can be used again.
 */
@org.junit.jupiter.api.Timeout(60)
@ParameterizedClass
@EnumSource
class RequestFactoryContractTests {

	private static final byte[] HELLO = "Hello World".getBytes(StandardCharsets.UTF_8);

	private static final Timeout READ_TIMEOUT = Timeout.ofMilliseconds(4321);

	private static ContractFixture fixture;

	private final Factory kind;

	RequestFactoryContractTests(Factory kind) {
		this.kind = kind;
	}

	@BeforeAll
	static void start() {
		fixture = new ContractFixture(TestHttpServer.start()
			.handle("/echo", RequestFactoryContractTests::echo)
			.handle("/status/404", (exchange) -> exchange.respond(404))
			.handle("/head", (exchange) -> exchange.respond(200, Headers.of("Content-Length", "500"), "")));
	}

	@AfterAll
	static void stop() {
		fixture.close();
	}

	private static void echo(Exchange exchange) throws IOException {
		Headers headers = Headers.none();
		for (String value : exchange.request().headers().all("MyHeader")) {
			headers = headers.with("MyHeader", value);
		}
		exchange.respond(200, headers, exchange.request().body());
	}

	@Test
	void requestTellsItsTargetAndTheResponseItsStatus() throws Exception {
		run((factory) -> {
			URI uri = URI.create(fixture.url("/status/404"));
			ClientHttpRequest request = factory.createRequest(uri, HttpMethod.GET);
			assertThat(request.getMethod()).isEqualTo(HttpMethod.GET);
			assertThat(request.getURI()).isEqualTo(uri);
			try (ClientHttpResponse response = request.execute()) {
				assertThat(response.getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);
				assertThat(response.getStatusText()).isEqualTo("Status 404");
			}
		});
	}

	@Test
	void headersWithSeveralValuesAndBodyArriveBothWays() throws Exception {
		run((factory) -> {
			ClientHttpRequest request = request(factory, HttpMethod.PUT, "/echo");
			request.getHeaders().add("MyHeader", "value1");
			request.getHeaders().add("MyHeader", "value2");
			request.getHeaders().setContentLength(HELLO.length);
			write(request, HELLO);
			try (ClientHttpResponse response = request.execute()) {
				assertThat(response.getStatusCode()).isEqualTo(HttpStatus.OK);
				assertThat(response.getHeaders().get("MyHeader")).containsExactly("value1", "value2");
				assertThat(response.getBody().readAllBytes()).isEqualTo(HELLO);
			}
			assertThat(received().headers().all("MyHeader")).containsExactly("value1", "value2");
			assertThat(received().header("Content-Length")).isEqualTo("11");
			assertThat(received().header("Transfer-Encoding")).isNull();
		});
	}

	@Test
	void bodyCannotBeWrittenAgainOnceTheRequestIsSent() throws Exception {
		run((factory) -> {
			ClientHttpRequest request = request(factory, HttpMethod.POST, "/echo");
			if (request instanceof StreamingHttpOutputMessage streaming) {
				streaming.setBody((out) -> {
					out.write(HELLO);
					out.flush();
					out.close();
				});
			}
			else {
				request.getBody().write(HELLO);
			}
			try (ClientHttpResponse response = request.execute()) {
				assertThatIllegalStateException().isThrownBy(() -> write(request, HELLO));
				assertThatIllegalStateException().isThrownBy(() -> request.getBody().write(HELLO));
				assertThatIllegalStateException().isThrownBy(request::execute);
				assertThat(response.getBody().readAllBytes()).isEqualTo(HELLO);
			}
		});
	}

	@Test
	void headersCannotBeChangedOnceTheRequestIsSent() throws Exception {
		run((factory) -> {
			ClientHttpRequest request = request(factory, HttpMethod.POST, "/status/ok");
			request.getHeaders().add("MyHeader", "value");
			write(request, HELLO);
			try (ClientHttpResponse response = request.execute()) {
				assertThatExceptionOfType(UnsupportedOperationException.class)
					.isThrownBy(() -> request.getHeaders().add("MyHeader", "other"));
				assertThat(response.getStatusCode()).isEqualTo(HttpStatus.OK);
			}
		});
	}

	@Test
	void everyMethodArrives() throws Exception {
		run((factory) -> {
			for (HttpMethod method : HttpMethod.values()) {
				ClientHttpRequest request = request(factory, method, "/methods");
				if (List.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH).contains(method)) {
					write(request, HELLO);
				}
				try (ClientHttpResponse response = request.execute()) {
					assertThat(response.getStatusCode()).isEqualTo(HttpStatus.OK);
				}
				assertThat(received().method()).isEqualTo(method.name());
			}
		});
	}

	@Test
	void queryArrivesAsItWasWritten() throws Exception {
		run((factory) -> {
			String target = "/params?param1=value&param2=value1&param2=value%202&empty=";
			try (ClientHttpResponse response = request(factory, HttpMethod.GET, target).execute()) {
				assertThat(response.getStatusCode()).isEqualTo(HttpStatus.OK);
			}
			assertThat(received().target()).isEqualTo(target);
		});
	}

	@Test
	void bodyOfUnknownLengthIsSentInChunksWhereItIsStreamed() throws Exception {
		byte[] body = new byte[3_000_000];
		ThreadLocalRandom.current().nextBytes(body);
		run((factory) -> {
			ClientHttpRequest request = request(factory, HttpMethod.POST, "/echo");
			boolean streamed = request instanceof StreamingHttpOutputMessage;
			write(request, body);
			try (ClientHttpResponse response = request.execute()) {
				assertThat(response.getBody().readAllBytes()).isEqualTo(body);
			}
			assertThat(received().header("Transfer-Encoding")).isEqualTo(streamed ? "chunked" : null);
			assertThat(received().header("Content-Length")).isEqualTo(streamed ? null : "" + body.length);
		});
	}

	@Test
	void answerToHeadHasALengthButNoBody() throws Exception {
		run((factory) -> {
			try (ClientHttpResponse response = request(factory, HttpMethod.HEAD, "/head").execute()) {
				assertThat(response.getHeaders().getContentLength()).isEqualTo(500);
				assertThat(response.getBody().readAllBytes()).isEmpty();
			}
		});
	}

	@Test
	void failureToWriteAStreamedBodyReachesTheCallerAsItIs() throws IOException {
		ClientHttpRequest request = request(this.kind.create(fixture), HttpMethod.POST, "/echo");
		IOException failure = new IOException("no more body");
		assumeThat(request).isInstanceOf(StreamingHttpOutputMessage.class);
		((StreamingHttpOutputMessage) request).setBody((out) -> {
			out.write(HELLO);
			throw failure;
		});
		assertThatExceptionOfType(IOException.class).isThrownBy(request::execute).isSameAs(failure);
		fixture.verifyUnused();
	}

	@Test
	void timeoutsOfTheFactoryAreAddedToThoseOfTheClient() throws IOException {
		HttpComponentsClientHttpRequestFactory factory = httpComponents();
		assertThat(config(factory)).returns(READ_TIMEOUT, RequestConfig::getResponseTimeout);
		factory.setConnectionRequestTimeout(4567);
		assertThat(config(factory)).returns(READ_TIMEOUT, RequestConfig::getResponseTimeout)
			.returns(Timeout.ofMilliseconds(4567), RequestConfig::getConnectionRequestTimeout);
		factory.setReadTimeout(1234);
		assertThat(config(factory)).returns(Timeout.ofMilliseconds(1234), RequestConfig::getResponseTimeout)
			.returns(Timeout.ofMilliseconds(4567), RequestConfig::getConnectionRequestTimeout);
	}

	@Test
	void configurationOfARequestReplacesThatOfTheClient() throws IOException {
		RequestConfig own = RequestConfig.custom().setResponseTimeout(Timeout.ofSeconds(9)).build();
		HttpComponentsClientHttpRequestFactory factory = httpComponents();
		HttpClientContext context = HttpClientContext.create();
		context.setRequestConfig(own);
		factory.setHttpContextFactory((method, uri) -> context);
		try (ClientHttpResponse response = request(factory, HttpMethod.GET, "/own").execute()) {
			assertThat(response.getStatusCode()).isEqualTo(HttpStatus.OK);
		}
		assertThat(context.getRequestConfig()).isSameAs(own);
	}

	private static HttpComponentsClientHttpRequestFactory httpComponents() {
		return new HttpComponentsClientHttpRequestFactory(fixture.clients().httpClient("payments"));
	}

	private static RequestConfig config(HttpComponentsClientHttpRequestFactory factory) throws IOException {
		HttpClientContext context = HttpClientContext.create();
		factory.setHttpContextFactory((method, uri) -> context);
		factory.createRequest(URI.create("http://127.0.0.1/"), HttpMethod.GET);
		return context.getRequestConfig();
	}

	private void run(Scenario scenario) throws Exception {
		ClientHttpRequestFactory factory = this.kind.create(fixture);
		fixture.twice(() -> scenario.run(factory));
	}

	private static ClientHttpRequest request(ClientHttpRequestFactory factory, HttpMethod method, String target)
			throws IOException {
		return factory.createRequest(URI.create(fixture.url(target)), method);
	}

	private static RecordedRequest received() {
		return fixture.received();
	}

	private static void write(ClientHttpRequest request, byte[] body) throws IOException {
		if (request instanceof StreamingHttpOutputMessage streaming) {
			streaming.setBody((out) -> writeInPieces(body, out));
		}
		else {
			writeInPieces(body, request.getBody());
		}
	}

	private static void writeInPieces(byte[] body, OutputStream out) throws IOException {
		int middle = body.length / 2;
		out.write(Arrays.copyOfRange(body, 0, middle));
		out.flush();
		out.write(body, middle, body.length - middle);
	}

	/**
	 * Request factories that lead to our pools.
	 */
	enum Factory {

		CLIENT((fixture) -> fixture.clients().requestFactory("payments")),

		TAKEN_OVER((fixture) -> fixture.bean(RestTemplateBuilder.class).build().getRequestFactory()),

		INTERCEPTING((fixture) -> new InterceptingClientHttpRequestFactory(fixture.clients().requestFactory("payments"),
				List.of((request, body, execution) -> execution.execute(request, body)))),

		BUFFERING((fixture) -> new BufferingClientHttpRequestFactory(fixture.clients().requestFactory("payments")));

		private final Function<ContractFixture, ClientHttpRequestFactory> factory;

		Factory(Function<ContractFixture, ClientHttpRequestFactory> factory) {
			this.factory = factory;
		}

		ClientHttpRequestFactory create(ContractFixture fixture) {
			return this.factory.apply(fixture);
		}

	}

	/**
	 * What is asked of a request factory.
	 */
	private interface Scenario {

		void run(ClientHttpRequestFactory factory) throws Exception;

	}

}
