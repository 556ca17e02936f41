package io.outboundhttp.pool;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.LoggedLines;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for connections that are kept ready.
 */
@Timeout(60)
class WarmUpTests {

	private static final Duration LIMIT = Duration.ofSeconds(5);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final List<String> heard = new ArrayList<>();

	private final CountDownLatch names = new CountDownLatch(1);

	private final AtomicInteger attempts = new AtomicInteger();

	private final ConnectionPools pools = this.leaks
		.watch(new ConnectionPools(this.time, List.of(new LoggingPoolListener(), new PoolListener() {

			@Override
			public void leaseAcquired(Lease lease, long waitedNanos) {
				WarmUpTests.this.heard.add("acquired");
			}

			@Override
			public void leaseReleased(Lease lease, long heldNanos) {
				WarmUpTests.this.heard.add("released");
			}

		}), this::lookUp));

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.names.countDown();
		this.server.close();
	}

	/**
	 * Wait for a word if the name is {@code slow.test}.
	 */
	private InetAddress[] lookUp(String host) {
		try {
			if (host.equals("slow.test")) {
				this.names.await();
			}
			return new InetAddress[] { InetAddress.getLoopbackAddress() };
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private HttpRoute route() {
		return route("localhost");
	}

	private HttpRoute route(String host) {
		return new HttpRoute(new HttpHost("http", host, this.server.port()));
	}

	private String url() {
		return "http://localhost:" + this.server.port() + "/";
	}

	private ConnectionPool open(int minIdle, int maxTotal, PoolSettings.Builder settings) {
		return this.pools.open("payments", settings.minIdle(minIdle).build(),
				PoolingHttpClientConnectionManagerBuilder.create()
					.setDnsResolver(this.pools.getConnectHooks().dnsResolver())
					.setMaxConnPerRoute(maxTotal)
					.setMaxConnTotal(maxTotal)
					.build());
	}

	private ConnectionPool open(int minIdle, int maxTotal) {
		return open(minIdle, maxTotal, PoolFixture.settingsBuilder());
	}

	private CompletableFuture<Void> warmUp(ConnectionPool pool, HttpRoute route) {
		return pool.warmUp(route, (limit) -> {
			this.attempts.incrementAndGet();
			return pool.openIdle(route, HttpClientContext.create(), (limit != null) ? TimeValue.of(limit) : null);
		}, LIMIT);
	}

	private void warmed(ConnectionPool pool) {
		warmUp(pool, route()).join();
	}

	/**
	 * Let the upkeep thread look, and wait until it is over.
	 */
	private void look(ConnectionPool pool, Duration later) {
		this.time.advance(later);
		this.pools.sweep(this.time.nanos());
		await().until(() -> !pool.warmUp().isBusy());
	}

	@Test
	void opensWhatIsWantedAndNobodyHearsOfALease() throws IOException {
		ConnectionPool pool = open(3, 20);
		warmed(pool);
		PoolSnapshot snapshot = pool.snapshot();
		assertThat(snapshot.available()).isEqualTo(3);
		assertThat(snapshot.leased()).isZero();
		assertThat(snapshot.connections().opened()).isEqualTo(3);
		assertThat(this.heard).isEmpty();
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			assertThat(PoolFixture.get(client, url())).isEqualTo("ok");
		}
		assertThat(pool.snapshot().connections().opened()).isEqualTo(3);
		assertThat(this.heard).containsExactly("acquired", "released");
	}

	@Test
	void connectionThatWasOpenedInAdvanceIsTheFirstCallersSecondHand() throws IOException {
		ConnectionPool pool = open(1, 20);
		warmed(pool);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool);
				ClassicHttpResponse response = client.executeOpen(null, new HttpGet(url()), null)) {
			assertThat(response.getCode()).isEqualTo(200);
			assertThat(pool.snapshot().leases()).singleElement().extracting(LeaseSnapshot::reused).isEqualTo(true);
		}
	}

	@Test
	void limitsHold() {
		ConnectionPool pool = open(5, 2);
		warmed(pool);
		assertThat(pool.snapshot().available()).isEqualTo(2);
		look(pool, Duration.ofSeconds(2));
		look(pool, Duration.ofSeconds(2));
		assertThat(pool.snapshot().connections().opened()).isEqualTo(2);
	}

	@Test
	void connectionsInUseAreNotWaitedFor() throws IOException {
		ConnectionPool pool = open(2, 4);
		warmed(pool);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool);
				ClassicHttpResponse first = client.executeOpen(null, new HttpGet(url()), null);
				ClassicHttpResponse second = client.executeOpen(null, new HttpGet(url()), null)) {
			assertThat(first.getCode() + second.getCode()).isEqualTo(400);
			this.time.advance(Duration.ofSeconds(2));
			this.pools.sweep(this.time.nanos());
			await().until(() -> pool.snapshot().available() == 1);
			assertThat(pool.snapshot().connections().opened()).isEqualTo(3);
		}
	}

	@Test
	void deadConnectionsAreFoundAndReplacedOneByOne() {
		ConnectionPool pool = open(3, 20, PoolFixture.settingsBuilder().validateAfterInactivity(Duration.ofSeconds(2)));
		warmed(pool);
		this.server.awaitOpenConnections(3);
		this.server.closeConnections();
		List<Long> opened = new ArrayList<>();
		for (int second = 0; second < 12; second++) {
			look(pool, Duration.ofMillis(1001));
			opened.add(pool.snapshot().connections().opened());
		}
		assertThat(opened).startsWith(3L).endsWith(6L);
		for (int i = 1; i < opened.size(); i++) {
			assertThat(opened.get(i) - opened.get(i - 1)).as("in a second").isLessThanOrEqualTo(1);
		}
		assertThat(pool.snapshot().available()).isEqualTo(3);
		assertThat(pool.snapshot().connections().closed()).containsEntry(CloseReason.STALE, 3L);
		this.server.awaitOpenConnections(3);
	}

	@Test
	void failuresAreTriedAgainEverMoreRarelyAndSaidOnce() {
		this.leaks.expectWarning("no connection to http://localhost:");
		ConnectionPool pool = open(2, 20);
		int port = this.server.port();
		this.server.close();
		List<Integer> seconds = new ArrayList<>();
		try (LoggedLines log = LoggedLines.debug(WarmUp.class.getName())) {
			warmUp(pool, new HttpRoute(new HttpHost("http", "localhost", port))).join();
			assertThat(this.attempts).as("one alone").hasValue(1);
			for (int second = 1; second <= 200; second++) {
				int before = this.attempts.get();
				look(pool, Duration.ofSeconds(1));
				if (this.attempts.get() > before) {
					seconds.add(second);
				}
			}
			assertThat(log.with("WARN")).singleElement()
				.asString()
				.contains("Client 'payments': no connection to http://localhost:" + port
						+ " could be opened in advance, 0 of 2 are ready; it is tried again (")
				.endsWith("Look at the upstream, or change outbound-http.clients.payments.pool.min-idle");
		}
		assertThat(pausesOf(seconds)).containsExactly(4, 8, 16, 32, 60, 60);
	}

	private static List<Integer> pausesOf(List<Integer> seconds) {
		List<Integer> pauses = new ArrayList<>();
		for (int i = 1; i < seconds.size(); i++) {
			pauses.add(seconds.get(i) - seconds.get(i - 1));
		}
		return pauses;
	}

	@Test
	void afterASuccessItGoesOnOnceASecond() {
		this.leaks.expectWarning("no connection to http://localhost:");
		ConnectionPool pool = open(3, 20);
		AtomicInteger failures = new AtomicInteger(3);
		pool.warmUp(route(), (limit) -> {
			if (failures.getAndDecrement() > 0) {
				throw new IOException("not yet");
			}
			return pool.openIdle(route(), HttpClientContext.create(), null);
		}, LIMIT).join();
		try (LoggedLines log = LoggedLines.debug(WarmUp.class.getName())) {
			look(pool, Duration.ofSeconds(2));
			look(pool, Duration.ofSeconds(4));
			assertThat(pool.snapshot().available()).isZero();
			look(pool, Duration.ofSeconds(8));
			assertThat(pool.snapshot().available()).isEqualTo(1);
			assertThat(log.with("INFO")).hasSize(1);
			look(pool, Duration.ofSeconds(1));
			look(pool, Duration.ofSeconds(1));
			assertThat(pool.snapshot().available()).isEqualTo(3);
		}
	}

	@Test
	void idleTimeoutSparesTheNewestOfTheRouteAlone() throws IOException {
		ConnectionPool pool = open(2, 20, PoolFixture.settingsBuilder().idleTimeout(Duration.ofSeconds(15)));
		warmed(pool);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			PoolFixture.openConnections(client, url(), 5);
			PoolFixture.openConnections(client, this.server.url(), 1);
			this.time.advance(Duration.ofSeconds(5));
			PoolFixture.get(client, url());
			this.time.advance(Duration.ofSeconds(14));
			pool.evict(this.time.nanos());
			assertThat(pool.snapshot().available()).as("two of the route").isEqualTo(2);
			this.time.advance(Duration.ofMinutes(2));
			pool.evict(this.time.nanos());
			assertThat(pool.snapshot().available()).isEqualTo(2);
			long before = pool.snapshot().connections().opened();
			PoolFixture.get(client, url());
			assertThat(pool.snapshot().connections().opened()).as("used beyond the idle timeout").isEqualTo(before);
		}
	}

	@Test
	void timeToLiveEndsTheNewestToo() {
		ConnectionPool pool = open(2, 20,
				PoolFixture.settingsBuilder()
					.idleTimeout(Duration.ofSeconds(15))
					.timeToLive(Duration.ofSeconds(60))
					.timeToLiveJitter(0));
		warmed(pool);
		this.time.advance(Duration.ofSeconds(60));
		pool.evict(this.time.nanos());
		assertThat(pool.snapshot().connections().closed()).containsEntry(CloseReason.EXPIRED, 2L);
	}

	@Test
	void learnedReuseAgeEndsTheNewestToo() {
		ConnectionPool pool = open(2, 20, PoolFixture.settingsBuilder().idleTimeout(Duration.ofSeconds(15)));
		warmed(pool);
		this.time.advance(Duration.ofSeconds(20));
		pool.evict(this.time.nanos());
		assertThat(pool.snapshot().available()).isEqualTo(2);
		pool.connections()
			.all()
			.iterator()
			.next()
			.reuseAge()
			.failed(Duration.ofSeconds(30).toNanos(), this.time.nanos());
		pool.evict(this.time.nanos());
		assertThat(pool.snapshot().available()).isZero();
	}

	@Test
	void callerThatWouldHaveToWaitGetsThePlace() throws IOException {
		ConnectionPool pool = open(1, 1);
		CompletableFuture<Void> done = warmUp(pool, route("slow.test"));
		await().until(() -> pool.warmUp().held(null) == 1);
		assertThat(pool.snapshot().leased()).as("by callers").isZero();
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			assertThat(PoolFixture.get(client, url())).isEqualTo("ok");
		}
		done.join();
		assertThat(this.names.getCount()).as("the name is still looked up").isEqualTo(1);
		assertThat(pool.snapshot().connections().timeouts()).isZero();
	}

	@Test
	void closingThePoolEndsWhatIsBeingOpened() {
		ConnectionPool pool = open(1, 1);
		CompletableFuture<Void> done = warmUp(pool, route("slow.test"));
		await().until(() -> pool.warmUp().held(null) == 1);
		this.pools.close();
		done.join();
		assertThat(pool.warmUp().held(null)).isZero();
		await().until(this.leaks::threads, List::isEmpty);
	}

	@Test
	void tunnelCannotBeOpenedInAdvance() {
		ConnectionPool pool = open(1, 1);
		HttpRoute tunnel = new HttpRoute(new HttpHost("https", "example.org", 443), null,
				new HttpHost("proxy.example.org", 3128), true);
		assertThatIOException().isThrownBy(() -> pool.openIdle(tunnel, HttpClientContext.create(), null))
			.withMessageContaining("CONNECT");
	}

	@Test
	void withoutAWishNothingIsOpened() {
		ConnectionPool pool = open(0, 5);
		warmed(pool);
		look(pool, Duration.ofSeconds(5));
		assertThat(this.attempts).hasValue(0);
	}

}
