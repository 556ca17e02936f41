package io.outboundhttp.autoconfigure;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.RetryDenial;
import io.outboundhttp.pool.RetryReason;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.LoggedLines;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpPut;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.core.io.InputStreamResource;
import org.springframework.http.MediaType;
import org.springframework.web.client.HttpServerErrorException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for retries: which settings they obey, and what ends them.
 */
@Timeout(120)
class RetryTests {

	private static final String HANDLER = "io.outboundhttp.call.RetryHandler";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start().handleAll(Handler.respond(503, "not now"));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private void run(PaymentsClient.Test test, String... settings) {
		PaymentsClient.run(this.leaks, this.server.url(), test, settings);
	}

	// Settings

	@Test
	@DisplayName("R3 a retry is counted, and logged at DEBUG with its reason")
	void retryIsCountedAndLogged() {
		run((client) -> {
			try (LoggedLines log = LoggedLines.debug(HANDLER)) {
				assertThat(client.send("GET", this.server.url("/x?key=geheim"))).isEqualTo(503);
				assertThat(this.server.requests()).hasSize(3);
				assertThat(client.retries(RetryReason.STATUS)).isEqualTo(2);
				assertThat(log.list()).hasSize(2)
					.allMatch((line) -> line.startsWith("DEBUG Client 'payments': sent again after ")
							&& line.endsWith(" ms (STATUS): 503"));
			}
		}, "retry.max-retries=2", "retry.delay=1ms");
	}

	@Test
	@DisplayName("R3 methods and statuses of one's own replace the built-in ones")
	void methodsAndStatusesOfOnesOwnReplaceTheBuiltInOnes() {
		this.server.handle("/teapot", Handler.respond(418, "short and stout"));
		run((client) -> {
			client.send("POST", this.server.url("/teapot"));
			assertThat(this.server.requests("/teapot")).hasSize(2);
			client.send("GET", this.server.url("/teapot"));
			assertThat(this.server.requests("/teapot")).hasSize(3);
			client.send("POST", this.server.url("/unavailable"));
			assertThat(this.server.requests("/unavailable")).hasSize(1);
			assertThat(client.denied(RetryDenial.METHOD)).isEqualTo(1);
		}, "retry.max-retries=1", "retry.delay=1ms", "retry.methods=post", "retry.statuses=418");
	}

	@Test
	@DisplayName("R3 JSON that Spring writes is sent again as it was")
	void jsonThatSpringWritesIsSentAgain() {
		run((client) -> {
			assertThatExceptionOfType(HttpServerErrorException.ServiceUnavailable.class)
				.isThrownBy(() -> client.restClient()
					.put()
					.uri("/charges/7")
					.contentType(MediaType.APPLICATION_JSON)
					.body(Map.of("amount", 1))
					.retrieve()
					.toBodilessEntity());
			assertThat(this.server.requests()).hasSize(3)
				.extracting(RecordedRequest::bodyAsString)
				.containsOnly("{\"amount\":1}");
		}, "retry.max-retries=2", "retry.delay=1ms");
	}

	@Test
	@DisplayName("R3 the pauses grow by the multiplier up to the longest one, with full jitter")
	void pausesGrowUpToTheLongest() {
		this.leaks.expectWarning("warn retries-without-budget");
		run((client) -> {
			try (LoggedLines log = LoggedLines.debug(HANDLER)) {
				for (int i = 0; i < 12; i++) {
					client.send("GET", this.server.url("/x"));
				}
				assertThat(pauses(log, 0)).allMatch((pause) -> pause <= 4);
				assertThat(pauses(log, 1)).allMatch((pause) -> pause <= 20);
				assertThat(pauses(log, 2)).allMatch((pause) -> pause <= 30).anyMatch((pause) -> pause > 4);
			}
		}, "retry.max-retries=3", "retry.delay=4ms", "retry.multiplier=5", "retry.max-delay=30ms", "retry.budget=0");
	}

	private static List<Integer> pauses(LoggedLines log, int retry) {
		List<String> lines = log.list();
		return IntStream.range(0, lines.size())
			.filter((i) -> i % 3 == retry)
			.mapToObj((i) -> Integer.valueOf(lines.get(i).replaceAll(".* after (\\d+) ms .*", "$1")))
			.toList();
	}

	// Budget

	@Test
	@DisplayName("R1 with a budget, 600 calls of a broken upstream are at most 1.25 requests each")
	void budgetBoundsTheRequestsOfAStorm() {
		run((client) -> {
			storm(client, 600);
			assertThat(this.server.requests().size() / 600.0).isBetween(1.15, 1.25);
			assertThat(client.denied(RetryDenial.BUDGET)).isPositive();
			assertThat(client.retries(RetryReason.STATUS)).isEqualTo(this.server.requests().size() - 600);
		}, "retry.max-retries=3", "retry.delay=0", "retry.max-delay=0");
	}

