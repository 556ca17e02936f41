package io.outboundhttp.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.ResourceAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the responses that interceptors hold for good reasons: they stay open.
 */
class HeldResponseTests {

	private static final ClientHttpRequestInterceptor PASSING = (request, body, execution) -> execution.execute(request,
			body);

	@RegisterExtension
	private final PoolLeakExtension extension = new PoolLeakExtension();

	private final TestHttpServer server = TestHttpServer.start();

	@AfterEach
	void stop() {
		this.server.close();
	}

	private ManagedClients clients(int maxPerRoute) {
		return new ManagedClients(this.extension, ManagedClients.WITHOUT_THRESHOLD, maxPerRoute);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("L3 a nested call while a response is read closes nothing of the call around it")
	void nestedCallClosesNothing(SpringApi api) {
		ManagedClients clients = clients(2);
		this.server.handle("/outer", Handler.respond(200, "outer"));
		String both = api.exchange(clients.spring(), this.server.url("/outer"),
				(response) -> api.get(clients.spring(), this.server.url(), PASSING) + ", " + SpringApi.text(response),
				PASSING);
		assertThat(both).isEqualTo("ok, outer");
		assertNothingFound(clients, 2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("L3 a nested call that gets no connection fails and takes none from the call around it")
	void nestedCallTakesNothing(SpringApi api) {
		ManagedClients clients = clients(1);
		this.server.handle("/outer", Handler.respond(200, "outer"));
		String outer = api.exchange(clients.spring(), this.server.url("/outer"), (response) -> {
			assertThatExceptionOfType(ResourceAccessException.class)
				.isThrownBy(() -> api.get(clients.spring(), this.server.url(), PASSING))
				.withMessageContaining("this thread itself holds 1");
			return SpringApi.text(response);
		}, PASSING);
		assertThat(outer).isEqualTo("outer");
		assertNothingFound(clients, 1);
	}

	@ParameterizedTest
	@CsvSource({ "REST_CLIENT, 2", "REST_CLIENT, 1", "REST_TEMPLATE, 2", "REST_TEMPLATE, 1" })
	@DisplayName("L3 a 401 that is held while a token is fetched stays open")
	void heldResponseOfATokenRefreshStaysOpen(SpringApi api, int maxPerRoute) {
		ManagedClients clients = clients(maxPerRoute);
		this.server.handleAll((exchange) -> {
			if ("fresh".equals(exchange.header("Authorization"))) {
				exchange.respond(200, "welcome");
			}
			else {
				exchange.respond(401, "who are you?");
			}
		});
		this.server.handle("/token", Handler.respond(200, "fresh"));
		String answer = api.exchange(clients.spring(), this.server.url(), SpringApi::text,
				new TokenRefresh(() -> api.get(clients.spring(), this.server.url("/token"), PASSING)));
		assertThat(answer).isEqualTo((maxPerRoute == 1) ? "who are you?" : "welcome");
		assertNothingFound(clients, maxPerRoute);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("L3 an interceptor that sends a request twice and returns the first response keeps it")
	void mirrorKeepsTheFirstResponse(SpringApi api) {
		ManagedClients clients = clients(2);
		AtomicInteger number = new AtomicInteger();
		this.server.handleAll((exchange) -> exchange.respond(200, "answer " + number.incrementAndGet()));
		Mirror mirror = new Mirror(true);
		assertThat(api.exchange(clients.spring(), this.server.url(), SpringApi::text, mirror)).isEqualTo("answer 1");
		assertThat(mirror.seen).containsExactly("answer 2");
		assertNothingFound(clients, 2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("L3 a mirrored response that is left open does not cost the first one")
	void mirrorThatForgetsTheSecondResponseKeepsTheFirst(SpringApi api) throws IOException {
		ManagedClients clients = clients(2);
		Mirror mirror = new Mirror(false);
		assertThat(api.get(clients.spring(), this.server.url(), mirror)).isEqualTo("ok");
		assertThat(clients.snapshot().leased()).as("the second one").isEqualTo(1);
		mirror.left.get(0).close();
		assertNothingFound(clients, 2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("L3 a response whose body was asked for is never closed for its reader")
	void responseThatIsBeingReadIsNotClosed(SpringApi api) throws IOException {
		ManagedClients clients = clients(2);
		this.server.handleAll(Handler.respond(200, "some text"));
		List<ClientHttpResponse> kept = new ArrayList<>();
		assertThat(api.get(clients.spring(), this.server.url(), (request, body, execution) -> {
			ClientHttpResponse first = execution.execute(request, body);
			assertThat(first.getBody().read()).isEqualTo('s');
			kept.add(first);
			return execution.execute(request, body);
		})).isEqualTo("some text");
		assertThat(clients.snapshot().leased()).isEqualTo(1);
		assertThat(SpringApi.text(kept.get(0))).isEqualTo("ome text");
		assertNothingFound(clients, 2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("L3 a response is not closed while its interceptor is still at work, however long that takes")
	void responseOfAnInterceptorAtWorkIsNotClosed(SpringApi api) {
		ManagedClients clients = clients(5);
		this.extension.expectWarning("a response was left open by an interceptor");
		CountDownLatch holding = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		CompletableFuture<String> slow = CompletableFuture
			.supplyAsync(() -> api.get(clients.spring(), this.server.url(), (request, body, execution) -> {
				ClientHttpResponse response = execution.execute(request, body);
				holding.countDown();
				awaitQuietly(goOn);
				return response;
			}));
		awaitQuietly(holding);
		ThrowingInterceptor interceptor = new ThrowingInterceptor();
		for (int i = 1; i <= 2; i++) {
			int found = i;
			assertThatIllegalStateException()
				.isThrownBy(() -> api.get(clients.spring(), this.server.url(), interceptor));
			clients.time().advance(Duration.ofHours(1));
			await().untilAsserted(() -> assertThat(clients.leaks().reports()).hasSize(found));
		}
		assertThat(clients.snapshot().leased()).isEqualTo(1);
		goOn.countDown();
		assertThat(slow.join()).isEqualTo("ok");
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void assertNothingFound(ManagedClients clients, int connections) {
		assertThat(clients.snapshot().leased()).isZero();
		assertThat(clients.snapshot().available()).as("all of them reusable").isEqualTo(connections);
		assertThat(clients.snapshot().leaks().supersededTotal()).isZero();
		assertThat(clients.leaks().reports()).isEmpty();
	}

	/**
	 * Interceptor that fetches a token while it holds the response, which it returns if
	 * there is none.
	 *
	 * @param tokens gives a token
	 */
	private record TokenRefresh(Supplier<String> tokens) implements ClientHttpRequestInterceptor {

		@Override
		public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
				throws IOException {
			ClientHttpResponse refused = execution.execute(request, body);
			try {
				request.getHeaders().set("Authorization", this.tokens.get());
			}
			catch (ResourceAccessException ex) {
				return refused;
			}
			assertThat(SpringApi.text(refused)).isEqualTo("who are you?");
			refused.close();
			return execution.execute(request, body);
		}

	}

	/**
	 * Interceptor that sends a request twice and returns the first response.
	 */
	private static final class Mirror implements ClientHttpRequestInterceptor {

		private final boolean closing;

		private final List<String> seen = new ArrayList<>();

		private final List<ClientHttpResponse> left = new ArrayList<>();

		Mirror(boolean closing) {
			this.closing = closing;
		}

		@Override
		public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
				throws IOException {
			ClientHttpResponse first = execution.execute(request, body);
			ClientHttpResponse second = execution.execute(request, body);
			if (this.closing) {
				this.seen.add(SpringApi.text(second));
				second.close();
			}
			else {
				this.left.add(second);
			}
			return first;
		}

	}

}
