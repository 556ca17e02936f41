package io.outboundhttp.autoconfigure;

import java.util.List;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.LoggedLines;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestCertificates;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests that redirects take no secret to another origin.
 */
@Timeout(60)
class RedirectSecretsTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer home;

	private TestHttpServer away;

	@BeforeEach
	void start() {
		this.home = TestHttpServer.start();
		this.away = TestHttpServer.start();
		this.home.handle("/leave", Handler.redirect(this.away.url("/arrive")));
	}

	@AfterEach
	void stop() {
		this.home.close();
		this.away.close();
	}

	private void run(PaymentsClient.Test test, String... settings) {
		PaymentsClient.run(this.leaks, this.home.url(), test, settings);
	}

	private static RestClient.RequestHeadersSpec<?> secretly(RestClient.RequestHeadersSpec<?> request) {
		return request.header("x-api-key", "geheim-1")
			.header("X-Auth-Token", "geheim-2")
			.header("X-Own", "geheim-3")
			.header("X-Fine", "fine");
	}

	private static List<String> names(RecordedRequest request) {
		return request.headers().names().stream().filter((name) -> name.startsWith("x-")).toList();
	}

	@Test
	@DisplayName("I2 sensitive headers do not go to another origin, and the log shows none")
	void sensitiveHeadersDoNotGoToAnotherOrigin() {
		try (LoggedLines log = LoggedLines.trace("io.outboundhttp")) {
			run((client) -> {
				assertThat(secretly(client.restClient().get().uri("/leave")).retrieve().body(String.class))
					.isEqualTo("ok");
				assertThat(this.home.requests()).singleElement()
					.satisfies((request) -> assertThat(names(request)).contains("x-api-key", "x-auth-token", "x-own"));
				assertThat(this.away.requests()).singleElement()
					.satisfies((request) -> assertThat(names(request)).containsExactlyInAnyOrder("x-own", "x-fine"));
			});
			assertThat(log.with("geheim")).isEmpty();
		}
	}

	@Test
	@DisplayName("I2 control: HttpClient takes them along")
	void httpClientTakesThemAlong() throws Exception {
		try (CloseableHttpClient plain = HttpClients.createDefault()) {
			plain.execute(PaymentsClient.request("GET", this.home.url("/leave"), "X-Api-Key", "geheim-1"),
					(response) -> null);
			assertThat(this.away.requests()).singleElement()
				.satisfies((request) -> assertThat(request.header("X-Api-Key")).isEqualTo("geheim-1"));
		}
	}

	@Test
	@DisplayName("I2 a list of one's own adds to the built-in one")
	void listOfOnesOwnAdds() {
		run((client) -> {
			secretly(client.restClient().get().uri("/leave")).retrieve().toBodilessEntity();
			assertThat(names(this.away.requests().get(0))).containsExactly("x-fine");
		}, "redirect.sensitive-headers=x-own");
	}

	@Test
	@DisplayName("I2 default headers from YAML are no exception")
	void defaultHeadersAreNoException() {
		run((client) -> {
			client.restClient().get().uri("/leave").retrieve().toBodilessEntity();
			assertThat(this.home.requests().get(0).header("X-Api-Key")).isEqualTo("geheim-1");
			assertThat(this.away.requests()).singleElement()
				.satisfies((request) -> assertThat(request.header("X-Api-Key")).isNull());
		}, "default-header.X-Api-Key=geheim-1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "Authorization", "Proxy-Authorization", "Cookie" })
	@DisplayName("I2 credentials of HTTP itself never reach another origin")
	void credentialsNeverReachAnotherOrigin(String header) {
		run((client) -> {
			client.restClient().get().uri("/leave").header(header, "geheim=1").retrieve().toBodilessEntity();
			assertThat(this.home.requests().get(0).header(header)).isEqualTo("geheim=1");
			assertThat(this.away.requests()).allMatch((request) -> request.header(header) == null);
		});
	}

	@Test
	@DisplayName("I2 the same origin keeps them")
	void sameOriginKeepsThem() {
		this.home.handle("/stay", Handler.redirect("/stayed"));
		run((client) -> {
			secretly(client.restClient().get().uri("/stay")).header("Authorization", "Bearer geheim")
				.retrieve()
				.toBodilessEntity();
			assertThat(this.home.requests("/stayed")).singleElement().satisfies((request) -> {
				assertThat(names(request)).contains("x-api-key", "x-auth-token", "x-own", "x-fine");
				assertThat(request.header("Authorization")).isEqualTo("Bearer geheim");
			});
		});
	}

	@Test
	@DisplayName("I2 back home after leaving, they are still absent")
	void backHomeTheyAreStillAbsent() {
		this.away.handle("/arrive", Handler.redirect(this.home.url("/back")));
		run((client) -> {
			secretly(client.restClient().get().uri("/leave")).retrieve().toBodilessEntity();
			assertThat(this.home.requests("/back")).singleElement()
				.satisfies((request) -> assertThat(names(request)).containsExactlyInAnyOrder("x-own", "x-fine"));
			secretly(client.restClient().get().uri("/again")).retrieve().toBodilessEntity();
			assertThat(names(this.home.requests("/again").get(0))).contains("x-api-key");
		});
	}

	@Test
	@DisplayName("I2 R3 a retry of the redirected request is as bare as the first attempt")
	void retryOfTheRedirectedRequestIsAsBare() {
		this.away.handle("/arrive", Handler.respond(503, "not now"));
		run((client) -> {
			secretly(client.restClient().get().uri("/leave")).exchange((request, response) -> response.getStatusCode());
			assertThat(this.home.requests()).hasSize(1);
			assertThat(this.away.requests()).hasSize(3)
				.allSatisfy((request) -> assertThat(names(request)).containsExactlyInAnyOrder("x-own", "x-fine"));
		}, "retry.max-retries=2", "retry.delay=1ms");
	}

	@Test
	@DisplayName("I2 from https to http is returned, not followed, with its location as it was")
	void fromHttpsToHttpIsReturned() {
		String location = this.away.url("/arrive?a=1");
		try (TestHttpServer secure = TestHttpServer.startTls(TestCertificates.get().serverContext(), false)
			.handleAll(Handler.redirect(location))) {
			PaymentsClient.run(PaymentsClient.runner(this.leaks, secure.url(), "ssl.bundle=trust")
				.withPropertyValues(TestCertificates.get().jksTrustBundle("trust")), (client) -> {
					ResponseEntity<String> response = client.restClient()
						.get()
						.uri("/leave")
						.retrieve()
						.toEntity(String.class);
					assertThat(response.getStatusCode().value()).isEqualTo(302);
					assertThat(response.getHeaders().get("Location")).containsExactly(location);
					assertThat(this.away.requests()).isEmpty();
					assertThat(secure.requests()).hasSize(1);
				});
		}
	}

	@Test
	@DisplayName("I2 from https to https is followed")
	void fromHttpsToHttpsIsFollowed() {
		try (TestHttpServer secure = TestHttpServer.startTls(TestCertificates.get().serverContext(), false)) {
			secure.handle("/leave", Handler.redirect(secure.url("/arrive")));
			PaymentsClient.run(PaymentsClient.runner(this.leaks, secure.url(), "ssl.bundle=trust")
				.withPropertyValues(TestCertificates.get().jksTrustBundle("trust")), (client) -> {
					secretly(client.restClient().get().uri("/leave")).retrieve().toBodilessEntity();
					assertThat(names(secure.requests("/arrive").get(0))).contains("x-api-key");
				});
		}
	}

	@Test
	@DisplayName("I2 a location that is no URI is HttpClient's to refuse")
	void locationThatIsNoUri() {
		try (TestHttpServer secure = TestHttpServer.startTls(TestCertificates.get().serverContext(), false)
			.handleAll(Handler.redirect("http://[geheim/"))) {
			PaymentsClient.run(
					PaymentsClient.runner(this.leaks, secure.url(), "ssl.bundle=trust")
						.withPropertyValues(TestCertificates.get().jksTrustBundle("trust")),
					(client) -> assertThat(catchThrowable(() -> client.send("GET", secure.url("/leave")))).isNotNull());
		}
	}

}
