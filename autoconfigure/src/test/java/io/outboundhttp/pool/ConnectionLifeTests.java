package io.outboundhttp.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.RecordedRequest;
import io.outboundhttp.testsupport.Sockets;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for how long connections live, as the server sees it.
 */
class ConnectionLifeTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time));

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
	@EnabledOnOs(value = OS.LINUX, disabledReason = "sockets are read from /proc")
	@DisplayName("K4 twenty connections that the server has closed are gone without traffic, none in CLOSE_WAIT")
	void connectionsThatTheServerHasClosedAreGoneWithoutTraffic() throws Exception {
		Duration idle = Duration.ofSeconds(5);
		ConnectionPool pool = this.pools.open("a",
				PoolFixture.settingsBuilder().idleTimeout(idle).evictInterval(Duration.ofMillis(10)).build(),
				PoolFixture.manager(20));
		try (TestHttpServer plainServer = TestHttpServer.start();
				CloseableHttpClient plain = HttpClients.custom().setConnectionManager(PoolFixture.manager(20)).build();
				CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			PoolFixture.openConnections(client, this.server.url(), 20);
			PoolFixture.openConnections(plain, plainServer.url(), 20);
			assertThat(pool.snapshot().available()).isEqualTo(20);
			this.server.closeConnections();
			plainServer.closeConnections();
			await().until(() -> closeWaits(this.server) == 20 && closeWaits(plainServer) == 20);
			this.time.advance(idle);
			await().until(() -> pool.snapshot().available() == 0);
			await().until(() -> Sockets.connectedTo(this.server.port()).isEmpty());
			assertThat(closeWaits(plainServer)).as("control: those of a plain HttpClient stay").isEqualTo(20);
			assertThat(this.server.requests()).as("no traffic").hasSize(20);
			assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
		}
	}

	private static long closeWaits(TestHttpServer server) {
		return Sockets.connectedTo(server.port())
			.stream()
			.filter((socket) -> socket.state() == Sockets.State.CLOSE_WAIT)
			.count();
	}

	@Test
	@DisplayName("K7 under continuous traffic the server sees a new port within the time to live, spread by the jitter")
	void timeToLiveGivesNewPortsUnderContinuousTraffic() throws Exception {
		Duration timeToLive = Duration.ofSeconds(20);
		Duration step = Duration.ofSeconds(1);
		ConnectionPool pool = this.pools.open("a",
				PoolFixture.settingsBuilder().timeToLive(timeToLive).timeToLiveJitter(0.2).build(),
				PoolFixture.manager(5));
		int requests = 1200;
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			for (int i = 0; i < requests; i++) {
				PoolFixture.get(client, this.server.url());
				this.time.advance(step);
			}
		}
		Map<Integer, Integer> lives = new LinkedHashMap<>();
		Map<Integer, Integer> ports = new LinkedHashMap<>();
		for (RecordedRequest request : this.server.requests()) {
			lives.merge(request.connection(), 1, Integer::sum);
			ports.put(request.connection(), request.remotePort());
		}
		List<Integer> complete = new ArrayList<>(lives.values()).subList(0, lives.size() - 1);
		assertThat(complete).as("requests, one a second, per connection")
			.hasSizeGreaterThan(requests / 21)
			.allSatisfy((life) -> assertThat(life).isBetween(16, 20))
			.as("spread over most of the window")
			.contains(17, 18, 19);
		assertThat(new ArrayList<>(ports.values())).as("local ports").doesNotHaveDuplicates();
		PoolSnapshot.Connections connections = pool.snapshot().connections();
		assertThat(connections.opened()).isEqualTo(lives.size());
		assertThat(connections.closed()).containsEntry(CloseReason.EXPIRED, (long) complete.size());
		assertThat(this.server.peakOpenConnections()).isLessThanOrEqualTo(2);
	}

	@Test
	@DisplayName("K8 connections that were opened together do not end together")
	void jitterSpreadsTheEndOfConnectionsThatWereOpenedTogether() throws Exception {
		int[] spread = closedPerTenthOfTheWindow(0.2);
		assertThat(spread[0]).as("none before the window").isZero();
		assertThat(spread).as("of 50, in each tenth of the last fifth of the life time")
			.matches((closed) -> Arrays.stream(closed).allMatch((count) -> count <= 20), "no more than 20");
		int[] together = closedPerTenthOfTheWindow(0);
		assertThat(together[together.length - 1]).as("control: without jitter all end at once").isEqualTo(50);
	}

	/**
	 * Return how many of 50 connections end before 8 s, and in each 200 ms from there to
	 * 10 s, their life time.
	 */
	private int[] closedPerTenthOfTheWindow(double jitter) throws Exception {
		ConnectionPool pool = this.pools.open("jitter-" + jitter,
				PoolFixture.settingsBuilder().timeToLive(Duration.ofSeconds(10)).timeToLiveJitter(jitter).build(),
				PoolFixture.manager(50));
		int[] closed = new int[11];
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			PoolFixture.openConnections(client, this.server.url(), 50);
			this.server.awaitOpenConnections(50);
			int open = 50;
			this.time.advance(Duration.ofMillis(7999));
			for (int i = 0; i < closed.length; i++) {
				pool.evict(this.time.nanos());
				int left = pool.snapshot().available();
				this.server.awaitOpenConnections(left);
				closed[i] = open - left;
				open = left;
				this.time.advance((i == 0) ? Duration.ofMillis(201) : Duration.ofMillis(200));
			}
			assertThat(open).as("connections beyond their life time").isZero();
		}
		return closed;
	}

	@Test
	@DisplayName("K10 no idle connection lives longer than the idle timeout and one evict interval")
	void idleConnectionsEndWithinOneEvictIntervalAfterTheIdleTimeout() throws Exception {
		Duration idle = Duration.ofSeconds(100);
		Duration interval = Duration.ofSeconds(10);
		ConnectionPool pool = this.pools.open("a",
				PoolFixture.settingsBuilder().idleTimeout(idle).evictInterval(interval).build(),
				PoolFixture.manager(20));
		List<Long> idleSince = new ArrayList<>();
		List<Long> closedAt = new ArrayList<>();
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			this.pools.sweep(this.time.nanos());
			long start = this.time.nanos();
			List<ClassicHttpResponse> responses = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				responses.add(client.executeOpen(null, new HttpGet(this.server.url()), null));
			}
			for (int second = 0; second < 300; second++) {
				if (second % 7 == 0 && !responses.isEmpty()) {
					EntityUtils.consume(responses.remove(0).getEntity());
					idleSince.add(this.time.nanos() - start);
				}
				this.pools.sweep(this.time.nanos());
				int open = pool.snapshot().available() + responses.size();
				this.server.awaitOpenConnections(open);
				while (closedAt.size() < 20 - open) {
					closedAt.add(this.time.nanos() - start);
				}
				this.time.advance(Duration.ofSeconds(1));
			}
		}
		assertThat(closedAt).as("closed").hasSize(20);
		for (int i = 0; i < 20; i++) {
			assertThat(Duration.ofNanos(closedAt.get(i) - idleSince.get(i))).as("idle time of connection %s", i)
				.isBetween(idle, idle.plus(interval).plusSeconds(1));
		}
		assertThat(pool.snapshot().connections().closed()).containsEntry(CloseReason.IDLE, 20L);
	}

}
