package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.ConnectTimeoutException;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.ReadTimeoutException;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.testsupport.BlackHole;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests that each timeout does what its key says, from the configuration to the clock on
 * the wall.
 */
@org.junit.jupiter.api.Timeout(60)
class TimeoutContractTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final String CLIENT = "outbound-http.clients.payments.";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start().handle("/silent", Exchange::stall).handle("/drip", (exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
			while (true) {
				exchange.write("x");
				exchange.pause(Duration.ofMillis(50));
			}
		});
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	static Stream<Arguments> table() {
		return Stream.of(Row.values())
			.flatMap((row) -> Stream.of(CLIENT, "outbound-http.defaults.")
				.flatMap((prefix) -> Stream.of(250, 700).map((millis) -> Arguments.of(row, prefix, millis))));
	}

	@ParameterizedTest(name = "{1}{0}={2}ms")
	@MethodSource("table")
	@DisplayName("T5 a timeout ends what it bounds when it says, and names the key that has set it")
	void timeoutDoesWhatItSays(Row row, String prefix, int millis) {
		try (BlackHole dead = BlackHole.unconnectable()) {
			ClientsRunner
				.withProperties(CLIENT + "base-url=" + this.server.url(), CLIENT + "pool.max-per-route=1",
						prefix + row.key + "=" + millis + "ms")
				.withInitializer(this.leaks)
				.run((context) -> {
					OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
					CompletableFuture<@Nullable Void> holder = row.holds() ? hold(clients) : null;
					long startNanos = System.nanoTime();
					Throwable failure = catchThrowable(
							() -> get(clients, (row == Row.CONNECT) ? dead.url("/") : row.path));
					assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
						.isBetween(Duration.ofMillis(millis - 1), SOON);
					assertThat(failure).hasStackTraceContaining(row.type.getName());
					assertThat(cause(failure, row.type)).hasMessageStartingWith("Client 'payments': ")
						.hasMessageEndingWith(CLIENT + ((row == Row.ACQUIRE) ? "pool.max-per-route" : row.key));
					if (row == Row.READ || row == Row.CONNECT) {
						assertThat(cause(failure, row.type))
							.hasMessageContaining(millis + " ms (" + prefix + row.key + " ");
					}
					if (holder != null) {
						this.server.releaseStalled();
						holder.join();
					}
					await().until(() -> clients.pool("payments").snapshot().leased() == 0);
				});
		}
	}

	private CompletableFuture<@Nullable Void> hold(OutboundHttpClients clients) {
		CompletableFuture<@Nullable Void> holder = CompletableFuture.runAsync(() -> get(clients, "/silent"));
		this.server.awaitRequests(1);
		return holder;
	}

	private static void get(OutboundHttpClients clients, String uri) {
		clients.restClient("payments").get().uri(uri).retrieve().toEntity(String.class);
	}

	private static Throwable cause(@Nullable Throwable failure, Class<? extends Throwable> type) {
		Throwable cause = failure;
		while (!type.isInstance(cause)) {
			cause = Objects.requireNonNull(cause, "no " + type).getCause();
		}
		return Objects.requireNonNull(cause);
	}

	@ParameterizedTest
	@EnumSource(names = { "READ", "CALL" })
	@DisplayName("T5 a RestTemplate is bounded as a RestClient is")
	void restTemplateIsBounded(Row row) {
		ClientsRunner.withProperties(CLIENT + "base-url=" + this.server.url(), CLIENT + row.key + "=250ms")
			.withInitializer(this.leaks)
			.run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				Throwable failure = catchThrowable(
						() -> clients.restTemplate("payments").getForObject(row.path, String.class));
				assertThat(cause(failure, row.type)).isNotNull();
				await().until(() -> clients.pool("payments").snapshot().leased() == 0);
			});
	}

	@Test
	@DisplayName("T5 timeouts that code has set are named as such")
	void timeoutsOfCodeAreNamedAsSuch() {
		try (BlackHole dead = BlackHole.unconnectable()) {
			ClientsRunner.withProperties(CLIENT + "base-url=" + this.server.url(), CLIENT + "connect-timeout=7s")
				.withUserConfiguration(CodeTimeouts.class)
				.withInitializer(this.leaks)
				.run((context) -> {
					OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
					assertThat(cause(catchThrowable(() -> get(clients, "/silent")), ReadTimeoutException.class))
						.hasMessageContaining("for 250 ms (set in code)");
					assertThat(cause(catchThrowable(() -> get(clients, dead.url("/"))), ConnectTimeoutException.class))
						.hasMessageContaining("within 270 ms (set in code)");
				});
		}
	}

	@Test
	@DisplayName("T7 read timeouts and retries end with the call-timeout")
	void retriesEndWithTheCall() {
		this.leaks.expectWarning("warn retries-exceed-call-timeout");
		ClientsRunner
			.withProperties(CLIENT + "base-url=" + this.server.url(), CLIENT + "read-timeout=600ms",
					CLIENT + "retry.max-retries=3", CLIENT + "retry.delay=1ms", CLIENT + "call-timeout=900ms")
			.withInitializer(this.leaks)
			.run((context) -> {
				OutboundHttpClients clients = context.getBean(OutboundHttpClients.class);
				long startNanos = System.nanoTime();
				Throwable failure = catchThrowable(() -> get(clients, "/silent"));
				assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isBetween(Duration.ofMillis(899), SOON);
				assertThat(cause(failure, CallTimeoutException.class)).hasMessageContaining("within 900 ms");
				assertThat(this.server.requests()).hasSize(2);
				await().until(() -> clients.pool("payments").snapshot().leased() == 0);
				this.server.awaitNoOpenConnections();
			});
	}

	/**
	 * What bounds what.
	 */
	enum Row {

		CONNECT("connect-timeout", "/", ConnectTimeoutException.class),

		READ("read-timeout", "/silent", ReadTimeoutException.class),

		CALL("call-timeout", "/drip", CallTimeoutException.class),

		ACQUIRE("pool.acquire-timeout", "/", PoolExhaustedException.class);

		private final String key;

		private final String path;

		private final Class<? extends Throwable> type;

		Row(String key, String path, Class<? extends Throwable> type) {
			this.key = key;
			this.path = path;
			this.type = type;
		}

		private boolean holds() {
			return this == ACQUIRE;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CodeTimeouts {

		@Bean
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> codeCustomizer() {
			return (builder) -> builder
				.withConnectionConfigCustomizer(
						(connection) -> connection.setConnectTimeout(Timeout.ofMilliseconds(270)))
				.withDefaultRequestConfigCustomizer(
						(request) -> request.setResponseTimeout(Timeout.ofMilliseconds(250)));
		}

	}

}
