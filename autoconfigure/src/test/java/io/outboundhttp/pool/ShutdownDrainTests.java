package io.outboundhttp.pool;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.ClientClosedException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.ManagedHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what becomes of calls when the pools are closed.
 */
@Timeout(60)
class ShutdownDrainTests {

	private static final Duration LONG = Duration.ofSeconds(50);

	private static final String CUT = "connections are closed while in use";

	/** The common pool may have one thread only. */
	private static final Executor THREADS = (task) -> new Thread(task, "task").start();

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(TimeSource.system()));

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start().handle("/slow", (exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
			exchange.stall();
			exchange.write("half");
		});
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("H3 a call in progress ends well, callers that wait or come now are told")
	void callInProgressEndsWell() throws Exception {
		ConnectionPool pool = this.pools.open("payments", PoolFixture.settings(), PoolFixture.manager(1));
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build();
				ClassicHttpResponse response = slow(client)) {
			CompletableFuture<Throwable> waiting = CompletableFuture
				.supplyAsync(() -> catchThrowable(() -> PoolFixture.get(client, this.server.url())), THREADS);
			await().until(() -> pool.snapshot().pending() == 1);
			CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> this.pools.close(LONG), THREADS);
			assertThat(waiting.get(10, TimeUnit.SECONDS)).isInstanceOf(ClientClosedException.class)
				.hasMessageStartingWith("Client 'payments': ");
			assertThatExceptionOfType(ClientClosedException.class)
				.isThrownBy(() -> PoolFixture.get(client, this.server.url()));
			assertThat(pool.isClosed()).isFalse();
			assertThat(closing).isNotDone();
			this.server.releaseStalled();
			assertThat(EntityUtils.toString(response.getEntity())).isEqualTo("halfhalf");
			closing.get(10, TimeUnit.SECONDS);
			assertThat(pool.isClosed()).isTrue();
		}
		this.server.awaitNoOpenConnections();
	}

	@Test
	@DisplayName("H3 a call that outlasts the drain is cut, and named")
	void callThatOutlastsTheDrainIsCut() throws Exception {
		this.leaks.expectWarning("Client 'payments': 1 " + CUT);
		this.leaks.expectWarning("(0 of them leaked, hence not waited for): GET " + this.server.url());
		this.leaks.expectWarning("or change outbound-http.shutdown.drain-timeout");
		ConnectionPool pool = this.pools.open("payments", PoolFixture.settings(), PoolFixture.manager(1));
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build();
				ClassicHttpResponse response = slow(client)) {
			this.pools.close(Duration.ofMillis(30));
			assertThatExceptionOfType(ClientClosedException.class)
				.isThrownBy(() -> EntityUtils.toString(response.getEntity()))
				.withMessageStartingWith("Client 'payments': the connection of GET " + this.server.url())
				.withMessageEndingWith("change outbound-http.shutdown.drain-timeout");
		}
		this.server.awaitNoOpenConnections();
	}

	@Test
	@DisplayName("H3 the drain bounds all pools together, and waits for none without calls")
	void drainBoundsAllPoolsTogether() throws Exception {
		this.leaks.expectWarning("Client 'a': 1 " + CUT);
		this.leaks.expectWarning("Client 'b': 1 " + CUT);
		ConnectionPool a = this.pools.open("a", PoolFixture.settings(), PoolFixture.manager(1));
		ConnectionPool b = this.pools.open("b", PoolFixture.settings(), PoolFixture.manager(1));
		this.pools.open("idle", PoolFixture.settings(), PoolFixture.manager(1));
		try (CloseableHttpClient clientA = ManagedHttpClients.builder(this.pools, a).build();
				CloseableHttpClient clientB = ManagedHttpClients.builder(this.pools, b).build();
				ClassicHttpResponse responseA = slow(clientA);
				ClassicHttpResponse responseB = slow(clientB)) {
			this.pools.close(Duration.ofMillis(30));
			assertThat(this.pools.getPools()).isEmpty();
			assertThat(responseA.getCode()).isEqualTo(responseB.getCode());
		}
	}

	@Test
	@DisplayName("H3 a suspected lease is not waited for")
	void suspectedLeaseIsNotWaitedFor() throws Exception {
		this.leaks.expectWarning("a connection is held, and nothing was read from it");
		this.leaks.expectWarning("(1 of them leaked, hence not waited for)");
		ConnectionPools pools = this.leaks.watch(PoolFixture.pools(TimeSource.system(), new LoggingPoolListener()));
		ConnectionPool pool = pools.open("payments", suspicious(), PoolFixture.manager(1));
		try (CloseableHttpClient client = ManagedHttpClients.builder(pools, pool).build();
				ClassicHttpResponse response = slow(client)) {
			await().until(() -> pool.snapshot().leaks().suspected() == 1);
			CompletableFuture.runAsync(() -> pools.close(Duration.ofHours(1)), THREADS).get(20, TimeUnit.SECONDS);
			assertThat(response.getCode()).isEqualTo(200);
		}
	}

	@Test
	@DisplayName("H3 a lease that becomes suspected during the drain is waited for no longer")
	void leaseThatBecomesSuspectedIsWaitedForNoLonger() throws Exception {
		this.leaks.expectWarning("a connection is held, and nothing was read from it");
		this.leaks.expectWarning("(1 of them leaked, hence not waited for)");
		ConnectionPools pools = this.leaks.watch(PoolFixture.pools(TimeSource.system(), new LoggingPoolListener()));
		ConnectionPool pool = pools.open("payments", suspicious(), PoolFixture.manager(1));
		try (CloseableHttpClient client = ManagedHttpClients.builder(pools, pool).build();
				ClassicHttpResponse response = slow(client)) {
			assertThat(pool.snapshot().leaks().suspected()).isZero();
			CompletableFuture.runAsync(() -> pools.close(Duration.ofHours(1)), THREADS).get(20, TimeUnit.SECONDS);
			assertThat(response.getCode()).isEqualTo(200);
		}
	}

	@Test
	void secondCloseDoesNotCutTheDrainShort() throws Exception {
		ConnectionPool pool = this.pools.open("payments", PoolFixture.settings(), PoolFixture.manager(1));
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build();
				ClassicHttpResponse response = slow(client)) {
			CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> this.pools.close(LONG), THREADS);
			await().until(() -> pool.admission().isClosed());
			this.pools.close();
			assertThat(pool.isClosed()).isFalse();
			this.server.releaseStalled();
			assertThat(EntityUtils.toString(response.getEntity())).isEqualTo("halfhalf");
			closing.get(10, TimeUnit.SECONDS);
		}
	}

	@Test
	void interruptEndsTheDrain() throws Exception {
		this.leaks.expectWarning("Client 'payments': 1 " + CUT);
		ConnectionPool pool = this.pools.open("payments", PoolFixture.settings(), PoolFixture.manager(1));
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build();
				ClassicHttpResponse response = slow(client)) {
			Thread closing = new Thread(() -> this.pools.close(Duration.ofHours(1)), "closing");
			closing.start();
			await().until(() -> pool.admission().isClosed());
			closing.interrupt();
			closing.join(Duration.ofSeconds(20).toMillis());
			assertThat(closing.isAlive()).isFalse();
			assertThat(pool.isClosed()).isTrue();
			assertThat(response.getCode()).isEqualTo(200);
		}
	}

	private ClassicHttpResponse slow(CloseableHttpClient client) throws Exception {
		return client.executeOpen(null, new HttpGet(this.server.url("/slow")), null);
	}

	private static PoolSettings suspicious() {
		return PoolFixture.settingsBuilder()
			.leakDetection(new LeakDetection(true, Duration.ofMillis(200), LeakDetection.StackTraces.NEVER,
					LeakDetection.Reclaim.NEVER, PoolFixture.NEVER))
			.build();
	}

}
