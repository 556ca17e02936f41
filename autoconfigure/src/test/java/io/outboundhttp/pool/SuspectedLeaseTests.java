package io.outboundhttp.pool;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.LeakReport;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.RecordedLeaks;
import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.pool.LeakDetection.StackTraces;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityTemplate;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the detection of leases that are held without being used.
 */
@ExtendWith(OutputCaptureExtension.class)
class SuspectedLeaseTests {

	private static final String LINE = "Client 'payments': a connection is held, and nothing was read from it";

	private static final String CLEARED = "the connection that was suspected to be leaked is back, or in use again";

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
		this.server = TestHttpServer.start().handleAll(Handler.respond(200, "0123456789"));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void leaksAreCountedForTheRouteThatHasThem() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakFixture.reclaiming(Reclaim.ABANDONED), 3);
		try (TestHttpServer other = TestHttpServer.start().handleAll(Handler.respond(200, "0123456789"));
				CloseableHttpClient client = PoolFixture.client(this.pools, pool);
				ClassicHttpResponse one = LeakFixture.open(client, this.server.url());
				ClassicHttpResponse two = LeakFixture.open(client, this.server.url())) {
			this.time.advance(LeakFixture.THRESHOLD);
			try (ClassicHttpResponse fresh = LeakFixture.open(client, other.url())) {
				LeakFixture.look(pool);
				assertThat(List.of(one, two, fresh)).extracting(ClassicHttpResponse::getCode).containsOnly(200);
				assertThat(pool.snapshot().routes())
					.extracting(PoolSnapshot.Route::target, PoolSnapshot.Route::leased, PoolSnapshot.Route::leaked)
					.containsExactlyInAnyOrder(tuple(this.server.url(), 2, 2), tuple(other.url(), 1, 0));
			}
		}
	}

	@Test
	@DisplayName("L1 a response that is held and not read is suspected once, with both stacks, until it is closed")
	void heldResponseIsSuspectedOnceUntilItIsClosed(CapturedOutput output) throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakFixture.reclaiming(Reclaim.ABANDONED), 2);
		CountDownLatch closing = new CountDownLatch(1);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			CompletableFuture<Void> holder = run("holder", () -> acquireAndSitOnIt(client, closing));
			awaitPhase(pool, LeaseSnapshot.Phase.RESPONSE_UNREAD);
			this.time.advance(LeakFixture.THRESHOLD.minusNanos(1));
			LeakFixture.look(pool);
			assertThat(this.recorded.reports()).as("before the threshold").isEmpty();
			this.time.advance(Duration.ofSeconds(1));
			LeakFixture.awaitUpkeep(pool, () -> assertThat(this.recorded.reports()).hasSize(1));
			this.time.advance(LeakFixture.THRESHOLD);
			LeakFixture.look(pool);
			assertThat(this.recorded.reports()).as("reported once").hasSize(1);
			assertThat(pool.snapshot().leaks()).isEqualTo(new PoolSnapshot.Leaks(1, 0, 1, 0, 0, 0));
			assertThat(pool.snapshot().routes()).singleElement().extracting(PoolSnapshot.Route::leaked).isEqualTo(1);
			closing.countDown();
			holder.join();
		}
		LeakReport report = this.recorded.reports().get(0);
		assertThat(report.kind()).isEqualTo(LeakReport.Kind.SUSPECTED);
		assertThat(report.reclaimed()).isFalse();
		assertThat(report.lease().thread()).isEqualTo("holder");
		assertThat(report.lease().phase()).isEqualTo(LeaseSnapshot.Phase.RESPONSE_UNREAD);
		assertThat(report.lease().idleMillis()).isEqualTo(30_999);
		assertThat(methods(report.lease().stack())).contains("acquireAndSitOnIt").doesNotContain("sit");
		assertThat(methods(report.threadNow())).contains("acquireAndSitOnIt", "sit");
		assertThat(pool.snapshot().leaks()).isEqualTo(new PoolSnapshot.Leaks(0, 0, 1, 0, 0, 0));
		assertThat(pool.snapshot().recentLeaks()).extracting(PoolSnapshot.RecentLeak::report).containsExactly(report);
		assertThat(this.recorded.cleared()).extracting(LeaseSnapshot::thread).containsExactly("holder");
		assertThat(LeakFixture.lines(output, LINE)).singleElement().asString().contains(" WARN ").contains("30999 ms");
		assertThat(output).contains("the connection was taken:").contains("now the thread is:");
		assertThat(LeakFixture.lines(output, CLEARED)).singleElement().asString().contains(" INFO ");
	}

	private void acquireAndSitOnIt(CloseableHttpClient client, CountDownLatch closing) throws Exception {
		try (ClassicHttpResponse response = LeakFixture.open(client, this.server.url())) {
			sit(closing);
			EntityUtils.consume(response.getEntity());
		}
	}

	private static void sit(CountDownLatch closing) throws InterruptedException {
		closing.await();
	}

	@Test
	@DisplayName("L1 a suspected lease that is read again is cleared, and not reported a second time")
	void suspectedLeaseThatMakesProgressIsCleared(CapturedOutput output) throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakDetection.DEFAULT, 2);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool);
				ClassicHttpResponse response = LeakFixture.open(client, this.server.url())) {
			InputStream content = response.getEntity().getContent();
			this.time.advance(LeakFixture.THRESHOLD);
			LeakFixture.awaitUpkeep(pool, () -> assertThat(this.recorded.reports()).hasSize(1));
			assertThat(content.read()).isEqualTo('0');
			LeakFixture.look(pool);
			assertThat(this.recorded.cleared()).hasSize(1);
			assertThat(LeakFixture.lines(output, CLEARED)).hasSize(1);
			assertThat(pool.snapshot().leaks().suspected()).isZero();
			this.time.advance(LeakFixture.THRESHOLD);
			LeakFixture.look(pool);
			assertThat(pool.snapshot().leaks()).as("suspected again")
				.isEqualTo(new PoolSnapshot.Leaks(1, 0, 1, 0, 0, 0));
			assertThat(content.readAllBytes()).hasSize(9);
		}
		assertThat(this.recorded.reports()).hasSize(1);
		assertThat(LeakFixture.lines(output, LINE)).hasSize(1);
	}

	@Test
	@DisplayName("L1 who waits for a slow answer is not suspected, who then holds it is")
	void callerThatWaitsForTheHeadIsNotSuspected() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakDetection.DEFAULT, 2);
		this.server.handle("/slow", Handler.stall());
		CountDownLatch closing = new CountDownLatch(1);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			CompletableFuture<Void> holder = run("holder", () -> {
				try (ClassicHttpResponse response = LeakFixture.open(client, this.server.url("/slow"))) {
					sit(closing);
					EntityUtils.consume(response.getEntity());
				}
			});
			this.server.awaitRequests(1);
			assertNotSuspectedWithin(pool, Duration.ofHours(1));
			assertThat(pool.snapshot().leases()).extracting(LeaseSnapshot::phase)
				.containsExactly(LeaseSnapshot.Phase.AWAITING_RESPONSE);
			this.server.releaseStalled();
			awaitPhase(pool, LeaseSnapshot.Phase.RESPONSE_UNREAD);
			assertSuspectedAfterThreshold(pool);
			closing.countDown();
			holder.join();
		}
	}

	@Test
	@DisplayName("L1 who waits inside a read (long poll, stream) is not suspected, who then stops reading is")
	void callerInsideAReadIsNotSuspected() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakDetection.DEFAULT, 2);
		CountDownLatch more = new CountDownLatch(1);
		this.server.handle("/stream", (exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
			exchange.await(more);
			exchange.write("b");
		});
		CountDownLatch closing = new CountDownLatch(1);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			Thread[] reader = new Thread[1];
			CompletableFuture<Void> holder = run("reader", () -> {
				try (ClassicHttpResponse response = LeakFixture.open(client, this.server.url("/stream"))) {
					InputStream content = response.getEntity().getContent();
					assertThat(content.read()).isEqualTo('a');
					reader[0] = Thread.currentThread();
					assertThat(content.read()).isEqualTo('b');
					sit(closing);
				}
			});
			await().until(() -> reader[0] != null && Stream.of(reader[0].getStackTrace())
				.anyMatch((frame) -> frame.getClassName().equals("sun.nio.ch.NioSocketImpl")));
			assertNotSuspectedWithin(pool, Duration.ofHours(1));
			more.countDown();
			await().until(() -> Stream.of(reader[0].getStackTrace())
				.anyMatch((frame) -> frame.getMethodName().equals("sit")));
			assertSuspectedAfterThreshold(pool);
			closing.countDown();
			holder.join();
		}
	}

	@Test
	@DisplayName("L1 a download in progress is not suspected, however long it takes")
	void downloadInProgressIsNotSuspected() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakDetection.DEFAULT, 2);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool);
				ClassicHttpResponse response = LeakFixture.open(client, this.server.url())) {
			InputStream content = response.getEntity().getContent();
			for (int i = 0; i < 10; i++) {
				assertNotSuspectedWithin(pool, LeakFixture.THRESHOLD.minusMillis(1));
				assertThat(content.read()).isEqualTo('0' + i);
			}
			assertThat(pool.snapshot().leases().get(0).ageMillis()).isGreaterThan(290_000);
			assertThat(content.read()).isEqualTo(-1);
		}
	}

	@Test
	@DisplayName("L1 a slow upload is not suspected")
	void slowUploadIsNotSuspected() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakDetection.DEFAULT, 2);
		CountDownLatch writing = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			CompletableFuture<Void> uploader = run("uploader", () -> {
				HttpPost post = new HttpPost(this.server.url());
				post.setEntity(new EntityTemplate(-1, ContentType.TEXT_PLAIN, null, (out) -> {
					out.write('x');
					out.flush();
					writing.countDown();
					try {
						goOn.await();
					}
					catch (InterruptedException ex) {
						throw new IOException(ex);
					}
				}));
				String answer = client.execute(post, (response) -> EntityUtils.toString(response.getEntity()));
				assertThat(answer).isEqualTo("0123456789");
			});
			writing.await();
			assertNotSuspectedWithin(pool, Duration.ofHours(1));
			goOn.countDown();
			uploader.join();
		}
	}

	@Test
	@DisplayName("L1 an exempt exchange is not suspected beside one that is")
	void exemptExchangeIsNotSuspected() throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, LeakDetection.DEFAULT, 2);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			CallContext before = this.pools.getCalls()
				.enter(new CallContext("GET", "/exempt/{id}", true, null,
						new TimeLimit(Duration.ofSeconds(10), "built-in")));
			ClassicHttpResponse exempt = LeakFixture.open(client, this.server.url());
			this.pools.getCalls().leave(before);
			try (exempt; ClassicHttpResponse other = LeakFixture.open(client, this.server.url())) {
				this.time.advance(LeakFixture.THRESHOLD);
				LeakFixture.awaitUpkeep(pool, () -> assertThat(this.recorded.reports()).hasSize(1));
				LeakFixture.look(pool);
				assertThat(this.recorded.reports()).extracting((report) -> report.lease().uriTemplate())
					.containsOnlyNulls();
				assertThat(pool.snapshot().leaks().suspected()).isEqualTo(1);
				assertThat(other.getCode()).isEqualTo(200);
			}
		}
	}

	@ParameterizedTest
	@MethodSource
	@DisplayName("L1 nothing is suspected when detection is off or the threshold is zero")
	void nothingIsSuspectedWithoutDetection(LeakDetection detection) throws Exception {
		ConnectionPool pool = LeakFixture.open(this.pools, detection, 2);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool);
				ClassicHttpResponse response = LeakFixture.open(client, this.server.url())) {
			assertNotSuspectedWithin(pool, Duration.ofHours(1));
			assertThat(response.getCode()).isEqualTo(200);
		}
	}

	static List<LeakDetection> nothingIsSuspectedWithoutDetection() {
		return List.of(LeakFixture.OFF,
				new LeakDetection(true, null, StackTraces.ALWAYS, Reclaim.ABANDONED, LeakFixture.RECLAIM_AFTER));
	}

	private void assertNotSuspectedWithin(ConnectionPool pool, Duration duration) {
		this.time.advance(duration);
		this.pools.sweep(this.time.nanos());
		LeakFixture.look(pool);
		assertThat(this.recorded.reports()).isEmpty();
		assertThat(pool.snapshot().leased()).isEqualTo(1);
		assertThat(pool.snapshot().leaks()).isEqualTo(new PoolSnapshot.Leaks(0, 0, 0, 0, 0, 0));
	}

	private void assertSuspectedAfterThreshold(ConnectionPool pool) {
		this.time.advance(LeakFixture.THRESHOLD);
		LeakFixture.awaitUpkeep(pool, () -> assertThat(this.recorded.reports()).hasSize(1));
	}

	private static void awaitPhase(ConnectionPool pool, LeaseSnapshot.Phase phase) {
		await().untilAsserted(
				() -> assertThat(pool.snapshot().leases()).extracting(LeaseSnapshot::phase).containsExactly(phase));
	}

	private static List<String> methods(List<StackTraceElement> stack) {
		return stack.stream().map(StackTraceElement::getMethodName).toList();
	}

	private static CompletableFuture<Void> run(String thread, Task task) {
		CompletableFuture<Void> done = new CompletableFuture<>();
		Thread runner = new Thread(() -> {
			try {
				task.run();
				done.complete(null);
			}
			catch (Exception | AssertionError ex) {
				done.completeExceptionally(ex);
			}
		}, thread);
		runner.setDaemon(true);
		runner.start();
		return done;
	}

	/**
	 * What a thread of a test does.
	 */
	private interface Task {

		void run() throws Exception;

	}

}
