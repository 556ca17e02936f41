package io.outboundhttp.client;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.BoundedClients.Limits;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.TestHttpServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the end of calls that are held up, wherever that is.
 */
@Timeout(60)
class CallTimeoutTests {

	/** Far more than the call timeout, far less than what holds the call up. */
	private static final Duration SOON = Duration.ofSeconds(10);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	static Stream<Arguments> stalls() {
		return Stream.of(Stall.values())
			.flatMap((stall) -> Stream.of(CallApi.values()).map((api) -> Arguments.of(stall, api)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("stalls")
	@DisplayName("T1 a call that is held up ends with its call-timeout and leaves nothing behind")
	void callThatIsHeldUpEndsInTime(Stall stall, CallApi api) throws Exception {
		try (Stall.Scene scene = new Stall.Scene(this.leaks, Limits.ofCall(Stall.LIMIT))) {
			stall.prepare(scene);
			long startNanos = System.nanoTime();
			Throwable failure = catchThrowable(() -> scene.call(api));
			Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
			CallTimeoutException exception = CallApi.find(failure, CallTimeoutException.class);
			assertThat(elapsed).isBetween(Stall.LIMIT.minusMillis(1), SOON);
			assertThat(stall.phases()).contains(exception.getPhase());
			assertTimes(exception);
			assertThat(exception).hasMessageStartingWith("Client 'payments': ")
				.hasMessageContaining("was not over within 300 ms")
				.hasMessageEndingWith("outbound-http.clients.payments.call-timeout");
			assertNothingIsLeft(scene, stall, exception.getPhase());
		}
	}

	private static void assertTimes(CallTimeoutException exception) {
		Map<CallPhase, Duration> times = exception.getTimes();
		assertThat(times).containsKey(exception.getPhase()).containsKey(CallPhase.ACQUIRE);
		assertThat(times.values().stream().reduce(Duration.ZERO, Duration::plus))
			.isBetween(Stall.LIMIT.minusMillis(100), SOON);
		times.forEach((phase, time) -> assertThat(exception.getMessage())
			.contains(phase.name().toLowerCase(Locale.ROOT) + " "));
	}

	private static void assertNothingIsLeft(Stall.Scene scene, Stall stall, CallPhase phase) throws Exception {
		int held = (stall == Stall.DRY_POOL) ? 1 : 0;
		await().until(() -> scene.clients().snapshot().leased() == held);
		PoolSnapshot snapshot = scene.clients().snapshot();
		assertThat(snapshot.pending()).isZero();
		assertThat(snapshot.available()).as("a connection to be used again").isZero();
		assertThat(snapshot.calls().timeouts()).containsEntry(phase, 1L);
		assertThat(snapshot.calls().timeouts().values().stream().mapToLong(Long::longValue).sum()).isOne();
		assertThat(snapshot.calls().retries().values()).as("retries").containsOnly(0L);
		if (stall != Stall.SLOW_REDIRECTS) {
			assertThat(scene.requests()).as("requests on the wire").isLessThanOrEqualTo(1);
		}
		if (held == 0) {
			scene.awaitNoOpenConnections();
			assertSlotIsFree(scene, stall);
		}
	}

	private static void assertSlotIsFree(Stall.Scene scene, Stall stall) throws Exception {
		if (stall == Stall.SILENT_PROXY) {
			return;
		}
		try (TestHttpServer healthy = TestHttpServer.start()) {
			assertThat(CallApi.RAW.get(scene.clients(), healthy.url("/"))).isEqualTo("ok");
		}
	}

}
