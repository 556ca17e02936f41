package io.outboundhttp.jfr;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.autoconfigure.OutboundHttpAutoConfiguration;
import io.outboundhttp.autoconfigure.jfr.OutboundHttpFlightRecorderAutoConfiguration;
import io.outboundhttp.testsupport.TestHttpServer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link FlightRecorderPoolListener}.
 */
class FlightRecorderPoolListenerTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withInitializer(this.leaks)
		.withConfiguration(AutoConfigurations.of(OutboundHttpAutoConfiguration.class,
				OutboundHttpFlightRecorderAutoConfiguration.class))
		.withPropertyValues("outbound-http.clients.a.pool.max-per-route=1",
				"outbound-http.clients.a.pool.acquire-timeout=20ms",
				"outbound-http.clients.a.leak-detection.threshold=100ms");

	@TempDir
	private Path directory;

	@Test
	void eventsTellOfLeasesTimeoutsAndLeaks() throws IOException {
		this.leaks.expectWarning("a connection is held, and nothing was read from it");
		Path file = this.directory.resolve("recording.jfr");
		try (Recording recording = new Recording(); TestHttpServer server = TestHttpServer.start()) {
			recording.enable("io.outboundhttp.Lease");
			recording.enable("io.outboundhttp.LeaseTimeout");
			recording.enable("io.outboundhttp.Leak");
			recording.start();
			this.runner.run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				RestClient client = clients.restClient("a");
				client.get().uri(server.url("/x/{id}"), 7).retrieve().body(String.class);
				ClientHttpResponse held = client.get()
					.uri(server.url("/held"))
					.exchangeForRequiredValue((request, response) -> response, false);
				assertThatExceptionOfType(ResourceAccessException.class)
					.isThrownBy(() -> client.get().uri(server.url("/x")).retrieve().toBodilessEntity());
				await().atMost(Duration.ofSeconds(10))
					.until(() -> clients.pool("a").snapshot().leaks().suspected() == 1);
				held.close();
			});
			recording.stop();
			recording.dump(file);
		}
		List<RecordedEvent> events = RecordingFile.readAllEvents(file);
		assertThat(events).filteredOn((event) -> event.getEventType().getName().equals("io.outboundhttp.Lease"))
			.hasSize(2)
			.first()
			.satisfies((event) -> {
				assertThat(event.getString("client")).isEqualTo("a");
				assertThat(event.getString("method")).isEqualTo("GET");
				assertThat(Objects.requireNonNull(event.getString("uriTemplate"))).endsWith("/x/{id}");
				assertThat(event.getDuration("held")).isPositive();
				assertThat(event.getBoolean("reused")).isFalse();
			});
		assertThat(events).filteredOn((event) -> event.getEventType().getName().equals("io.outboundhttp.LeaseTimeout"))
			.singleElement()
			.satisfies(
					(event) -> assertThat(event.getDuration("waited")).isGreaterThanOrEqualTo(Duration.ofMillis(20)));
		assertThat(events).filteredOn((event) -> event.getEventType().getName().equals("io.outboundhttp.Leak"))
			// a slow machine makes the first call look like one, too
			.filteredOn((event) -> Objects.requireNonNull(event.getString("uriTemplate")).endsWith("/held"))
			.singleElement()
			.satisfies((event) -> assertThat(event.getString("kind")).isEqualTo("SUSPECTED"));
	}

	@Test
	void eventTellsThatACallerWasTurnedAway() throws IOException {
		Path file = this.directory.resolve("rejected.jfr");
		try (Recording recording = new Recording(); TestHttpServer server = TestHttpServer.start()) {
			recording.enable("io.outboundhttp.LeaseTimeout");
			recording.start();
			this.runner
				.withPropertyValues("outbound-http.clients.a.pool.max-pending=0",
						"outbound-http.clients.a.leak-detection.enabled=false")
				.run((context) -> {
					RestClient client = context.getBean(OutboundHttpClients.class).restClient("a");
					try (ClientHttpResponse held = client.get()
						.uri(server.url("/held"))
						.exchangeForRequiredValue((request, response) -> response, false)) {
						assertThatExceptionOfType(ResourceAccessException.class)
							.isThrownBy(() -> client.get().uri(server.url("/x")).retrieve().toBodilessEntity());
						assertThat(held.getStatusCode().value()).isEqualTo(200);
					}
				});
			recording.stop();
			recording.dump(file);
			assertThat(RecordingFile.readAllEvents(file))
				.filteredOn((event) -> event.getEventType().getName().equals("io.outboundhttp.LeaseTimeout"))
				.singleElement()
				.satisfies((event) -> {
					assertThat(event.getString("client")).isEqualTo("a");
					assertThat(event.getString("route")).isEqualTo(server.url());
					assertThat(event.getBoolean("rejected")).isTrue();
					assertThat(event.getDuration("waited")).isZero();
				});
		}
	}

	@Test
	void runtimeWithoutFlightRecorderHasNoListener() {
		this.runner.withClassLoader(new FilteredClassLoader("jdk.jfr"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("outboundHttpFlightRecorderPoolListener"));
	}

}