	@Test
	@DisplayName("R1 control: without a budget they are four")
	void withoutBudgetEachCallIsFourRequests() {
		this.leaks.expectWarning("warn retries-without-budget");
		run((client) -> {
			storm(client, 100);
			assertThat(this.server.requests()).hasSize(400);
		}, "retry.max-retries=3", "retry.delay=0", "retry.max-delay=0", "retry.budget=0");
	}

	private void storm(PaymentsClient client, int calls) throws Exception {
		String url = this.server.url("/storm");
		for (int i = 0; i < calls; i++) {
			assertThat(client.send("GET", url)).isEqualTo(503);
		}
	}

	@Test
	@DisplayName("R1 all HttpClients of a client share one budget")
	void httpClientsOfAClientShareOneBudget() {
		run((client) -> {
			storm(client, 20);
			int spent = this.server.requests().size();
			assertThat(spent).isLessThan(20 * 4);
			client.restClient().get().uri("/storm").exchange((request, response) -> response.getStatusCode());
			assertThat(this.server.requests().size() - spent).isLessThanOrEqualTo(2);
		}, "retry.max-retries=3", "retry.delay=0", "retry.max-delay=0", "retry.budget=0.01");
	}

	// Retry-After

	@ParameterizedTest
	@ValueSource(strings = { "seconds", "date" })
	@DisplayName("R2 a Retry-After of a day returns the response at once")
	void retryAfterOfADayReturnsTheResponse(String form) {
		String value = form.equals("seconds") ? "86400"
				: DateUtils.formatStandardDate(Instant.now().plus(Duration.ofDays(1)));
		this.server.handleAll((exchange) -> exchange.respond(503, Headers.of("Retry-After", value), "tomorrow"));
		run((client) -> {
			String text = Callers.on("patient",
					() -> client.restClient()
						.get()
						.uri("/x")
						.exchange((request, response) -> response.getStatusCode()
								+ response.getHeaders().getFirst("Retry-After")));
			assertThat(text).contains("503", value);
			assertThat(this.server.requests()).hasSize(1);
			assertThat(client.denied(RetryDenial.RETRY_AFTER)).isEqualTo(1);
		}, "retry.max-retries=3", "retry.delay=1ms");
	}

	@Test
	@DisplayName("R2 control: HttpClient sleeps on the caller's thread for as long as the server says")
	void httpClientSleepsForAsLongAsTheServerSays() throws Exception {
		this.server.handleAll((exchange) -> exchange.respond(503, Headers.of("Retry-After", "86400"), "tomorrow"));
		try (CloseableHttpClient plain = HttpClients.createDefault()) {
			Thread sleeper = new Thread(() -> {
				try {
					plain.execute(PaymentsClient.request("GET", this.server.url("/x")), (response) -> 0);
				}
				catch (IOException ex) {
					// interrupted below
				}
			}, "sleeper");
			sleeper.start();
			await().until(() -> List.of(sleeper.getStackTrace())
				.stream()
				.anyMatch((frame) -> frame.getClassName().equals(TimeValue.class.getName())));
			sleeper.interrupt();
			sleeper.join();
		}
	}

	@Test
	@DisplayName("R2 a Retry-After within the cap is obeyed")
	void retryAfterWithinTheCapIsObeyed() {
		this.server.handleAll((exchange) -> exchange.respond(503, Headers.of("Retry-After", "1"), "in a second"));
		run((client) -> {
			client.send("GET", this.server.url("/x"));
			List<RecordedRequest> requests = this.server.requests();
			assertThat(requests).hasSize(2);
			assertThat(Duration.ofNanos(requests.get(1).receivedNanos() - requests.get(0).receivedNanos()))
				.isGreaterThan(Duration.ofMillis(990));
		}, "retry.max-retries=1", "retry.delay=1ms");
	}

	@Test
	@DisplayName("R2 a Retry-After above a cap of one's own returns the response")
	void retryAfterAboveACapOfOnesOwn() {
		this.server.handleAll((exchange) -> exchange.respond(503, Headers.of("Retry-After", "2"), "in two seconds"));
		run((client) -> {
			assertThat(client.send("GET", this.server.url("/x"))).isEqualTo(503);
			assertThat(this.server.requests()).hasSize(1);
			assertThat(client.denied(RetryDenial.RETRY_AFTER)).isEqualTo(1);
		}, "retry.max-retries=1", "retry.max-retry-after=1s");
	}

