package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.ClientClosedException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.PoolQueueFullException;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolLimits;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolSnapshot;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for callers that wait for a connection.
 */
class PendingCallersTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ApplicationContextRunner runner = ClientsRunner.create()
		.withInitializer(this.leaks)
		.withPropertyValues("outbound-http.clients.a.pool.max-per-route=1",
				"outbound-http.clients.a.pool.acquire-timeout=30s");

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
	@DisplayName("X5 of 50 callers ten wait, and the others are turned away at once with a type of their own")
	void callersAboveMaxPendingAreTurnedAway() {
		this.runner.withPropertyValues("outbound-http.clients.a.pool.max-pending=10").run((context) -> {
			RestClient client = client(context);
			ConnectionPool pool = pool(context);
			List<Future<String>> callers;
			try (ClientHttpResponse held = hold(client)) {
				assertThat(held.getStatusCode().value()).isEqualTo(200);
				callers = Callers.start(50, () -> call(client));
				await().atMost(Duration.ofSeconds(20))
					.until(() -> callers.stream().filter(Future::isDone).count() == 40);
				assertThat(callers).filteredOn(Future::isDone)
					.allSatisfy((caller) -> assertThat(caller).failsWithin(Duration.ZERO)
						.withThrowableThat()
						.withCauseInstanceOf(ResourceAccessException.class)
						.havingRootCause()
						.isInstanceOf(PoolQueueFullException.class));
				PoolSnapshot snapshot = pool.snapshot();
				assertThat(snapshot.pending()).isEqualTo(10);
				assertThat(snapshot.connections().rejected()).isEqualTo(40);
				assertThat(snapshot.connections().timeouts()).isZero();
			}
			int served = 0;
			for (Future<String> caller : callers) {
				served += outcome(caller).equals("ok") ? 1 : 0;
			}
			assertThat(served).as("callers that waited were served").isEqualTo(10);
			assertThat(pool.snapshot().pending()).isZero();
		});
	}

	@Test
	@DisplayName("X5 nobody is turned away while a connection is free, though nobody may wait")
	void nobodyIsTurnedAwayWhileAConnectionIsFree() {
		int callers = 4;
		this.runner
			.withPropertyValues("outbound-http.clients.a.pool.max-per-route=" + callers,
					"outbound-http.clients.a.pool.max-pending=0")
			.run((context) -> {
				RestClient client = client(context);
				CyclicBarrier together = new CyclicBarrier(callers);
				List<Future<Integer>> outcomes = Callers.start(callers, () -> {
					int served = 0;
					for (int i = 0; i < 200; i++) {
						together.await(20, TimeUnit.SECONDS);
						served += call(client).equals("ok") ? 1 : 0;
					}
					return served;
				});
				for (Future<Integer> outcome : outcomes) {
					assertThat(outcome.get(60, TimeUnit.SECONDS)).isEqualTo(200);
				}
				assertThat(pool(context).snapshot().connections().rejected()).isZero();
				assertThat(this.server.connectionsAccepted()).isLessThanOrEqualTo(callers);
			});
	}

	@Test
	@DisplayName("X6 the acquire timeout ends with the wait: a slow answer is no failure to acquire")
	void slowAnswerIsNoFailureToAcquire() {
		this.server.handleAll(Handler.stall());
		this.runner
			.withPropertyValues("outbound-http.clients.a.pool.max-per-route=20",
					"outbound-http.clients.a.pool.acquire-timeout=50ms")
			.run((context) -> {
				RestClient client = client(context);
				List<Future<String>> callers = Callers.start(20, () -> call(client));
				this.server.awaitRequests(20);
				await().until(() -> pool(context).snapshot()
					.leases()
					.stream()
					.allMatch((lease) -> lease.ageMillis() > 10 * 50));
				this.server.releaseStalled();
				for (Future<String> caller : callers) {
					assertThat(caller.get(20, TimeUnit.SECONDS)).isEqualTo("ok");
				}
				PoolSnapshot snapshot = pool(context).snapshot();
				assertThat(snapshot.connections().timeouts()).isZero();
				assertThat(snapshot.available()).isEqualTo(20);
			});
	}

	@Test
	@DisplayName("X6 a caller that waited and then gets a slow answer has not failed to acquire")
	void waitAndSlowAnswerAreNotAddedUp() {
		this.server.handle("/slow", Handler.stall());
		this.runner.withPropertyValues("outbound-http.clients.a.pool.acquire-timeout=2s").run((context) -> {
			RestClient client = client(context);
			Future<String> waiting;
			try (ClientHttpResponse held = hold(client)) {
				assertThat(held.getStatusCode().value()).isEqualTo(200);
				waiting = Callers.start("waiting",
						() -> String.valueOf(client.get().uri(this.server.url("/slow")).retrieve().body(String.class)));
				await().until(() -> pool(context).snapshot().oldestWaitMillis() > 300);
			}
			this.server.awaitRequests(2);
			await()
				.until(() -> pool(context).snapshot().leases().stream().anyMatch((lease) -> lease.ageMillis() > 2000));
			this.server.releaseStalled();
			assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("ok");
			assertThat(pool(context).snapshot().connections().timeouts()).isZero();
		});
	}

	@Test
	void waitingCallersAreServedAtOnceWhenALimitRises() {
		this.runner.run((context) -> {
			RestClient client = client(context);
			ConnectionPool pool = pool(context);
			try (ClientHttpResponse held = hold(client)) {
				assertThat(held.getStatusCode().value()).isEqualTo(200);
				List<Future<String>> callers = Callers.start(3, () -> call(client));
				await().until(() -> pool.snapshot().pending() == 3);
				pool.configureLimits((limits) -> new PoolLimits(limits.maxTotal(), 4));
				for (Future<String> caller : callers) {
					assertThat(caller.get(20, TimeUnit.SECONDS)).isEqualTo("ok");
				}
				assertThat(pool.snapshot().pending()).isZero();
				assertThat(pool.snapshot().maxPerRoute()).isEqualTo(4);
				assertThat(pool.snapshot().connections().refused()).isZero();
			}
		});
	}

	@Test
	void waitingCallersAreToldAtOnceThatThePoolCloses() {
		this.leaks.expectWarning("connections are closed while in use");
		List<Future<?>> callers = new ArrayList<>();
		this.runner.run((context) -> {
			RestClient client = client(context);
			hold(client);
			// the holder is cut off by the close: nothing for the extension to see
			callers.add(Callers.start("rest", () -> call(client)));
			callers.add(Callers.start("raw",
					() -> context.getBean(OutboundHttpClients.class)
						.httpClient("a")
						.execute(new HttpGet(this.server.url()), (response) -> response.getCode())));
			await().until(() -> pool(context).snapshot().pending() == 2);
			context.getBean(ConnectionPools.class).close();
		});
		assertThat(callers.get(0)).failsWithin(Duration.ofSeconds(20))
			.withThrowableThat()
			.withCauseInstanceOf(ResourceAccessException.class)
			.havingRootCause()
			.isInstanceOf(ClientClosedException.class)
			.withMessage("Client 'a': its pool is closed, since the application context is closing");
		assertThat(callers.get(1)).failsWithin(Duration.ofSeconds(20))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(ClientClosedException.class);
		assertThat(this.server.requests()).as("sent").hasSize(1);
	}

	private static String outcome(Future<String> caller) throws Exception {
		try {
			return caller.get(20, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			return String.valueOf(ex.getCause());
		}
	}

	private String call(RestClient client) {
		return String.valueOf(client.get().uri(this.server.url("/x")).retrieve().body(String.class));
	}

	private ClientHttpResponse hold(RestClient client) {
		return client.get()
			.uri(this.server.url("/held"))
			.exchangeForRequiredValue((request, response) -> response, false);
	}

	private static RestClient client(ApplicationContext context) {
		return context.getBean(OutboundHttpClients.class).restClient("a");
	}

	private static ConnectionPool pool(ApplicationContext context) {
		return context.getBean(OutboundHttpClients.class).pool("a");
	}

}
