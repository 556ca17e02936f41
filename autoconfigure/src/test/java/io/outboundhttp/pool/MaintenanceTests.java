package io.outboundhttp.pool;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.Problem;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.IdleConnectionEvictor;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for background work that fails, hangs or loses its thread.
 */
@Timeout(60)
class MaintenanceTests {

	private static final Duration IDLE = Duration.ofSeconds(1);

	private static final PoolSettings SETTINGS = PoolFixture.settingsBuilder()
		.idleTimeout(IDLE)
		.evictInterval(Duration.ofMillis(10))
		.build();

	/** As long as three of the longest pauses between two sweeps. */
	private static final Duration MISSED = Duration.ofSeconds(15);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(42);

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
	@DisplayName("K5 a connection manager that throws once in an eviction is logged, and evictions go on")
	void failureOfOneEvictionDoesNotEndTheOthers() throws Exception {
		this.leaks.expectWarning("thrown in an eviction");
		ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time));
		ConnectionPool pool = pools.open("a", SETTINGS, new ThrowingManager());
		try (CloseableHttpClient client = PoolFixture.client(pools, pool)) {
			for (int i = 0; i < 3; i++) {
				PoolFixture.get(client, this.server.url());
				assertThat(pool.snapshot().available()).isEqualTo(1);
				this.time.advance(IDLE);
				await().until(() -> pool.snapshot().available() == 0);
				this.server.awaitNoOpenConnections();
				assertThat(pool.snapshot().leased()).as("lost permits").isZero();
			}
			assertThat(this.leaks.threads()).extracting(Thread::getName)
				.containsExactly(ConnectionPools.CLOCK, ConnectionPools.UPKEEP);
			assertThat(problemsSeen(pools, pool)).isFalse();
		}
	}

	@Test
	@DisplayName("K5 control: HttpClient's evictor ends in silence when its connection manager throws once")
	void evictorOfHttpClientEndsInSilence() throws Exception {
		PoolingHttpClientConnectionManager manager = new PoolingHttpClientConnectionManager() {

			@Override
			public void closeExpired() {
				throw new IllegalStateException("thrown once");
			}

		};
		IdleConnectionEvictor evictor = new IdleConnectionEvictor(manager, TimeValue.ofMilliseconds(1),
				TimeValue.ofMilliseconds(1));
		evictor.start();
		await().until(() -> !evictor.isRunning());
		manager.close();
	}

	@Test
	@DisplayName("K5 work that hangs is a late heartbeat, which turns health down after three missed beats")
	void workThatHangsTurnsHealthDown() throws Exception {
		CountDownLatch hanging = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time, new PoolListener() {

			@Override
			public void connectionClosed(ConnectionPool pool, HttpRoute route, CloseReason reason) {
				if (reason == CloseReason.IDLE) {
					hanging.countDown();
					awaitQuietly(goOn);
				}
			}

		}));
		ConnectionPool pool = pools.open("a", SETTINGS, PoolFixture.manager(5));
		try (CloseableHttpClient client = PoolFixture.client(pools, pool)) {
			PoolFixture.get(client, this.server.url());
			this.time.advance(IDLE);
			hanging.await();
			assertThat(problemsSeen(pools, pool)).as("in time").isFalse();
			this.time.advance(MISSED.minusSeconds(1));
			assertThat(problemsSeen(pools, pool)).as("late").isFalse();
			this.time.advance(Duration.ofSeconds(1));
			assertThat(pools.getMaintenanceDelay()).isGreaterThanOrEqualTo(MISSED);
			assertThat(problemsSeen(pools, pool)).as("three beats missed").isTrue();
			assertThat(PoolFixture.get(client, this.server.url())).as("callers are not held up").isEqualTo("ok");
			goOn.countDown();
			await().until(() -> !problemsSeen(pools, pool));
		}
		finally {
			goOn.countDown();
		}
	}

	@Test
	@DisplayName("K5 a thread that has ended is a late heartbeat too, and the next connection starts it anew")
	void threadThatHasEndedIsStartedAnew() throws Exception {
		this.leaks.expectWarning("Thread outbound-http-upkeep has ended unexpectedly; it is started anew");
		AtomicBoolean deadly = new AtomicBoolean();
		CountDownLatch ended = new CountDownLatch(1);
		ConnectionPools pools = this.leaks.watch(PoolFixture.pools(() -> {
			if (Thread.currentThread().getName().equals(ConnectionPools.UPKEEP) && deadly.compareAndSet(true, false)) {
				Thread.currentThread().setUncaughtExceptionHandler((thread, ex) -> ended.countDown());
				throw new IllegalStateException("no time");
			}
			return this.time.nanos();
		}));
		ConnectionPool pool = pools.open("a", SETTINGS, PoolFixture.manager(5));
		try (CloseableHttpClient client = PoolFixture.client(pools, pool)) {
			PoolFixture.get(client, this.server.url());
			deadly.set(true);
			assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
			await().until(() -> this.leaks.threads()
				.stream()
				.noneMatch((thread) -> thread.getName().equals(ConnectionPools.UPKEEP)));
			this.time.advance(MISSED.plus(IDLE));
			assertThat(problemsSeen(pools, pool)).isTrue();
			PoolFixture.get(client, this.server.url());
			PoolFixture.openConnections(client, this.server.url(), 2);
			await().until(() -> !problemsSeen(pools, pool));
			this.time.advance(IDLE);
			await().until(() -> pool.snapshot().available() == 0);
		}
	}

	private static boolean problemsSeen(ConnectionPools pools, ConnectionPool pool) {
		HealthRules rules = HealthRules.DEFAULT;
		boolean late = rules.problems(pool.snapshot(), pools.getMaintenanceDelay()).contains(Problem.MAINTENANCE);
		assertThat(rules.isDown(rules.problems(pool.snapshot(), Duration.ZERO))).as("anything else").isFalse();
		return late && rules.downOn().contains(Problem.MAINTENANCE);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Throws when it disposes of a connection for the first time.
	 */
	private static final class ThrowingManager extends PoolingHttpClientConnectionManager {

		private final AtomicBoolean thrown = new AtomicBoolean();

		@Override
		public void release(ConnectionEndpoint endpoint, @Nullable Object state, @Nullable TimeValue keepAlive) {
			super.release(endpoint, state, keepAlive);
			if (this.thrown.compareAndSet(false, true)) {
				throw new StackOverflowError("thrown in an eviction");
			}
		}

	}

}
