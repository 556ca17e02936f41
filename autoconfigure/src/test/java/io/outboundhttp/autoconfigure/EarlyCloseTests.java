package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.CloseReason;
import io.outboundhttp.pool.RetryReason;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.http.MediaType;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for a server that closes idle connections long before the client would, without a
 * word: who uses one gets a reset.
 */
@Timeout(60)
class EarlyCloseTests {

	private static final Duration CLOSED_AFTER = Duration.ofMillis(300);

	private static final Duration PAUSE = Duration.ofMillis(600);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final Map<Integer, Long> answered = new ConcurrentHashMap<>();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start().handleAll(this::answerInTime);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private void answerInTime(Exchange exchange) throws IOException {
		Long before = this.answered.get(exchange.request().connection());
		if (before != null && System.nanoTime() - before >= CLOSED_AFTER.toNanos()) {
			exchange.closeAbruptly();
			return;
		}
		this.answered.put(exchange.request().connection(), System.nanoTime());
		exchange.respond(200, "ok");
	}

	/**
	 * Send five requests with pauses in between.
	 * @return how many failed
	 */
	private static int failures(RestClient client, Consumer<RestClient> request) {
		int failures = 0;
		for (int i = 0; i < 5; i++) {
			try {
				request.accept(client);
			}
			catch (ResourceAccessException ex) {
				failures++;
			}
			await().pollDelay(PAUSE).until(() -> true);
		}
		return failures;
	}

	private void get(RestClient client) {
		client.get().uri(this.server.url()).retrieve().toBodilessEntity();
	}

	private void post(RestClient client) {
		client.post()
			.uri(this.server.url())
			.contentType(MediaType.APPLICATION_JSON)
			.body("{}")
			.retrieve()
			.toBodilessEntity();
	}

	@Test
	@DisplayName("K1 with default settings no GET fails, stale reuse is counted, and the reuse age is learned")
	void noGetFails() {
		PaymentsClient.run(this.leaks, this.server.url(), (client) -> {
			assertThat(failures(client.restClient(), this::get)).isZero();
			assertThat(client.retries(RetryReason.STALE)).isPositive();
			assertThat(client.closed(CloseReason.STALE)).isPositive();
			assertThat(client.snapshot().routes()).singleElement()
				.satisfies((route) -> assertThat(route.learnedReuseAgeMillis()).isNotNull());
		});
	}

	@Test
	@DisplayName("K1 with default settings the first POST fails at most")
	void firstPostFailsAtMost() {
		PaymentsClient.run(this.leaks, this.server.url(), (client) -> {
			assertThat(failures(client.restClient(), this::post)).isLessThanOrEqualTo(1);
			assertThat(client.closed(CloseReason.STALE)).isPositive();
		});
	}

	@Test
	@DisplayName("K1 control: POSTs of plain Boot fail again and again")
	void controlPostsOfPlainBootFail() {
		TakeoverTestContexts.plainBoot().run((context) -> {
			RestClient client = context.getBean(RestClient.Builder.class).build();
			assertThat(failures(client, this::post)).isGreaterThanOrEqualTo(2);
			// plain Boot never closes its pools
			this.server.maxRequestsPerConnection(1);
			get(client);
		});
	}

}
