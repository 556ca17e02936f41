package io.outboundhttp.pool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.admission.Threads;
import io.outboundhttp.testsupport.ChildJvm;
import io.outboundhttp.testsupport.TestHttpServer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for callers on virtual threads.
 */
@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "there are no virtual threads before Java 21")
class VirtualThreadTests {

	private static final int CALLERS = 10_000;

	private static final int CONNECTIONS = 50;

	private static final int PENDING = 500;

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	@TempDir
	private Path directory;

	@Test
	@DisplayName("V1 of 10,000 virtual threads 550 are served and the others turned away, and no carrier is pinned")
	void floodOfVirtualThreadsIsBounded() throws Exception {
		ConnectionPools pools = this.leaks.watch(PoolFixture.pools(TimeSource.system()));
		ConnectionPool pool = pools.open("a", PoolFixture.settingsBuilder().maxPending(PENDING).build(),
				PoolFixture.manager(CONNECTIONS));
		Path file = this.directory.resolve("pinned.jfr");
		CountDownLatch answer = new CountDownLatch(1);
		AtomicInteger served = new AtomicInteger();
		AtomicInteger rejected = new AtomicInteger();
		try (TestHttpServer server = TestHttpServer.start();
				CloseableHttpClient client = PoolFixture.client(pools, pool);
				Recording recording = new Recording()) {
			waitForAnswerOnce(server, client);
			server.handleAll((exchange) -> exchange.await(answer));
			recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ofMillis(20)).withStackTrace();
			recording.start();
			List<Thread> callers = new ArrayList<>();
			for (int i = 0; i < CALLERS; i++) {
				callers.add(Threads.VIRTUAL.start("caller-" + i,
						() -> (call(client, server.url()) ? served : rejected).incrementAndGet()));
			}
			await().atMost(Duration.ofSeconds(60)).until(() -> rejected.get() == CALLERS - CONNECTIONS - PENDING);
			PoolSnapshot full = pool.snapshot();
			assertThat(full.leased()).isEqualTo(CONNECTIONS);
			assertThat(full.pending()).isEqualTo(PENDING);
			assertThat(full.connections().rejected()).isEqualTo(rejected.get());
			answer.countDown();
			for (Thread caller : callers) {
				caller.join();
			}
			recording.stop();
			recording.dump(file);
			assertThat(served).hasValue(CONNECTIONS + PENDING);
			assertThat(pool.snapshot().connections().refused()).isZero();
			assertThat(server.peakOpenConnections()).isEqualTo(CONNECTIONS);
		}
		assertThat(RecordingFile.readAllEvents(file)).as("carriers pinned for 20 ms or more").isEmpty();
	}

	/**
	 * Let a virtual thread wait for a response. The first one that does pins its carrier
	 * while the JDK sets its poller up.
	 */
	private static void waitForAnswerOnce(TestHttpServer server, CloseableHttpClient client)
			throws InterruptedException {
		CountDownLatch answer = new CountDownLatch(1);
		server.handleAll((exchange) -> exchange.await(answer));
		Thread first = Threads.VIRTUAL.start("first", () -> call(client, server.url()));
		server.awaitRequests(1);
		await().until(() -> first.getState() != Thread.State.RUNNABLE);
		answer.countDown();
		first.join();
	}

	private static boolean call(CloseableHttpClient client, String url) {
		try {
			return PoolFixture.get(client, url).equals("ok");
		}
		catch (ConnectionRequestTimeoutException ex) {
			return false;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	@DisplayName("V2 200 virtual threads on two carriers share one connection to the end")
	void virtualThreadsOnTwoCarriersShareOneConnection() throws Exception {
		ChildJvm.Result result = ChildJvm.run(List.of("-Djdk.virtualThreadScheduler.parallelism=2",
				"-Djdk.virtualThreadScheduler.maxPoolSize=2", TwoCarriersApplication.class.getName()));
		assertThat(result.output()).contains("served 1000 over 1 connection");
		assertThat(result.exitCode()).isZero();
	}

}
