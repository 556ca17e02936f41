package io.outboundhttp.pool;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.GarbageCollection;
import io.outboundhttp.LeakReport;
import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.RecordedLeaks;
import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the detection of responses that nobody can close any more.
 */
@ExtendWith(OutputCaptureExtension.class)
class AbandonedResponseTests {

	private static final String LINE = "Client 'payments': a response was dropped without being closed";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final RecordedLeaks recorded = new RecordedLeaks();

	private final ConnectionPools pools = this.leaks
		.watch(PoolFixture.pools(this.time, new LoggingPoolListener(), this.recorded));

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.leaks.allowWarning(LINE);
		this.server = TestHttpServer.start().handleAll(Handler.respond(200, "a body of some length"));
		this.server.handle("/large", Handler.respond(200, "x".repeat(1 << 20)));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("L1 a dropped response is found, taken back and reported once")
	void droppedResponseIsTakenBackAndReportedOnce(Drop drop, CapturedOutput output) throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakDetection.DEFAULT, 2);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			drop.leak(client, this.server.url());
			GarbageCollection.until(() -> assertThat(this.recorded.reports()).hasSize(1));
			assertThat(pool.snapshot().leased()).isZero();
			this.server.awaitNoOpenConnections();
			LeakFixture.leak(client, this.server.url(), 1);
			GarbageCollection.until(() -> assertThat(this.recorded.reports()).hasSize(2));
		}
		assertThat(this.recorded.reports()).allSatisfy((report) -> {
			assertThat(report.kind()).isEqualTo(LeakReport.Kind.ABANDONED);
			assertThat(report.reclaimed()).isTrue();
			assertThat(report.lease().client()).isEqualTo("payments");
			assertThat(report.lease().route()).isEqualTo(this.server.url());
			assertThat(report.lease().thread()).isEqualTo(Thread.currentThread().getName());
		});
		assertThat(this.recorded.reports().get(0).lease().phase()).isEqualTo(drop.phase);
		PoolSnapshot snapshot = pool.snapshot();
		assertThat(snapshot.leaks()).isEqualTo(new PoolSnapshot.Leaks(0, 0, 0, 2, 0, 2));
		assertThat(snapshot.connections().closed()).containsEntry(CloseReason.RECLAIMED, 2L);
		assertThat(snapshot.recentLeaks()).extracting(PoolSnapshot.RecentLeak::report)
			.containsExactly(this.recorded.reports().get(1), this.recorded.reports().get(0));
		assertThat(LeakFixture.lines(output, LINE)).isNotEmpty()
			.allSatisfy((line) -> assertThat(line).contains(" WARN ")
				.contains(this.server.url())
				.contains("the connection was taken back"));
	}

	@Test
	@DisplayName("L1 the stack of an abandoned lease tells who opened the response")
	void reportTellsWhoOpenedTheResponse(CapturedOutput output) throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakFixture.reclaiming(Reclaim.ABANDONED), 2);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			openAndForget(client);
			GarbageCollection.until(() -> assertThat(this.recorded.reports()).hasSize(1));
		}
		LeaseSnapshot lease = this.recorded.reports().get(0).lease();
		assertThat(lease.stack()).extracting(StackTraceElement::getMethodName).contains("openAndForget");
		assertThat(LeakFixture.lines(output, LINE)).hasSize(1);
		assertThat(output).contains("the connection was taken:").contains("AbandonedResponseTests.openAndForget(");
	}

	private void openAndForget(CloseableHttpClient client) throws IOException {
		client.executeOpen(null, new HttpGet(this.server.url()), null);
	}

	@Test
	@DisplayName("L1 with reclaim=never an abandoned lease is reported once and stays until it is taken by hand")
	void abandonedLeaseStaysWhereNothingIsReclaimed(CapturedOutput output) throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakFixture.reclaiming(Reclaim.NEVER), 2);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			LeakFixture.leak(client, this.server.url(), 1);
			GarbageCollection.until(() -> assertThat(this.recorded.reports()).hasSize(1));
			assertThat(this.recorded.reports().get(0).reclaimed()).isFalse();
			this.time.advance(LeakFixture.RECLAIM_AFTER);
			LeakFixture.look(pool);
			this.pools.reclaimOverdue(this.time.nanos());
			PoolSnapshot snapshot = pool.snapshot();
			assertThat(snapshot.leased()).isEqualTo(1);
			assertThat(snapshot.leaks()).isEqualTo(new PoolSnapshot.Leaks(0, 1, 0, 1, 0, 0));
			assertThat(snapshot.routes()).singleElement().extracting(PoolSnapshot.Route::leaked).isEqualTo(1);
			assertThat(this.recorded.reports()).as("reported once").hasSize(1);
			assertThat(LeakFixture.lines(output, " WARN ")).singleElement()
				.asString()
				.contains(LINE)
				.doesNotContain("taken back");
			assertThat(pool.reclaimSuspected()).isEqualTo(1);
			assertThat(pool.snapshot().leased()).isZero();
		}
	}

	@Test
	@DisplayName("L1 a response that can be reached is never abandoned, however long it is held")
	void reachableResponseIsNeverAbandoned() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakDetection.DEFAULT, 2);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool);
				ClassicHttpResponse held = LeakFixture.open(client, this.server.url())) {
			LeakFixture.leak(client, this.server.url(), 1);
			GarbageCollection.until(() -> assertThat(this.recorded.reports()).hasSize(1));
			assertThat(pool.snapshot().leased()).isEqualTo(1);
			assertThat(EntityUtils.toString(held.getEntity())).isEqualTo("a body of some length");
		}
		assertThat(this.recorded.reports()).hasSize(1);
		assertThat(pool.snapshot().available()).isEqualTo(1);
	}

	@Test
	@DisplayName("L1 the stream of a response alone keeps its lease")
	void reachableStreamIsNeverAbandoned() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakDetection.DEFAULT, 2);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool);
				InputStream held = LeakFixture.open(client, this.server.url()).getEntity().getContent()) {
			LeakFixture.leak(client, this.server.url(), 1);
			GarbageCollection.until(() -> assertThat(this.recorded.reports()).hasSize(1));
			assertThat(held.readAllBytes()).hasSize(21);
		}
		assertThat(this.recorded.reports()).hasSize(1);
	}

	@Test
	void abandonedResponseIsNotLookedForWhenDetectionIsOff() throws Exception {
		this.leaks.expectWarning("connections are closed while in use");
		ConnectionPools blind = PoolFixture.pools(this.time, this.recorded);
		try (blind;
				CloseableHttpClient client = PoolFixture.client(blind, LeakFixture.open(blind, LeakFixture.OFF, 2))) {
			WeakReference<ClassicHttpResponse> dropped = new WeakReference<>(
					LeakFixture.open(client, this.server.url()));
			GarbageCollection.until(() -> assertThat(dropped.get()).isNull());
			blind.sweep(this.time.nanos());
			assertThat(this.recorded.reports()).isEmpty();
			assertThat(blind.getPools().get(0).snapshot().leased()).isEqualTo(1);
		}
	}

	@Test
	@DisplayName("L1 control: HttpClient's own pool never gets a dropped response back, and is dead")
	void plainManagerNeverGetsADroppedResponseBack() throws Exception {
		PoolingHttpClientConnectionManager plain = new PoolingHttpClientConnectionManager();
		plain.setDefaultMaxPerRoute(2);
		RequestConfig impatient = RequestConfig.custom()
			.setConnectionRequestTimeout(Timeout.ofMilliseconds(100))
			.build();
		try (CloseableHttpClient client = HttpClients.custom()
			.setConnectionManager(plain)
			.setDefaultRequestConfig(impatient)
			.build()) {
			LeakFixture.leak(client, this.server.url(), 1);
			WeakReference<ClassicHttpResponse> last = new WeakReference<>(LeakFixture.open(client, this.server.url()));
			GarbageCollection.until(() -> assertThat(last.get()).isNull());
			assertThat(plain.getTotalStats().getLeased()).isEqualTo(2);
			assertThatExceptionOfType(ConnectionRequestTimeoutException.class)
				.isThrownBy(() -> PoolFixture.get(client, this.server.url()));
		}
	}

	@Test
	@DisplayName("L11 a totally leaked pool serves again after a collection, without a restart")
	void totallyLeakedPoolServesAgainAfterACollection() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakDetection.DEFAULT, 5);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			LeakFixture.leak(client, this.server.url(), 5);
			CompletableFuture<@Nullable String> waiting = CompletableFuture.supplyAsync(() -> {
				try {
					return PoolFixture.get(client, this.server.url());
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
			});
			GarbageCollection.until(() -> assertThat(waiting).isDone());
			assertThat(waiting.get(0, TimeUnit.SECONDS)).isEqualTo("a body of some length");
			await().untilAsserted(() -> assertThat(pool.snapshot().leaks().reclaimedTotal()).isEqualTo(5));
			assertThat(pool.snapshot().leased()).isZero();
			assertThat(pool.snapshot().connections().timeouts()).isZero();
		}
	}

	@Test
	@DisplayName("L1 who gets at a lease that was taken back after all is told so")
	void lateReaderIsToldThatItsConnectionWasTakenBack() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakFixture.reclaiming(Reclaim.ABANDONED), 2);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool);
				ClassicHttpResponse response = LeakFixture.open(client, this.server.url("/large"))) {
			TrackedLease lease = Objects.requireNonNull(pool.connections().all().iterator().next().lease());
			pool.leaks().abandoned(lease);
			InputStream content = response.getEntity().getContent();
			assertThatExceptionOfType(LeaseReclaimedException.class).isThrownBy(content::readAllBytes)
				.withMessageStartingWith("Client 'payments': ")
				.withMessageEndingWith("outbound-http.clients.payments.leak-detection.reclaim");
			content.close();
		}
		assertThat(pool.snapshot().leased()).isZero();
	}

	/**
	 * Ways to drop a response.
	 */
	enum Drop {

		EXECUTE(LeaseSnapshot.Phase.RESPONSE_UNREAD) {
			@Override
			@SuppressWarnings("deprecation")
			void leak(CloseableHttpClient client, String url) throws IOException {
				client.execute(new HttpGet(url));
			}
		},

		EXECUTE_OPEN(LeaseSnapshot.Phase.RESPONSE_UNREAD) {
			@Override
			void leak(CloseableHttpClient client, String url) throws IOException {
				client.executeOpen(null, new HttpGet(url), null);
			}
		},

		STREAM(LeaseSnapshot.Phase.READING) {
			@Override
			void leak(CloseableHttpClient client, String url) throws IOException {
				client.executeOpen(null, new HttpGet(url), null).getEntity().getContent();
			}
		},

		READ_IN_PART(LeaseSnapshot.Phase.READING) {
			@Override
			void leak(CloseableHttpClient client, String url) throws IOException {
				assertThat(client.executeOpen(null, new HttpGet(url), null).getEntity().getContent().read())
					.isEqualTo('a');
			}
		};

		private final LeaseSnapshot.Phase phase;

		Drop(LeaseSnapshot.Phase phase) {
			this.phase = phase;
		}

		abstract void leak(CloseableHttpClient client, String url) throws IOException;

	}

}
