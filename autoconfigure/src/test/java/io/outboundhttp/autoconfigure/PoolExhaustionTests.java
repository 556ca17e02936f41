package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.PoolExhaustedException.RouteSnapshot;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.PoolQueueFullException;
import io.outboundhttp.client.OutboundHttpClientCustomizer;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for what callers are told that get no connection in time.
 */
class PoolExhaustionTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = ClientsRunner.create()
		.withInitializer(this.leaks)
		.withPropertyValues("outbound-http.clients.a.pool.max-per-route=1",
				"outbound-http.clients.a.pool.acquire-timeout=100ms");

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("X2 callers of a held pool fail after the acquire timeout, and none stays in the queue")
	void callersOfAHeldPoolFailInTime() {
		this.runner.run((context) -> {
			RestClient client = client(context);
			try (ClientHttpResponse held = hold(client, "/held")) {
				assertThat(held.getStatusCode().value()).isEqualTo(200);
				List<Future<Duration>> callers = Callers.start(20, () -> {
					long start = System.nanoTime();
					assertThatExceptionOfType(ResourceAccessException.class).isThrownBy(() -> call(client))
						.withCauseInstanceOf(PoolExhaustedException.class);
					return Duration.ofNanos(System.nanoTime() - start);
				});
				for (Future<Duration> caller : callers) {
					assertThat(caller.get(20, TimeUnit.SECONDS)).isBetween(Duration.ofMillis(100),
							Duration.ofSeconds(10));
				}
				PoolSnapshot snapshot = pool(context).snapshot();
				assertThat(snapshot.pending()).isZero();
				assertThat(snapshot.oldestWaitMillis()).isZero();
				assertThat(snapshot.leased()).isEqualTo(1);
				assertThat(snapshot.connections().timeouts()).isEqualTo(20);
				assertThat(snapshot.connections().rejected()).isZero();
			}
			assertThat(this.server.requests()).as("sent").hasSize(1);
			assertThat(call(client)).as("the pool serves again").isEqualTo("ok");
		});
	}

	@Test
	@DisplayName("X3 the exception tells client, route, counts, the three oldest leases and the key to change")
	void exceptionTellsWhoHoldsTheConnections() {
		this.runner
			.withPropertyValues("outbound-http.clients.a.pool.max-per-route=4",
					"outbound-http.clients.a.leak-detection.stack-traces=always")
			.run((context) -> {
				RestClient client = client(context);
				try (ClientHttpResponse first = Callers.on("holder-1", () -> hold(client, "/orders/{id}", 7));
						ClientHttpResponse second = Callers.on("holder-2", () -> hold(client, "/items/{id}", 8));
						ClassicHttpResponse third = Callers.on("holder-3", () -> holdRaw(context));
						ClientHttpResponse fourth = Callers.on("holder-4", () -> hold(client, "/youngest"))) {
					PoolExhaustedException exhausted = exhausted(client);
					assertThat(exhausted.getMessage())
						.startsWith("Client 'a': no connection for route " + this.server.url() + " within ")
						.contains("(leased=4, available=0, pending=0, max-per-route=4, total=4, max-total=40)")
						.containsSubsequence("held for longest: GET " + this.server.url() + "/orders/{id}, ",
								"response unread, thread holder-1, at " + PoolExhaustionTests.class.getName() + ".",
								"GET " + this.server.url() + "/items/{id}, ", "thread holder-2, at ",
								"GET " + this.server.url() + ", ", "thread holder-3, at ")
						.doesNotContain("holder-4", "youngest", "this thread itself")
						.endsWith("or raise outbound-http.clients.a.pool.max-per-route");
					RouteSnapshot route = exhausted.getRoute();
					assertThat(route).isEqualTo(new RouteSnapshot("a", this.server.url(), 4, 0, 0, 4, 4, 40, 0));
					List<LeaseSnapshot> oldest = exhausted.getOldestLeases();
					assertThat(oldest).extracting(LeaseSnapshot::thread)
						.containsExactly("holder-1", "holder-2", "holder-3");
					assertThat(oldest).extracting(LeaseSnapshot::uriTemplate)
						.containsExactly(this.server.url() + "/orders/{id}", this.server.url() + "/items/{id}", null);
					assertThat(oldest).allSatisfy((lease) -> {
						assertThat(lease.method()).isEqualTo("GET");
						assertThat(lease.phase()).isEqualTo(LeaseSnapshot.Phase.RESPONSE_UNREAD);
						assertThat(lease.applicationFrame())
							.hasValueSatisfying((frame) -> assertThat(frame.getClassName())
								.isEqualTo(PoolExhaustionTests.class.getName()));
					});
					assertThat(oldest).extracting(LeaseSnapshot::ageMillis)
						.isSortedAccordingTo((one, other) -> Long.compare(other, one))
						.first()
						.satisfies((age) -> assertThat(age).isGreaterThanOrEqualTo(100));
					assertThat(List.of(second.getStatusCode(), fourth.getStatusCode(), first.getStatusCode()))
						.allMatch((status) -> status.value() == third.getCode());
				}
			});
	}

	@Test
	@DisplayName("X3 neither query strings nor headers nor values of the URI get into the exception")
	void exceptionTellsNoSecrets() {
		this.runner.withPropertyValues("outbound-http.clients.a.leak-detection.stack-traces=always").run((context) -> {
			RestClient client = client(context).mutate().defaultHeader("Authorization", "Bearer s3cret-header").build();
			try (ClientHttpResponse held = hold(client, "/t/{path}?literal=s3cret-literal&sig={sig}", "s3cret-path",
					"s3cret-query")) {
				assertThat(held.getStatusCode().value()).isEqualTo(200);
				Throwable thrown = catchThrowable(() -> client.get()
					.uri(this.server.url("/u/{path}?sig={sig}"), "s3cret-path", "s3cret-query")
					.retrieve()
					.toBodilessEntity());
				PoolExhaustedException exhausted = cause(thrown);
				assertThat(exhausted.getMessage()).contains("/t/{path}").doesNotContain("s3cret", "?", "sig=");
				assertThat(exhausted.getOldestLeases().toString()).contains("/t/{path}")
					.doesNotContain("s3cret", "?", "sig=");
				assertThat(exhausted.getRoute().toString()).doesNotContain("s3cret");
				assertThat(pool(context).snapshot().toString()).contains("/t/{path}").doesNotContain("s3cret");
			}
			assertThat(this.server.requests().get(0).target()).as("control").contains("s3cret-query");
		});
	}

	@Test
	@DisplayName("X3 a thread that waits for a connection it holds itself is told so")
	void exceptionTellsThatTheCallerItselfHoldsTheConnection() {
		this.runner.run((context) -> {
			RestClient client = client(context);
			try (ClientHttpResponse held = hold(client, "/held")) {
				assertThat(held.getStatusCode().value()).isEqualTo(200);
				PoolExhaustedException exhausted = exhausted(client);
				assertThat(exhausted.getRoute().heldByCaller()).isEqualTo(1);
				assertThat(exhausted).hasMessageContaining("; this thread itself holds 1");
				PoolExhaustedException elsewhere = Callers.on("other", () -> exhausted(client));
				assertThat(elsewhere.getRoute().heldByCaller()).isZero();
				assertThat(elsewhere.getMessage()).doesNotContain("this thread itself");
			}
		});
	}

	@Test
	@DisplayName("X3 where all routes together are at their limit, the key is that of the total")
	void exceptionNamesTheLimitThatWasReached() {
		this.runner
			.withPropertyValues("outbound-http.clients.a.pool.max-per-route=2",
					"outbound-http.clients.a.pool.max-total=2")
			.run((context) -> {
				RestClient client = client(context);
				try (TestHttpServer other = TestHttpServer.start();
						ClientHttpResponse one = hold(client, "/one");
						ClientHttpResponse two = hold(client, "/two")) {
					assertThat(one.getStatusCode()).isEqualTo(two.getStatusCode());
					assertThatExceptionOfType(ResourceAccessException.class)
						.isThrownBy(() -> client.get().uri(other.url("/x")).retrieve().toBodilessEntity())
						.havingCause()
						.isInstanceOf(PoolExhaustedException.class)
						.withMessageContaining("no connection for route " + other.url())
						.withMessageContaining(
								"leased=0, available=0, pending=0, max-per-route=2, total=2, max-total=2")
						.withMessageContaining("GET " + this.server.url() + "/one")
						.withMessageEndingWith("or raise outbound-http.clients.a.pool.max-total");
				}
			});
	}

	@Test
	@DisplayName("X3 HttpClient itself throws the same exception, without a wrapper")
	void rawHttpClientThrowsTheException() {
		this.runner.run((context) -> {
			HttpClient httpClient = context.getBean(OutboundHttpClients.class).httpClient("a");
			try (ClassicHttpResponse held = holdRaw(context)) {
				assertThat(held.getCode()).isEqualTo(200);
				assertThatExceptionOfType(PoolExhaustedException.class)
					.isThrownBy(() -> httpClient.execute(new HttpGet(this.server.url("/secret?q=1")),
							(response) -> response.getCode()))
					.isInstanceOf(ConnectionRequestTimeoutException.class)
					.withMessageContaining("held for longest: GET " + this.server.url() + ", ")
					.satisfies((ex) -> assertThat(ex.getOldestLeases()).hasSize(1))
					.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("secret"));
			}
		});
	}

	@Test
	@DisplayName("X3 a caller that is turned away is told the same, and which key lets more callers wait")
	void exceptionOfAFullQueueNamesItsKeyToo() {
		this.runner.withPropertyValues("outbound-http.clients.a.pool.max-pending=0").run((context) -> {
			RestClient client = client(context);
			try (ClientHttpResponse held = hold(client, "/orders/{id}", 7)) {
				assertThat(held.getStatusCode().value()).isEqualTo(200);
				PoolExhaustedException full = exhausted(client);
				assertThat(full).isInstanceOf(PoolQueueFullException.class)
					.hasMessageStartingWith(
							"Client 'a': 0 callers wait for a connection of route " + this.server.url() + " already (")
					.hasMessageContaining("held for longest: GET " + this.server.url() + "/orders/{id}, ")
					.hasMessageEndingWith("or raise outbound-http.clients.a.pool.max-pending or "
							+ "outbound-http.clients.a.pool.max-per-route");
				assertThat(full.getRoute().leased()).isEqualTo(1);
				assertThat(full.getOldestLeases()).hasSize(1);
			}
			assertThat(pool(context).snapshot().connections().rejected()).isEqualTo(1);
			assertThat(pool(context).snapshot().connections().timeouts()).isZero();
		});
	}

	@Test
	@DisplayName("X4 HttpClient's own retry, where it is on, does not try again for a connection")
	void exhaustedPoolIsNotRetriedByHttpClient() {
		this.runner.withBean(OutboundHttpClientCustomizer.class, RetryingCustomizer::new).run((context) -> {
			RestClient client = client(context);
			this.server.handle("/broken", Handler.closeAbruptly());
			Throwable broken = catchThrowable(
					() -> client.get().uri(this.server.url("/broken")).retrieve().toBodilessEntity());
			assertThat(broken).hasCauseInstanceOf(IOException.class);
			assertThat(this.server.requests("/broken")).as("control: it retries other failures").hasSize(4);
			try (ClientHttpResponse held = hold(client, "/held")) {
				assertThat(held.getStatusCode().value()).isEqualTo(200);
				assertThat(exhausted(client)).isNotInstanceOf(PoolQueueFullException.class);
			}
			assertThat(pool(context).snapshot().connections().timeouts()).as("attempts").isEqualTo(1);
			assertThat(this.server.requests("/x")).as("sent").isEmpty();
		});
	}

	@Test
	@DisplayName("X4 Spring's retry can tell an exhausted pool from a failed upstream by its type")
	void exhaustedPoolIsToldFromAFailedUpstream() {
		RetryTemplate retry = new RetryTemplate(RetryPolicy.builder()
			.maxRetries(3)
			.delay(Duration.ZERO)
			.includes(List.of(ResourceAccessException.class))
			.excludes(List.of(PoolExhaustedException.class))
			.build());
		this.runner.run((context) -> {
			RestClient client = client(context);
			this.server.handle("/broken", Handler.closeAbruptly());
			assertThatExceptionOfType(RetryException.class).isThrownBy(() -> retry
				.execute(() -> client.get().uri(this.server.url("/broken")).retrieve().toBodilessEntity()));
			assertThat(this.server.requests("/broken")).as("control: it retries other failures")
				.hasSizeGreaterThanOrEqualTo(4);
			try (ClientHttpResponse held = hold(client, "/held")) {
				assertThat(held.getStatusCode().value()).isEqualTo(200);
				assertThatExceptionOfType(RetryException.class).isThrownBy(() -> retry.execute(() -> call(client)))
					.satisfies((ex) -> assertThat(ex.getRetryCount()).isZero())
					.havingCause()
					.withCauseInstanceOf(PoolExhaustedException.class);
			}
			assertThat(pool(context).snapshot().connections().timeouts()).as("attempts").isEqualTo(1);
			assertThat(this.server.requests("/x")).as("sent").isEmpty();
		});
	}

	private PoolExhaustedException exhausted(RestClient client) {
		ResourceAccessException thrown = catchThrowableOfType(ResourceAccessException.class, () -> call(client));
		assertThat(thrown).hasCauseInstanceOf(PoolExhaustedException.class);
		return cause(thrown);
	}

	private static PoolExhaustedException cause(Throwable thrown) {
		return (PoolExhaustedException) Objects.requireNonNull(thrown.getCause());
	}

	private String call(RestClient client) {
		return String.valueOf(client.get().uri(this.server.url("/x")).retrieve().body(String.class));
	}

	private ClientHttpResponse hold(RestClient client, String template, Object... variables) {
		return client.get()
			.uri(this.server.url(template), variables)
			.exchangeForRequiredValue((request, response) -> response, false);
	}

	private ClassicHttpResponse holdRaw(ApplicationContext context) throws IOException {
		return context.getBean(OutboundHttpClients.class)
			.httpClient("a")
			.executeOpen(null, new HttpGet(this.server.url("/raw?q=1")), null);
	}

	private static RestClient client(ApplicationContext context) {
		return context.getBean(OutboundHttpClients.class).restClient("a");
	}

	private static ConnectionPool pool(ApplicationContext context) {
		return context.getBean(OutboundHttpClients.class).pool("a");
	}

	/**
	 * Turns on the retry that HttpClient brings along.
	 */
	private static final class RetryingCustomizer implements OutboundHttpClientCustomizer {

		@Override
		public void customize(String client, HttpClientBuilder builder) {
			builder.setRetryStrategy(new DefaultHttpRequestRetryStrategy(3, TimeValue.ofMilliseconds(1)));
		}

	}

}
