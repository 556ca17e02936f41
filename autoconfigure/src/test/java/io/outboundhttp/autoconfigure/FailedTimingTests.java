package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.web.client.ResourceAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * Tests that Spring Boot times a request of ours that nobody answers. Micrometer's suite
 * has the scenario too, but skips it for all clients.
 */
class FailedTimingTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	static Stream<Arguments> calls() {
		return Stream.of(
				argumentSet("RestClient", call(
						(clients, url) -> clients.restClient("payments").get().uri(url).retrieve().toBodilessEntity())),
				argumentSet("RestTemplate",
						call((clients, url) -> clients.restTemplate("payments").getForObject(url, String.class))));
	}

	private static BiConsumer<OutboundHttpClients, String> call(BiConsumer<OutboundHttpClients, String> call) {
		return call;
	}

	@ParameterizedTest
	@MethodSource("calls")
	void requestToAServerThatIsGoneIsTimedOnce(BiConsumer<OutboundHttpClients, String> call) throws IOException {
		String gone = gone();
		try (TimedApplication application = new TimedApplication(this.leaks)) {
			OutboundHttpClients clients = application.timedInto(this.registry).getBean(OutboundHttpClients.class);
			assertThatExceptionOfType(ResourceAccessException.class).isThrownBy(() -> call.accept(clients, gone));
			Timer timer = this.registry.get("http.client.requests")
				.tags("method", "GET", "status", "CLIENT_ERROR", "outcome", "UNKNOWN", "uri", "/anything", "exception",
						"ResourceAccessException")
				.timer();
			assertThat(timer.count()).isEqualTo(1);
		}
	}

	private static String gone() throws IOException {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return "http://127.0.0.1:" + server.getLocalPort() + "/anything";
		}
	}

}
