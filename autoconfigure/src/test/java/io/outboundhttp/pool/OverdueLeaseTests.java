package io.outboundhttp.pool;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.LeakReport;
import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.RecordedLeaks;
import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for suspected leases that are taken back. HttpClient's own retries are on: none
 * of them may hide what happened.
 */
@ExtendWith(OutputCaptureExtension.class)
class OverdueLeaseTests {

	private static final String LINE = "Client 'payments': a connection was held for too long";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final RecordedLeaks recorded = new RecordedLeaks();

	private final ConnectionPools pools = this.leaks
		.watch(PoolFixture.pools(this.time, new LoggingPoolListener(), this.recorded));

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.leaks.expectWarning("a connection is held, and nothing was read from it");
		this.leaks.allowWarning(LINE);
		this.server = TestHttpServer.start();
		this.server.handle("/large", Handler.respond(200, "x".repeat(1 << 20)));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("L11 a pool whose connections are all held is served again once they are overdue, each told once")
	void totallyHeldPoolServesAgainOnceItsLeasesAreOverdue(CapturedOutput output) throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakFixture.reclaiming(Reclaim.OVERDUE), 3);
		try (CloseableHttpClient client = clientBuilder(pool).build()) {
			List<ClassicHttpResponse> held = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				held.add(LeakFixture.open(client, this.server.url("/large")));
			}
			CompletableFuture<String> waiting = CompletableFuture.supplyAsync(() -> get(client));
			await().until(() -> pool.snapshot().pending() == 1);
			this.time.advance(LeakFixture.THRESHOLD);
			LeakFixture.awaitUpkeep(pool, () -> assertThat(this.recorded.reports()).hasSize(3));
			this.time.advance(LeakFixture.RECLAIM_AFTER.minus(LeakFixture.THRESHOLD).minusNanos(1));
			this.pools.reclaimOverdue(this.time.nanos());
			assertThat(pool.snapshot().leased()).as("not overdue yet").isEqualTo(3);
			this.time.advance(Duration.ofSeconds(1));
			LeakFixture.awaitUpkeep(pool, () -> assertThat(this.recorded.reports()).hasSize(6));
			assertThat(waiting.join()).isEqualTo("ok");
			this.pools.reclaimOverdue(this.time.nanos());
			LeakFixture.look(pool);
			assertTaken(pool, 3);
			for (ClassicHttpResponse response : held) {
				InputStream content = response.getEntity().getContent();
				assertThatExceptionOfType(LeaseReclaimedException.class).isThrownBy(content::readAllBytes)
					.withMessageStartingWith("Client 'payments': the connection of ")
					.withMessageContaining(this.server.url())
					.withMessageEndingWith("outbound-http.clients.payments.leak-detection.reclaim-after");
				response.close();
			}
			assertThat(get(client)).isEqualTo("ok");
			assertTaken(pool, 3);
		}
		assertThat(this.server.requests()).as("nothing was sent again").hasSize(5);
		assertThat(LeakFixture.lines(output, LINE)).singleElement()
			.asString()
			.contains(" WARN ")
			.contains("the connection was taken back");
	}

	private void assertTaken(ConnectionPool pool, int count) {
		PoolSnapshot snapshot = pool.snapshot();
		assertThat(snapshot.leased()).isZero();
		assertThat(snapshot.leaks()).isEqualTo(new PoolSnapshot.Leaks(0, 0, count, 0, 0, count));
		assertThat(snapshot.connections().closed()).containsEntry(CloseReason.RECLAIMED, (long) count);
		assertThat(this.recorded.reports()).hasSize(2 * count)
			.extracting(LeakReport::kind)
			.containsOnly(LeakReport.Kind.SUSPECTED);
		assertThat(this.recorded.reports().stream().filter(LeakReport::reclaimed)).hasSize(count);
		assertThat(snapshot.recentLeaks()).hasSize(2 * count);
		assertThat(this.recorded.cleared()).as("not back by themselves").isEmpty();
	}

	@Test
	@DisplayName("L11 by default a lease that can be reached is suspected, but never taken back")
	void suspectedLeaseStaysWithoutOverdue() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakFixture.reclaiming(Reclaim.ABANDONED), 2);
		try (CloseableHttpClient client = clientBuilder(pool).build();
				ClassicHttpResponse held = LeakFixture.open(client, this.server.url("/large"))) {
			this.time.advance(Duration.ofHours(1));
			LeakFixture.awaitUpkeep(pool, () -> assertThat(this.recorded.reports()).hasSize(1));
			assertThat(this.pools.reclaimOverdue(this.time.nanos())).isEqualTo(Long.MAX_VALUE);
			assertThat(held.getEntity().getContent().readAllBytes()).hasSize(1 << 20);
		}
		assertThat(pool.snapshot().leaks().reclaimedTotal()).isZero();
	}

	@Test
	@DisplayName("L11 who has begun to read again is not overdue")
	void suspectedLeaseThatIsReadAgainIsNotTaken() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakFixture.reclaiming(Reclaim.OVERDUE), 2);
		CountDownLatch more = new CountDownLatch(1);
		this.server.handle("/stream", (exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
			exchange.await(more);
			exchange.write("b");
		});
		try (CloseableHttpClient client = clientBuilder(pool).build();
				ClassicHttpResponse held = LeakFixture.open(client, this.server.url("/stream"))) {
			this.time.advance(LeakFixture.THRESHOLD);
			LeakFixture.awaitUpkeep(pool, () -> assertThat(this.recorded.reports()).hasSize(1));
			CompletableFuture<String> reader = CompletableFuture.supplyAsync(() -> text(held));
			await().until(() -> pool.snapshot().leases().get(0).phase() == LeaseSnapshot.Phase.READING);
			TrackedLease lease = Objects.requireNonNull(pool.connections().all().iterator().next().lease());
			await().until(() -> lease.exchange().isWaitingForUpstream());
			this.time.advance(LeakFixture.RECLAIM_AFTER);
			this.pools.reclaimOverdue(this.time.nanos());
			assertThat(pool.snapshot().leased()).isEqualTo(1);
			more.countDown();
			assertThat(reader.join()).isEqualTo("ab");
		}
		assertThat(pool.snapshot().leaks().reclaimedTotal()).isZero();
	}

	@Test
	@DisplayName("L11 who dawdles before sending is told that its connection is gone, and nothing is sent")
	void requestOfATakenLeaseIsNeverSent() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakFixture.reclaiming(Reclaim.OVERDUE), 2);
		CountDownLatch goOn = new CountDownLatch(1);
		try (CloseableHttpClient client = clientBuilder(pool)
			.addExecInterceptorLast("dawdling", (request, scope, chain) -> {
				awaitQuietly(goOn);
				return chain.proceed(request, scope);
			})
			.build()) {
			CompletableFuture<String> caller = CompletableFuture.supplyAsync(() -> get(client));
			this.server.awaitOpenConnections(1);
			await().until(() -> pool.snapshot().leases().get(0).phase() == LeaseSnapshot.Phase.UNUSED);
			this.time.advance(LeakFixture.THRESHOLD);
			LeakFixture.awaitUpkeep(pool, () -> assertThat(this.recorded.reports()).hasSize(1));
			this.time.advance(LeakFixture.RECLAIM_AFTER);
			LeakFixture.awaitUpkeep(pool, () -> assertThat(this.recorded.reports()).hasSize(2));
			goOn.countDown();
			assertThatExceptionOfType(CompletionException.class).isThrownBy(caller::join)
				.havingRootCause()
				.isInstanceOf(LeaseReclaimedException.class);
		}
		assertThat(this.server.requests()).isEmpty();
		assertThat(this.server.connectionsAccepted()).as("no second attempt").isEqualTo(1);
		assertThat(pool.snapshot().leased()).isZero();
	}

	@Test
	@DisplayName("L11 suspected leases are taken by hand, the others stay")
	void suspectedLeasesAreTakenByHand() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakFixture.reclaiming(Reclaim.NEVER), 2);
		try (CloseableHttpClient client = clientBuilder(pool).build();
				ClassicHttpResponse old = LeakFixture.open(client, this.server.url("/large"))) {
			this.time.advance(LeakFixture.THRESHOLD);
			LeakFixture.awaitUpkeep(pool, () -> assertThat(this.recorded.reports()).hasSize(1));
			try (ClassicHttpResponse recent = LeakFixture.open(client, this.server.url("/large"))) {
				assertThat(pool.reclaimSuspected()).isEqualTo(1);
				assertThat(pool.reclaimSuspected()).isZero();
				InputStream content = old.getEntity().getContent();
				assertThatExceptionOfType(LeaseReclaimedException.class).isThrownBy(content::readAllBytes)
					.withMessageContaining("an operator has asked for it");
				assertThat(recent.getEntity().getContent().readAllBytes()).hasSize(1 << 20);
			}
		}
		await().untilAsserted(() -> assertThat(this.recorded.reports()).hasSize(2));
		assertThat(pool.snapshot().leaks()).isEqualTo(new PoolSnapshot.Leaks(0, 0, 1, 0, 0, 1));
	}

	private HttpClientBuilder clientBuilder(ConnectionPool pool) {
		return HttpClients.custom()
			.setConnectionManager(this.pools.connectionManager(() -> pool))
			.setConnectionManagerShared(true);
	}

	private String get(CloseableHttpClient client) {
		try {
			return PoolFixture.get(client, this.server.url());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String text(ClassicHttpResponse response) {
		try {
			return new String(response.getEntity().getContent().readAllBytes(), StandardCharsets.US_ASCII);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
