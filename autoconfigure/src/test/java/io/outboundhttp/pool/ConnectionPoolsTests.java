package io.outboundhttp.pool;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.TestHttpServer;
import io.outboundhttp.testsupport.TestProxyServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ConnectionPools} and {@link ConnectionPool}.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConnectionPoolsTests {

	private static final Duration INTERVAL = Duration.ofMinutes(1);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final RecordingPoolListener listener = new RecordingPoolListener();

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time, this.listener));

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
	void sweepReturnsTheShortestDelayOfPoolsWithConnections() throws Exception {
		ConnectionPool slow = open("slow", PoolFixture.settingsBuilder().evictInterval(INTERVAL).build());
		ConnectionPool fast = open("fast", PoolFixture.settingsBuilder().evictInterval(Duration.ofSeconds(40)).build());
		assertThat(this.pools.sweep(this.time.nanos())).as("no connections").isEqualTo(Long.MAX_VALUE);
		try (CloseableHttpClient slowClient = PoolFixture.client(this.pools, slow);
				CloseableHttpClient fastClient = PoolFixture.client(this.pools, fast)) {
			PoolFixture.get(slowClient, this.server.url());
			assertThat(this.pools.sweep(this.time.nanos())).isEqualTo(INTERVAL.toNanos());
			PoolFixture.get(fastClient, this.server.url());
			assertThat(this.pools.sweep(this.time.nanos())).isEqualTo(Duration.ofSeconds(40).toNanos());
			this.time.advance(Duration.ofSeconds(40));
			assertThat(this.pools.sweep(this.time.nanos())).isEqualTo(Duration.ofSeconds(20).toNanos());
		}
	}

	@Test
	void sweepWithoutPoolsHasNothingToWaitFor() {
		assertThat(this.pools.sweep(this.time.nanos())).isEqualTo(Long.MAX_VALUE);
		assertThat(this.leaks.threads()).isEmpty();
	}

	@Test
	@DisplayName("K10 idle connections are closed at the evict interval, as the server sees it")
	void idleConnectionsAreClosedWhenTheSweepIsDue() throws Exception {
		ConnectionPool pool = open("a", PoolFixture.settings(Duration.ofMillis(1), INTERVAL));
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			PoolFixture.get(client, this.server.url());
			assertThat(pool.snapshot().available()).isEqualTo(1);
			this.pools.sweep(this.time.nanos());
			this.time.advance(INTERVAL.minusNanos(1));
			this.pools.sweep(this.time.nanos());
			assertThat(pool.snapshot().available()).as("before the sweep is due").isEqualTo(1);
			assertThat(this.server.openConnections()).isEqualTo(1);
			this.time.advance(Duration.ofNanos(1));
			this.pools.sweep(this.time.nanos());
			assertThat(pool.snapshot().available()).isZero();
			this.server.awaitNoOpenConnections();
		}
	}

	@Test
	void connectionsThatAreNotIdleForLongEnoughStay() throws Exception {
		ConnectionPool pool = open("a", PoolFixture.settings(PoolFixture.NEVER, INTERVAL));
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			PoolFixture.get(client, this.server.url());
			this.pools.sweep(this.time.nanos());
			this.pools.sweep(this.time.nanos() + INTERVAL.toNanos());
			assertThat(pool.snapshot().available()).isEqualTo(1);
			assertThat(this.server.openConnections()).isEqualTo(1);
		}
	}

	@Test
	@DisplayName("K4 the upkeep thread itself closes idle connections")
	void idleConnectionsAreClosedInTheBackground() throws Exception {
		ConnectionPools live = this.leaks.watch(PoolFixture.pools(TimeSource.system()));
		ConnectionPool pool = live.open("a", PoolFixture.settings(Duration.ofMillis(20), Duration.ofMillis(10)),
				new PoolingHttpClientConnectionManager());
		try (CloseableHttpClient client = PoolFixture.client(live, pool)) {
			PoolFixture.get(client, this.server.url());
			this.server.awaitNoOpenConnections();
			assertThat(pool.snapshot().available()).isZero();
			assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
		}
	}

	@Test
	void connectionThatCannotBeDisposedOfDoesNotStopTheSweep(CapturedOutput output) throws Exception {
		this.leaks.expectWarning("release of broken");
		PoolSettings settings = PoolFixture.settings(Duration.ofMillis(1), INTERVAL);
		ConnectionPool broken = this.pools.open("broken", settings, new PoolingHttpClientConnectionManager() {

			@Override
			public void release(ConnectionEndpoint endpoint, Object state, TimeValue keepAlive) {
				super.release(endpoint, state, keepAlive);
				throw new IllegalStateException("release of broken");
			}

		});
		ConnectionPool healthy = open("healthy", settings);
		try (CloseableHttpClient brokenClient = PoolFixture.client(this.pools, broken);
				CloseableHttpClient client = PoolFixture.client(this.pools, healthy)) {
			PoolFixture.get(brokenClient, this.server.url());
			PoolFixture.get(client, this.server.url());
			this.pools.sweep(this.time.nanos());
			this.time.advance(INTERVAL);
			this.pools.sweep(this.time.nanos());
			assertThat(broken.snapshot().available()).isZero();
			assertThat(healthy.snapshot().available()).isZero();
		}
		assertThat(output).contains("release of broken");
	}

	@Test
	void listenerThatFailsIsLoggedAndTheOthersRun(CapturedOutput output) {
		this.leaks.expectWarning("deaf to opened");
		RecordingPoolListener last = new RecordingPoolListener();
		ConnectionPools guarded = this.leaks.watch(PoolFixture.pools(this.time, new PoolListener() {

			@Override
			public void poolOpened(ConnectionPool pool) {
				throw new IllegalStateException("deaf to opened");
			}

			@Override
			public void poolClosed(ConnectionPool pool) {
				throw new NoClassDefFoundError("deaf to closed");
			}

		}, last));
		guarded.open("a", PoolFixture.settings(), new PoolingHttpClientConnectionManager());
		guarded.close();
		assertThat(last.events()).containsExactly("opened a", "closed a");
		assertThat(output).contains("Client 'a': pool listener ")
			.contains("deaf to opened")
			.doesNotContain("deaf to closed");
	}

	@Test
	void listenerIsCalledWithoutALockHeld() throws Exception {
		CountDownLatch asked = new CountDownLatch(2);
		ConnectionPools observed = new ConnectionPools(this.time, List.of(new PoolListener() {

			@Override
			public void poolOpened(ConnectionPool pool) {
				ask(pool);
			}

			@Override
			public void poolClosed(ConnectionPool pool) {
				ask(pool);
			}

			private void ask(ConnectionPool pool) {
				Thread thread = new Thread(() -> {
					pool.snapshot();
					asked.countDown();
				}, "asks");
				thread.start();
				try {
					thread.join(Duration.ofSeconds(10).toMillis());
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}

		}));
		this.leaks.watch(observed);
		observed.open("a", PoolFixture.settings(), new PoolingHttpClientConnectionManager());
		observed.close();
		assertThat(asked.getCount()).isZero();
	}

	@Test
	void transientPoolsAreNumberedFromTwo() {
		open("x", PoolFixture.settings());
		assertThat(openTransient("x").getName()).isEqualTo("x#2");
		assertThat(openTransient("x").getName()).isEqualTo("x#3");
		assertThat(openTransient("y").getName()).isEqualTo("y#2");
		assertThat(this.pools.getPools()).extracting(ConnectionPool::getName).containsExactly("x", "x#2", "x#3", "y#2");
		assertThat(this.pools.find("x#3")).isNotNull();
		assertThat(this.pools.find("x#4")).isNull();
	}

	@Test
	void transientPoolEndsWhenItsLastUserIsUnreachable() throws Exception {
		callThroughAbandonedClient();
		this.server.awaitOpenConnections(1);
		await().until(() -> {
			System.gc();
			this.pools.sweep(this.time.nanos());
			return this.pools.find("x#2") == null;
		});
		this.server.awaitNoOpenConnections();
		await().untilAsserted(() -> assertThat(this.listener.events()).containsExactly("opened x#2", "closed x#2"));
		assertThat(openTransient("x").getName()).as("a number is not used again").isEqualTo("x#3");
	}

	private void callThroughAbandonedClient() throws Exception {
		CloseableHttpClient client = PoolFixture.client(this.pools, openTransient("x"));
		assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
	}

	@Test
	void transientPoolStaysWhileOneOfItsUsersIsReachable() throws Exception {
		ConnectionPool pool = openTransient("x");
		PoolFixture.get(PoolFixture.client(this.pools, pool), this.server.url());
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			PoolFixture.get(client, this.server.url());
			collectGarbageTwice();
			assertThat(pool.isClosed()).isFalse();
			assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
		}
	}

	@Test
	void transientPoolStaysWhileAResponseIsOpen() throws Exception {
		try (ClassicHttpResponse response = openResponseOfAbandonedClient()) {
			collectGarbageTwice();
			assertThat(this.pools.find("x#2")).isNotNull();
			this.server.releaseStalled();
			assertThat(EntityUtils.toString(response.getEntity())).isEqualTo("half and half");
		}
	}

	private ClassicHttpResponse openResponseOfAbandonedClient() throws Exception {
		this.server.handleAll((exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nhalf ");
			exchange.stall();
			exchange.write("and half");
		});
		CloseableHttpClient client = PoolFixture.client(this.pools, openTransient("x"));
		return client.executeOpen(null, new HttpGet(this.server.url()), null);
	}

	/**
	 * A pool of which nothing is left proves that the collector has found garbage.
	 */
	private void collectGarbageTwice() throws Exception {
		for (int i = 0; i < 2; i++) {
			String name = "garbage" + i;
			openAbandoned(name);
			await().until(() -> {
				System.gc();
				this.pools.sweep(this.time.nanos());
				return this.pools.find(name + "#2") == null;
			});
		}
	}

	private void openAbandoned(String name) {
		ConnectionPool pool = this.pools.openTransient(name, PoolFixture.settings(),
				new PoolingHttpClientConnectionManager());
		assertThat(this.pools.connectionManager(() -> pool).getPool()).isSameAs(pool);
	}

	@Test
	void poolOfAClientStaysWithoutUsers() throws Exception {
		ConnectionPool pool = open("x", PoolFixture.settings());
		PoolFixture.get(PoolFixture.client(this.pools, pool), this.server.url());
		collectGarbageTwice();
		assertThat(this.pools.find("x")).isSameAs(pool);
		assertThat(pool.isClosed()).isFalse();
	}

	@Test
	@DisplayName("H2 closing the owner closes idle and leased connections and ends the threads")
	void closeClosesSocketsAndEndsTheThreads() throws Exception {
		this.leaks.expectWarning("Client 'a': 2 connections are closed while in use");
		this.server.handle("/stall", Handler.stall());
		ConnectionPool pool = open("a", PoolFixture.settings());
		CountDownLatch failed = new CountDownLatch(1);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			PoolFixture.get(client, this.server.url());
			Thread caller = new Thread(() -> {
				try (ClassicHttpResponse idle = client.executeOpen(null, new HttpGet(this.server.url("/stall")),
						null)) {
					throw new IllegalStateException("Unexpected " + idle);
				}
				catch (Exception ex) {
					failed.countDown();
				}
			}, "caller");
			try (ClassicHttpResponse leased = client.executeOpen(null, new HttpGet(this.server.url()), null)) {
				caller.start();
				this.server.awaitRequests(3);
				assertThat(pool.snapshot().leased()).isEqualTo(2);
				assertThat(this.leaks.threads()).hasSize(2);
				this.pools.close();
				assertThat(leased.getCode()).isEqualTo(200);
			}
			caller.join(Duration.ofSeconds(10).toMillis());
			assertThat(failed.getCount()).isZero();
		}
		this.server.awaitNoOpenConnections(Duration.ofSeconds(2));
		assertThat(this.leaks.threads()).isEmpty();
		assertThat(pool.isClosed()).isTrue();
		assertThat(this.pools.getPools()).isEmpty();
	}

	@Test
	void closeTwiceTellsListenersOnce() {
		open("a", PoolFixture.settings());
		this.pools.close();
		this.pools.close();
		assertThat(this.listener.events()).containsExactly("opened a", "closed a");
	}

	@Test
	void openAfterCloseIsRefusedAndClosesTheConnectionManager() {
		this.pools.close();
		PoolingHttpClientConnectionManager manager = new PoolingHttpClientConnectionManager();
		assertThatIllegalStateException().isThrownBy(() -> this.pools.open("a", PoolFixture.settings(), manager))
			.withMessage("Client 'a': cannot open a pool, the application context is closed");
		assertThat(manager.isClosed()).isTrue();
		assertThatIllegalStateException().isThrownBy(
				() -> this.pools.openTransient("a", PoolFixture.settings(), new PoolingHttpClientConnectionManager()));
		assertThat(this.leaks.threads()).isEmpty();
	}

	@Test
	void openOfAnOpenPoolIsRefusedAndClosesTheConnectionManager() {
		ConnectionPool pool = open("a", PoolFixture.settings());
		PoolingHttpClientConnectionManager manager = new PoolingHttpClientConnectionManager();
		assertThatIllegalStateException().isThrownBy(() -> this.pools.open("a", PoolFixture.settings(), manager))
			.withMessage("Client 'a': cannot open a pool, its pool is open already");
		assertThat(manager.isClosed()).isTrue();
		assertThat(pool.isClosed()).isFalse();
	}

	@Test
	void connectionManagerOpensItsPoolAtTheFirstUse() throws Exception {
		try (CloseableHttpClient client = HttpClients.custom()
			.setConnectionManager(this.pools.connectionManager(() -> open("a", PoolFixture.settings())))
			.build()) {
			assertThat(this.pools.getPools()).isEmpty();
			assertThat(this.leaks.threads()).isEmpty();
			PoolFixture.get(client, this.server.url());
			PoolFixture.get(client, this.server.url());
			assertThat(this.pools.getPools()).hasSize(1);
		}
	}

	@Test
	void connectionManagerAsksAgainForAPoolThatWasClosedMeanwhile() {
		ConnectionPools closed = PoolFixture.pools(this.time);
		ConnectionPool gone = closed.open("a", PoolFixture.settings(), new PoolingHttpClientConnectionManager());
		closed.close();
		ConnectionPool fresh = open("a", PoolFixture.settings());
		Iterator<ConnectionPool> candidates = List.of(gone, fresh).iterator();
		assertThat(this.pools.connectionManager(candidates::next).getPool()).isSameAs(fresh);
	}

	@Test
	void closingAnHttpClientLeavesThePoolOpen() throws Exception {
		ConnectionPool pool = open("a", PoolFixture.settings());
		ManagedConnectionManager manager = this.pools.connectionManager(() -> pool);
		try (CloseableHttpClient first = PoolFixture.clientBuilder(this.pools, pool)
			.setConnectionManager(manager)
			.setConnectionManagerShared(false)
			.build()) {
			PoolFixture.get(first, this.server.url());
		}
		manager.close(CloseMode.IMMEDIATE);
		try (CloseableHttpClient second = PoolFixture.client(this.pools, pool)) {
			assertThat(PoolFixture.get(second, this.server.url())).isEqualTo("ok");
		}
		assertThat(this.server.connectionsAccepted()).isEqualTo(1);
		assertThat(pool.isClosed()).isFalse();
	}

	@Test
	void limitOfOneRouteAppliesDirectlyAndThroughAProxy() throws Exception {
		HttpHost target = new HttpHost("http", "127.0.0.1", this.server.port());
		ConnectionPool pool = open("a", PoolFixture.settings(Map.of(target, 2)));
		try (TestProxyServer proxy = TestProxyServer.start();
				TestHttpServer other = TestHttpServer.start();
				CloseableHttpClient direct = PoolFixture.client(this.pools, pool);
				CloseableHttpClient proxied = PoolFixture.clientBuilder(this.pools, pool)
					.setProxy(new HttpHost("http", proxy.host(), proxy.port()))
					.build()) {
			PoolFixture.get(direct, this.server.url());
			PoolFixture.get(direct, other.url());
			PoolFixture.get(proxied, this.server.url());
			assertThat(pool.snapshot().routes())
				.extracting(PoolSnapshot.Route::target, PoolSnapshot.Route::via, PoolSnapshot.Route::max)
				.containsExactlyInAnyOrder(tuple(this.server.url(), "", 2), tuple(other.url(), "", 5),
						tuple(this.server.url(), "http://" + proxy.host() + ":" + proxy.port(), 2));
		}
	}

	@Test
	void limitOfOneRouteBoundsItsConnections() throws Exception {
		this.server.handleAll(Handler.stall());
		HttpHost target = new HttpHost("http", "127.0.0.1", this.server.port());
		ConnectionPool pool = open("a", PoolFixture.settings(Map.of(target, 1)));
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			List<Thread> callers = List.of(caller(client), caller(client));
			this.server.awaitRequests(1);
			await().until(() -> pool.snapshot().pending() == 1);
			assertThat(pool.snapshot().leased()).isEqualTo(1);
			this.server.releaseStalled();
			this.server.awaitRequests(2);
			this.server.releaseStalled();
			for (Thread caller : callers) {
				caller.join(Duration.ofSeconds(10).toMillis());
			}
		}
		assertThat(this.server.peakOpenConnections()).isEqualTo(1);
	}

	private Thread caller(CloseableHttpClient client) {
		Thread thread = new Thread(() -> {
			try {
				PoolFixture.get(client, this.server.url());
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}, "caller");
		thread.start();
		return thread;
	}

	private ConnectionPool open(String name, PoolSettings settings) {
		return this.pools.open(name, settings, new PoolingHttpClientConnectionManager());
	}

	private ConnectionPool openTransient(String name) {
		return this.pools.openTransient(name, PoolFixture.settings(), new PoolingHttpClientConnectionManager());
	}

}