	@ParameterizedTest
	@ValueSource(strings = { "soon", "-1", "1.5", "", "Sat, 99 Foo 2099 00:00:00 GMT", "0x7f" })
	@DisplayName("R2 a Retry-After that cannot be understood is ignored")
	void retryAfterThatCannotBeUnderstoodIsIgnored(String value) {
		this.server.handleAll((exchange) -> exchange.respond(503, Headers.of("Retry-After", value), "at some time"));
		run((client) -> {
			client.send("GET", this.server.url("/x"));
			assertThat(this.server.requests()).hasSize(2);
		}, "retry.max-retries=1", "retry.delay=1ms");
	}

	@Test
	@DisplayName("R2 T7 a pause that would not end within the call timeout is not begun")
	void pauseThatWouldOutlastTheCallIsNotBegun() {
		this.leaks.expectWarning("warn retries-exceed-call-timeout");
		this.server.handleAll((exchange) -> exchange.respond(503, Headers.of("Retry-After", "9"), "later"));
		run((client) -> {
			assertThat(client.send("GET", this.server.url("/x"))).isEqualTo(503);
			assertThat(this.server.requests()).hasSize(1);
			assertThat(client.denied(RetryDenial.DEADLINE)).isEqualTo(1);
		}, "retry.max-retries=1", "call-timeout=8s");
	}

	// Bodies

	@Test
	@DisplayName("R4 a streamed upload is not sent again, and the log says why")
	void streamedUploadIsNotSentAgain() {
		run((client) -> {
			try (LoggedLines log = LoggedLines.debug(HANDLER)) {
				HttpPut put = new HttpPut(this.server.url("/x"));
				put.setEntity(new InputStreamEntity(stream(), ContentType.TEXT_PLAIN));
				int status = client.httpClient().execute(put, (response) -> response.getCode());
				assertThat(status).isEqualTo(503);
				assertThat(client.denied(RetryDenial.BODY)).isEqualTo(1);
				assertThatExceptionOfType(HttpServerErrorException.ServiceUnavailable.class)
					.isThrownBy(() -> client.restClient()
						.put()
						.uri("/x")
						.body(new InputStreamResource(stream()))
						.retrieve()
						.toBodilessEntity());
				assertThat(client.denied(RetryDenial.BODY)).isEqualTo(2);
				assertThat(this.server.requests()).hasSize(2)
					.extracting(RecordedRequest::bodyAsString)
					.containsOnly("streamed");
				assertThat(log.list()).hasSize(2).containsOnly("DEBUG Client 'payments': not sent again (BODY): 503");
			}
		}, "retry.max-retries=2", "retry.delay=1ms");
	}

	private static ByteArrayInputStream stream() {
		return new ByteArrayInputStream("streamed".getBytes(StandardCharsets.UTF_8));
	}

	// What ends a pause

	@Test
	@DisplayName("R2 an interrupt ends a pause")
	void interruptEndsAPause() {
		verifyPauseEnds((client, request, thread) -> thread.interrupt(), "Request aborted");
	}

	@Test
	@DisplayName("R2 an abort ends a pause")
	void abortEndsAPause() {
		verifyPauseEnds((client, request, thread) -> request.cancel(), "Request aborted");
	}

	@Test
	@DisplayName("R2 the close of the context ends a pause")
	void closeOfTheContextEndsAPause() {
		verifyPauseEnds((client, request, thread) -> client.context().close(), "its pool is closed");
	}

	private void verifyPauseEnds(PauseEnd end, String message) {
		this.server.handleAll((exchange) -> exchange.respond(503, Headers.of("Retry-After", "600"), "later"));
		run((client) -> {
			HttpPut request = new HttpPut(this.server.url("/x"));
			Thread[] thread = new Thread[1];
			Future<Integer> call = Callers.start("patient", () -> {
				thread[0] = Thread.currentThread();
				return client.httpClient().execute(request, (response) -> response.getCode());
			});
			this.server.awaitRequests(1);
			await().until(() -> client.retries(RetryReason.STATUS) == 1);
			assertThat(client.snapshot().leased()).isZero();
			end.end(client, request, thread[0]);
			assertThat(call).failsWithin(20, TimeUnit.SECONDS)
				.withThrowableThat()
				.havingRootCause()
				.withMessageContaining(message);
			assertThat(this.server.requests()).hasSize(1);
		}, "retry.max-retries=1", "retry.max-retry-after=10m");
	}

	/**
	 * What ends a pause.
	 */
	private interface PauseEnd {

		void end(PaymentsClient client, HttpPut request, Thread thread);

	}

}
