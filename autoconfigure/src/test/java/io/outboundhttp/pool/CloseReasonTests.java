package io.outboundhttp.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for why connections are closed: each {@link CloseReason} is counted and told, and
 * what was opened is either open or counted as closed.
 */
class CloseReasonTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(42);

	private final List<CloseReason> told = new CopyOnWriteArrayList<>();

	private final List<String> opened = new CopyOnWriteArrayList<>();

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time, new PoolListener() {

		@Override
		public void connectionOpened(ConnectionPool pool, HttpRoute route) {
			CloseReasonTests.this.opened.add(Routes.target(route));
		}

		@Override
		public void connectionClosed(ConnectionPool pool, HttpRoute route, CloseReason reason) {
			CloseReasonTests.this.told.add(reason);
		}

	}));

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
	void idleConnectionThatIsSwept() throws Exception {
		use(PoolFixture.settingsBuilder().idleTimeout(Duration.ofSeconds(1)), 1, (pool, client) -> {
			PoolFixture.get(client, this.server.url());
			this.time.advance(Duration.ofSeconds(1));
			pool.evict(this.time.nanos());
			verify(pool, CloseReason.IDLE);
		});
	}

	@Test
	void idleConnectionThatIsFoundByItsNextCaller() throws Exception {
		use(PoolFixture.settingsBuilder().idleTimeout(Duration.ofSeconds(1)), 1, (pool, client) -> {
			PoolFixture.get(client, this.server.url());
			this.time.advance(Duration.ofSeconds(1));
			PoolFixture.get(client, this.server.url());
			verify(pool, CloseReason.IDLE);
			assertThat(this.server.connectionsAccepted()).isEqualTo(2);
		});
	}

	@Test
	void idleConnectionWhosePlaceAnotherRouteNeeds() throws Exception {
		use(PoolFixture.settingsBuilder(), 1, (pool, client) -> {
			try (TestHttpServer other = TestHttpServer.start()) {
				PoolFixture.get(client, this.server.url());
				PoolFixture.get(client, other.url());
				verify(pool, CloseReason.IDLE);
				this.server.awaitNoOpenConnections();
				assertThat(this.opened).containsExactly(this.server.url(), other.url());
			}
		});
	}

	@Test
	void idleConnectionAboveALoweredLimit() throws Exception {
		use(PoolFixture.settingsBuilder(), 2, (pool, client) -> {
			PoolFixture.openConnections(client, this.server.url(), 2);
			pool.setMaxTotal(1);
			verify(pool, CloseReason.IDLE);
		});
	}

	@Test
	void idleConnectionThatIsClosedByHand() throws Exception {
		use(PoolFixture.settingsBuilder(), 1, (pool, client) -> {
			PoolFixture.get(client, this.server.url());
			pool.closeIdle(Duration.ofSeconds(1));
			verify(pool);
			pool.closeIdle(Duration.ZERO);
			verify(pool, CloseReason.IDLE);
		});
	}

	@Test
	void connectionBeyondItsTimeToLive() throws Exception {
		use(PoolFixture.settingsBuilder().timeToLive(Duration.ofSeconds(1)).timeToLiveJitter(0), 1, (pool, client) -> {
			PoolFixture.get(client, this.server.url());
			this.time.advance(Duration.ofSeconds(1));
			pool.closeExpired();
			verify(pool, CloseReason.EXPIRED);
		});
	}

	@Test
	void connectionBeyondTheKeepAliveTimeOfItsServer() throws Exception {
		this.server.handleAll((exchange) -> exchange.respond(200, Headers.of("Keep-Alive", "timeout=5"), "ok"));
		use(PoolFixture.settingsBuilder(), 1, (pool, client) -> {
			PoolFixture.get(client, this.server.url());
			this.time.advance(Duration.ofSeconds(5));
			PoolFixture.get(client, this.server.url());
			verify(pool, CloseReason.EXPIRED);
		});
	}

	@Test
	void connectionThatItsServerEnds() throws Exception {
		this.server.maxRequestsPerConnection(1);
		use(PoolFixture.settingsBuilder(), 1, (pool, client) -> {
			PoolFixture.get(client, this.server.url());
			verify(pool, CloseReason.EXPIRED);
		});
	}

	@Test
	void connectionThatItsServerHasClosedMeanwhile() throws Exception {
		use(PoolFixture.settingsBuilder().validateAfterInactivity(Duration.ZERO), 1, (pool, client) -> {
			PoolFixture.get(client, this.server.url());
			this.server.closeConnections();
			assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
			verify(pool, CloseReason.STALE);
		});
	}

	@Test
	void connectionOnWhichAnExchangeFails() throws Exception {
		this.server.handle("/broken", Handler.closeAbruptly());
		use(PoolFixture.settingsBuilder(), 1, (pool, client) -> {
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> PoolFixture.get(client, this.server.url("/broken")));
			verify(pool, CloseReason.ERROR);
		});
	}

	@Test
	void connectionOnWhichABodyFails() throws Exception {
		this.server.handle("/broken", (exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
			exchange.hangUp();
		});
		use(PoolFixture.settingsBuilder(), 1, (pool, client) -> {
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> PoolFixture.get(client, this.server.url("/broken")));
			verify(pool, CloseReason.ERROR);
		});
	}

	@Test
	void connectionThatCouldNotBeOpenedWasNeverOpen() throws Exception {
		this.server.close();
		use(PoolFixture.settingsBuilder(), 1, (pool, client) -> {
			assertThatExceptionOfType(HttpHostConnectException.class)
				.isThrownBy(() -> PoolFixture.get(client, this.server.url()));
			verify(pool);
			assertThat(this.opened).isEmpty();
			assertThat(pool.snapshot().leased()).isZero();
		});
	}

	@Test
	void responseThatIsGivenUpBeforeItsEnd() throws Exception {
		this.server.handleAll((exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
			exchange.stall();
		});
		use(PoolFixture.settingsBuilder(), 2, (pool, client) -> {
			HttpGet unread = new HttpGet(this.server.url());
			assertThat(client.executeOpen(null, unread, null).getCode()).isEqualTo(200);
			unread.abort();
			verify(pool, CloseReason.PARTIAL);
			HttpGet begun = new HttpGet(this.server.url());
			assertThat(client.executeOpen(null, begun, null).getEntity().getContent().read()).isEqualTo('h');
			begun.abort();
			verify(pool, CloseReason.PARTIAL, CloseReason.PARTIAL);
		});
	}

	@Test
	void connectionThatIsTakenBack() throws Exception {
		this.leaks.allowWarning("a connection");
		LeakDetection detection = new LeakDetection(true, Duration.ofSeconds(30), LeakDetection.StackTraces.NEVER,
				LeakDetection.Reclaim.NEVER, PoolFixture.NEVER);
		use(PoolFixture.settingsBuilder().leakDetection(detection), 1, (pool, client) -> {
			try (ClassicHttpResponse response = client.executeOpen(null, new HttpGet(this.server.url()), null)) {
				this.time.advance(Duration.ofSeconds(31));
				pool.leaks().sweep(this.time.nanos());
				assertThat(pool.reclaimSuspected()).isEqualTo(1);
				assertThat(response.getCode()).isEqualTo(200);
			}
			verify(pool, CloseReason.RECLAIMED);
		});
	}

	@Test
	void connectionOfAReplacedManager() throws Exception {
		use(PoolFixture.settingsBuilder(), 2, (pool, client) -> {
			PoolFixture.get(client, this.server.url());
			try (ClassicHttpResponse leased = client.executeOpen(null, new HttpGet(this.server.url()), null)) {
				pool.replaceManager(PoolFixture.manager(2));
				EntityUtils.consume(leased.getEntity());
			}
			PoolFixture.get(client, this.server.url());
			verify(pool, CloseReason.SHUTDOWN);
		});
	}

	@Test
	void connectionsOfAClosedPool() throws Exception {
		this.leaks.expectWarning("Client 'a': 1 connections are closed while in use");
		use(PoolFixture.settingsBuilder(), 2, (pool, client) -> {
			PoolFixture.get(client, this.server.url());
			try (ClassicHttpResponse leased = client.executeOpen(null, new HttpGet(this.server.url()), null);
					ClassicHttpResponse other = client.executeOpen(null, new HttpGet(this.server.url()), null)) {
				EntityUtils.consume(other.getEntity());
				this.pools.close();
				assertThat(leased.getCode()).isEqualTo(200);
			}
			verify(pool, CloseReason.SHUTDOWN, CloseReason.SHUTDOWN);
		});
	}

	private void use(PoolSettings.Builder settings, int max, Use use) throws Exception {
		ConnectionPool pool = this.pools.open("a", settings.build(), PoolFixture.manager(max));
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			use.use(pool, client);
		}
	}

	private void verify(ConnectionPool pool, CloseReason... reasons) {
		List<CloseReason> expected = List.of(reasons);
		await().untilAsserted(() -> assertThat(this.told).isEqualTo(expected));
		Map<CloseReason, Long> counts = new EnumMap<>(CloseReason.class);
		for (CloseReason reason : CloseReason.values()) {
			counts.put(reason, expected.stream().filter(reason::equals).count());
		}
		PoolSnapshot snapshot = pool.snapshot();
		assertThat(snapshot.connections().closed()).isEqualTo(counts);
		assertThat(snapshot.connections().opened()).isEqualTo(this.opened.size());
		assertThat(snapshot.connections().opened() - expected.size()).as("open")
			.isEqualTo(snapshot.leased() + snapshot.available());
	}

	/**
	 * What a test does with a pool.
	 */
	private interface Use {

		void use(ConnectionPool pool, CloseableHttpClient client) throws Exception;

	}

}
