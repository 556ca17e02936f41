package io.outboundhttp.client;

import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.OutboundHttpAttributes;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.BoundedClients.Limits;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for calls that have a call timeout of their own, and for the bounds of what is
 * bounded.
 */
@Timeout(60)
class CallTimeoutOverrideTests {

	private static final Duration SHORT = Duration.ofMillis(200);

	private static final String SLOW = "slow";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start().handle("/slow", (exchange) -> {
			exchange.pause(SHORT.multipliedBy(3));
			exchange.respond(200, SLOW);
		}).handle("/silent", Exchange::stall);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private BoundedClients clients(@Nullable Duration callTimeout) {
		return BoundedClients.direct(this.leaks, new Limits(callTimeout, BoundedClients.LONG, BoundedClients.LONG, 3),
				(host) -> {
					throw new UnknownHostException(host);
				});
	}

	@Test
	@DisplayName("T1 zero in an attribute of a RestClient's request takes the call-timeout off")
	void zeroInAnAttributeTakesTheTimeoutOff() {
		BoundedClients clients = clients(SHORT);
		assertThat(restClient(clients, "/slow", Duration.ZERO)).isEqualTo(SLOW);
		Throwable failure = catchThrowable(() -> restClient(clients, "/slow", null));
		assertThat(CallApi.find(failure, CallTimeoutException.class)).hasMessageContaining("within 200 ms");
		awaitNoLease(clients);
	}

	@Test
	@DisplayName("T1 zero in an attribute of the HttpClientContext takes the call-timeout off")
	void zeroInTheContextTakesTheTimeoutOff() throws IOException {
		BoundedClients clients = clients(SHORT);
		assertThat(raw(clients, "/slow", Duration.ZERO)).isEqualTo(SLOW);
		assertThatExceptionOfType(CallTimeoutException.class).isThrownBy(() -> raw(clients, "/slow", null));
		awaitNoLease(clients);
	}

	@Test
	@DisplayName("T1 an attribute bounds one call of a client without a call-timeout")
	void attributeBoundsOneCall() throws IOException {
		BoundedClients clients = clients(null);
		Throwable failure = catchThrowable(() -> restClient(clients, "/silent", SHORT));
		assertThat(CallApi.find(failure, CallTimeoutException.class)).hasMessageContaining("within 200 ms");
		assertThatExceptionOfType(CallTimeoutException.class).isThrownBy(() -> raw(clients, "/silent", SHORT))
			.withMessageContaining("within 200 ms");
		assertThat(raw(clients, "/slow", null)).isEqualTo(SLOW);
		assertThat(restClient(clients, "/slow", null)).isEqualTo(SLOW);
	}

	@ParameterizedTest
	@ValueSource(strings = { "2s", "-1ms" })
	@DisplayName("T1 an attribute that is no duration fails the call, names itself and leaves nothing behind")
	void attributeThatIsNoDurationIsAnError(String value) throws IOException {
		Object attribute = value.equals("2s") ? value : Duration.ofMillis(-1);
		BoundedClients clients = clients(SHORT);
		String message = "Client 'payments': attribute io.outboundhttp.callTimeout is %s (expected: a Duration, zero for any time)"
			.formatted(attribute);
		assertThat(
				CallApi.find(catchThrowable(() -> restClient(clients, "/", attribute)), IllegalArgumentException.class))
			.hasMessage(message);
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> raw(clients, "/", attribute))
			.withMessage(message);
		assertThat(this.server.requests()).isEmpty();
		assertThat(restClient(clients, "/", null)).isEqualTo("ok");
		assertThat(raw(clients, "/", null)).isEqualTo("ok");
	}

	@Test
	@DisplayName("T1 the time a caller holds an unread response counts")
	void timeInWhichTheCallerHoldsTheResponseCounts() throws IOException {
		BoundedClients clients = clients(SHORT);
		this.server.handleAll((exchange) -> exchange.respond(200, "x".repeat(100_000)));
		try (ClassicHttpResponse response = clients.httpClient().executeOpen(null, get("/"), null)) {
			awaitNoLease(clients);
			assertThatExceptionOfType(CallTimeoutException.class)
				.isThrownBy(() -> EntityUtils.toString(response.getEntity()))
				.satisfies((exception) -> assertThat(exception.getPhase()).isEqualTo(CallPhase.BODY));
		}
		this.server.awaitNoOpenConnections();
	}

	@Test
	@DisplayName("T1 the deadline of a call that is over does not reach the next one on its connection")
	void deadlineEndsWithItsCall() throws Exception {
		BoundedClients clients = clients(SHORT);
		assertThat(raw(clients, "/", null)).isEqualTo("ok");
		assertThat(raw(clients, "/slow", Duration.ZERO)).isEqualTo(SLOW);
		assertThat(restClient(clients, "/", null)).isEqualTo("ok");
		assertThat(raw(clients, "/slow", Duration.ZERO)).isEqualTo(SLOW);
		assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		assertThat(clients.snapshot().calls().timeouts().values()).containsOnly(0L);
	}

	@Test
	@DisplayName("T7 a pause that would outlast the call is not taken: the response comes back at once")
	void pauseThatWouldOutlastTheCallIsNotTaken() throws IOException {
		this.server.handleAll((exchange) -> exchange.respond(503, Headers.of("Retry-After", "30"), "busy"));
		BoundedClients clients = clients(Duration.ofSeconds(5));
		long startNanos = System.nanoTime();
		assertThat(raw(clients, "/", null)).isEqualTo("busy");
		assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(5));
		assertThat(this.server.requests()).hasSize(1);
	}

	@Test
	@DisplayName("T7 attempts and pauses share the time of the call")
	void attemptsAndPausesShareTheTimeOfTheCall() {
		this.server.handleAll((exchange) -> {
			exchange.pause(Duration.ofMillis(150));
			exchange.respond(503, Headers.of("Retry-After", "0"), "busy");
		});
		BoundedClients clients = clients(Duration.ofMillis(400));
		assertThatExceptionOfType(CallTimeoutException.class).isThrownBy(() -> raw(clients, "/", null))
			.satisfies((exception) -> assertThat(Set.of(CallPhase.HEAD, CallPhase.PAUSE, CallPhase.BODY))
				.contains(exception.getPhase()));
		assertThat(this.server.requests()).hasSizeBetween(2, 3);
		awaitNoLease(clients);
	}

	private HttpGet get(String path) {
		return new HttpGet(this.server.url(path));
	}

	private @Nullable String restClient(BoundedClients clients, String path, @Nullable Object callTimeout) {
		return clients.spring().restClient().get().uri(this.server.url(path)).attributes((attributes) -> {
			if (callTimeout != null) {
				attributes.put(OutboundHttpAttributes.CALL_TIMEOUT, callTimeout);
			}
		}).retrieve().body(String.class);
	}

	private String raw(BoundedClients clients, String path, @Nullable Object callTimeout) throws IOException {
		HttpClientContext context = HttpClientContext.create();
		context.setAttribute(OutboundHttpAttributes.CALL_TIMEOUT, callTimeout);
		return clients.httpClient()
			.execute(get(path), context, (response) -> EntityUtils.toString(response.getEntity()));
	}

	private static void awaitNoLease(BoundedClients clients) {
		await().until(() -> clients.snapshot().leased() == 0);
	}

}
