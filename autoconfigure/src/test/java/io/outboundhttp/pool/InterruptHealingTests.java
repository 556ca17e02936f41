package io.outboundhttp.pool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.ManagedHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for callers that are interrupted or time out in the instant in which they are
 * served.
 */
@Timeout(120)
class InterruptHealingTests {

	private static final int CALLERS = 200;

	private static final long LATEST_INTERRUPT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	/** Seeds spread the interrupts over up to so many times that: machines differ. */
	private static final int SPREADS = 8;

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(TimeSource.system()));

	private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

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
	@DisplayName("L5 200 callers of one connection are interrupted at random: nothing is lost")
	void interruptedCallersLoseNothing() throws Exception {
		ConnectionPool pool = openOfOne();
		try (CloseableHttpClient client = withAcquireTimeout(ManagedHttpClients.builder(this.pools, pool), 10_000)) {
			for (int seed = 1; seed <= 10; seed++) {
				contend(client, seed, true);
				assertThat(pool.snapshot().leased()).as("leased after seed %s", seed).isZero();
				assertThat(pool.snapshot().pending()).as("pending after seed %s", seed).isZero();
			}
			assertServes(client);
		}
		assertThat(this.failures).isNotEmpty().allSatisfy((failure) -> {
			assertThat(failure).isExactlyInstanceOf(RequestFailedException.class).hasMessage("Request aborted");
			assertThat(failure.getCause()).isInstanceOf(InterruptedException.class);
		});
		assertThat(pool.snapshot().connections().refused()).isZero();
		assertThat(this.server.peakOpenConnections()).isEqualTo(1);
	}

	@Test
	@DisplayName("L5 control: HttpClient's own connection manager loses the connection")
	void controlInterruptedCallersLoseTheConnection() throws Exception {
		try (PoolingHttpClientConnectionManager manager = ofOne();
				CloseableHttpClient client = withAcquireTimeout(HttpClients.custom().setConnectionManager(manager),
						500)) {
			for (int seed = 1; seed <= 1000 && manager.getTotalStats().getLeased() == 0; seed++) {
				contend(client, seed, true);
			}
			assertThat(manager.getTotalStats().getLeased()).isEqualTo(1);
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> PoolFixture.get(client, this.server.url()))
				.withMessageContaining("Timeout deadline");
		}
	}

	@Test
	@DisplayName("L6 200 callers of one connection wait a millisecond at most: nothing is lost")
	void timedOutCallersLoseNothing() throws Exception {
		ConnectionPool pool = openOfOne();
		try (CloseableHttpClient client = withAcquireTimeout(ManagedHttpClients.builder(this.pools, pool), 1)) {
			for (int seed = 1; seed <= 10; seed++) {
				contend(client, seed, false);
				assertThat(pool.snapshot().leased()).as("leased after seed %s", seed).isZero();
				assertThat(pool.snapshot().pending()).as("pending after seed %s", seed).isZero();
			}
			assertServes(client);
		}
		assertThat(this.failures).isNotEmpty()
			.allSatisfy((failure) -> assertThat(failure).isExactlyInstanceOf(PoolExhaustedException.class));
		assertThat(pool.snapshot().connections().timeouts()).isEqualTo(this.failures.size());
	}

	@Test
	@DisplayName("L5 and L6 together: interrupts and timeouts of a few milliseconds lose nothing")
	void interruptedAndTimedOutCallersLoseNothing() throws Exception {
		ConnectionPool pool = openOfOne();
		try (CloseableHttpClient client = withAcquireTimeout(ManagedHttpClients.builder(this.pools, pool), 3)) {
			for (int seed = 1; seed <= 10; seed++) {
				contend(client, seed, true);
				assertThat(pool.snapshot().leased()).as("leased after seed %s", seed).isZero();
			}
			assertServes(client);
		}
		assertThat(this.failures).allSatisfy((failure) -> assertThat(failure)
			.isInstanceOfAny(RequestFailedException.class, PoolExhaustedException.class));
	}

	@Test
	void callerThatIsInterruptedAlreadyLeavesWithTheDocumentedException() throws Exception {
		ConnectionPool pool = openOfOne();
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build()) {
			Throwable failure = callInterrupted(client);
			assertThat(failure).isExactlyInstanceOf(RequestFailedException.class);
			assertServes(client);
		}
		assertThat(this.server.requests()).hasSize(10);
	}

	@Test
	void controlCallerThatIsInterruptedAlreadyGetsACancellationException() throws Exception {
		try (PoolingHttpClientConnectionManager manager = ofOne();
				CloseableHttpClient client = HttpClients.custom().setConnectionManager(manager).build()) {
			assertThat(callInterrupted(client)).isInstanceOf(CancellationException.class);
		}
	}

	private Throwable callInterrupted(CloseableHttpClient client) throws Exception {
		List<Boolean> interrupted = new ArrayList<>();
		Thread caller = new Thread(() -> {
			Thread.currentThread().interrupt();
			call(client);
			interrupted.add(Thread.currentThread().isInterrupted());
		}, "interrupted-caller");
		caller.start();
		caller.join();
		assertThat(interrupted).as("the interrupt is kept").containsExactly(true);
		return this.failures.remove();
	}

	/**
	 * Let callers contend for a connection, and interrupt each within milliseconds.
	 */
	private void contend(CloseableHttpClient client, long seed, boolean interrupting) throws InterruptedException {
		Random random = new Random(seed);
		CountDownLatch start = new CountDownLatch(1);
		List<Thread> callers = new ArrayList<>();
		for (int i = 0; i < CALLERS; i++) {
			Thread caller = new Thread(() -> {
				if (awaitUninterrupted(start)) {
					call(client);
				}
			}, "caller-" + i);
			callers.add(caller);
			caller.start();
		}
		long[] at = random.longs(CALLERS, 0, LATEST_INTERRUPT_NANOS * (1 + seed % SPREADS)).sorted().toArray();
		start.countDown();
		long startNanos = System.nanoTime();
		for (int i = 0; interrupting && i < CALLERS; i++) {
			while (System.nanoTime() - startNanos < at[i]) {
				Thread.onSpinWait();
			}
			callers.get(i).interrupt();
		}
		for (Thread caller : callers) {
			caller.join();
		}
	}

	private static boolean awaitUninterrupted(CountDownLatch latch) {
		try {
			latch.await();
			return true;
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

	private void call(CloseableHttpClient client) {
		try {
			assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
		}
		catch (Throwable ex) {
			this.failures.add(ex);
		}
	}

	private void assertServes(CloseableHttpClient client) throws IOException {
		for (int i = 0; i < 10; i++) {
			assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
		}
	}

	private ConnectionPool openOfOne() {
		return this.pools.open("a", PoolFixture.settings(), ofOne());
	}

	private static PoolingHttpClientConnectionManager ofOne() {
		PoolingHttpClientConnectionManager manager = new PoolingHttpClientConnectionManager();
		manager.setDefaultMaxPerRoute(1);
		manager.setMaxTotal(1);
		return manager;
	}

	private static CloseableHttpClient withAcquireTimeout(HttpClientBuilder builder, long millis) {
		return builder
			.setDefaultRequestConfig(
					RequestConfig.custom().setConnectionRequestTimeout(millis, TimeUnit.MILLISECONDS).build())
			.build();
	}

}
