package io.outboundhttp.pool;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.RawServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for names whose addresses change: servers A and B on two addresses of this
 * machine and one port, and a name that a test lets point to them.
 */
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "others have no second loopback address")
class FailoverTests {

	private static final String A = "127.0.0.1";

	private static final String B = "127.0.0.2";

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final AtomicInteger lookUps = new AtomicInteger();

	private volatile List<String> addresses = List.of(A);

	private final ConnectionPools pools = this.leaks
		.watch(new ConnectionPools(this.time, List.of(new LoggingPoolListener()), this::lookUp));

	private RawServer a;

	private RawServer b;

	@BeforeEach
	void start() {
		this.a = RawServer.start(A, 0, (socket, server) -> answer(socket, "A"));
		this.b = RawServer.start(B, this.a.port(), (socket, server) -> answer(socket, "B"));
	}

	@AfterEach
	void stop() {
		this.a.close();
		this.b.close();
	}

	private static void answer(Socket socket, String name) throws IOException {
		byte[] response = ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + name).getBytes(StandardCharsets.US_ASCII);
		int newLines = 0;
		for (int next = socket.getInputStream().read(); next >= 0; next = socket.getInputStream().read()) {
			newLines = (next == '\n') ? newLines + 1 : (next == '\r') ? newLines : 0;
			if (newLines == 2) {
				socket.getOutputStream().write(response);
				newLines = 0;
			}
		}
	}

	private InetAddress[] lookUp(String host) throws UnknownHostException {
		this.lookUps.incrementAndGet();
		List<String> now = this.addresses;
		if (now.isEmpty()) {
			throw new UnknownHostException(host);
		}
		InetAddress[] answer = new InetAddress[now.size()];
		for (int i = 0; i < answer.length; i++) {
			answer[i] = InetAddress.getByName(now.get(i));
		}
		return answer;
	}

	private ConnectionPool open(PoolSettings.Builder settings) {
		return this.pools.open("payments", settings.build(),
				PoolingHttpClientConnectionManagerBuilder.create()
					.setDnsResolver(this.pools.getConnectHooks().dnsResolver())
					.setMaxConnPerRoute(20)
					.setMaxConnTotal(20)
					.build());
	}

	private String get(CloseableHttpClient client) throws IOException {
		return PoolFixture.get(client, url());
	}

	private String url() {
		return "http://service.test:" + this.a.port() + "/";
	}

	/**
	 * Sweep and wait for the answer that it has asked for.
	 */
	private void sweep(ConnectionPool pool) {
		int before = this.lookUps.get();
		this.time.advance(Duration.ofSeconds(5));
		boolean asks = pool.snapshot().available() > 0;
		pool.evict(this.time.nanos());
		if (asks && pool.snapshot().available() > 0) {
			await().until(() -> this.lookUps.get() > before);
		}
	}

	@Test
	@DisplayName("N1 under constant load no request goes to the old address once the time to live has passed")
	void timeToLiveMovesTrafficAfterASwitch() throws IOException {
		ConnectionPool pool = open(PoolFixture.settingsBuilder().timeToLive(Duration.ofSeconds(5)));
		List<String> late = new ArrayList<>();
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			assertThat(get(client)).isEqualTo("A");
			this.addresses = List.of(B);
			for (int tenth = 0; tenth < 100; tenth++) {
				this.time.advance(Duration.ofMillis(100));
				String server = get(client);
				if (tenth >= 60) {
					late.add(server);
				}
			}
		}
		assertThat(late).hasSize(40).containsOnly("B");
	}

	@Test
	@DisplayName("N1 control: without a time to live the traffic stays on the old address")
	void withoutTimeToLiveTrafficStays() throws IOException {
		ConnectionPool pool = open(PoolFixture.settingsBuilder());
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			get(client);
			this.addresses = List.of(B);
			for (int second = 0; second < 60; second++) {
				this.time.advance(Duration.ofSeconds(1));
				assertThat(get(client)).isEqualTo("A");
			}
		}
	}

	@Test
	@DisplayName("N1 idle connections to an address that has disappeared end at the next sweeps")
	void idleConnectionsToAnAddressThatHasDisappearedEnd() throws Exception {
		ConnectionPool pool = open(PoolFixture.settingsBuilder());
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			PoolFixture.openConnections(client, url(), 3);
			sweep(pool);
			this.addresses = List.of(B);
			for (int i = 0; i < 8 && pool.snapshot().available() > 0; i++) {
				sweep(pool);
				await().pollDelay(Duration.ofMillis(50)).until(() -> true);
			}
			assertThat(pool.snapshot().available()).isZero();
			assertThat(pool.snapshot().connections().closed()).containsEntry(CloseReason.EXPIRED, 3L);
			assertThat(get(client)).isEqualTo("B");
		}
	}

	@Test
	@DisplayName("N1 a connection in use to an address that has disappeared ends when it comes back")
	void connectionInUseEndsWhenItComesBack() throws Exception {
		ConnectionPool pool = open(PoolFixture.settingsBuilder());
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			PoolFixture.openConnections(client, url(), 2);
			ClassicHttpResponse held = client.executeOpen(null, new HttpGet(url()), null);
			this.addresses = List.of(B);
			for (int i = 0; i < 8 && pool.snapshot().available() > 0; i++) {
				sweep(pool);
				await().pollDelay(Duration.ofMillis(50)).until(() -> true);
			}
			assertThat(pool.snapshot().available()).isZero();
			assertThat(EntityUtils.toString(held.getEntity())).isEqualTo("A");
			assertThat(pool.snapshot().available()).as("kept").isZero();
			assertThat(get(client)).isEqualTo("B");
		}
	}

	@Test
	@DisplayName("N1 a look-up that fails ends nothing")
	void failedLookUpEndsNothing() throws Exception {
		ConnectionPool pool = open(PoolFixture.settingsBuilder());
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			PoolFixture.openConnections(client, url(), 3);
			this.addresses = List.of();
			for (int i = 0; i < 4; i++) {
				sweep(pool);
			}
			assertThat(pool.snapshot().available()).isEqualTo(3);
			assertThat(get(client)).isEqualTo("A");
		}
	}

	@Test
	@DisplayName("N2 a new connection goes to the address that DNS gives now")
	void newConnectionGoesToTheAddressOfNow() throws IOException {
		ConnectionPool pool = open(PoolFixture.settingsBuilder());
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			get(client);
			this.a.close();
			this.addresses = List.of(B);
			pool.closeIdle(Duration.ZERO);
			for (int i = 0; i < 5; i++) {
				pool.closeIdle(Duration.ZERO);
				assertThat(get(client)).isEqualTo("B");
			}
		}
	}

	@Test
	@DisplayName("N2 N3 an address that refuses is skipped while another lives, after the first failure at once")
	void addressThatRefusesIsSkipped() throws IOException {
		ConnectionPool pool = open(PoolFixture.settingsBuilder());
		this.a.close();
		this.addresses = List.of(A, B);
		try (CloseableHttpClient client = PoolFixture.client(this.pools, pool)) {
			for (int i = 0; i < 50; i++) {
				assertThat(get(client)).isEqualTo("B");
				pool.closeIdle(Duration.ZERO);
			}
			InetAddress dead = InetAddress.getByName(A);
			InetSocketAddress address = new InetSocketAddress(dead, this.b.port());
			InetSocketAddress alive = new InetSocketAddress(InetAddress.getByName(B), this.b.port());
			assertThat(pool.penalties().order(List.of(address, alive))).containsExactly(alive, address);
			this.time.advance(Duration.ofSeconds(30));
			assertThat(pool.penalties().order(List.of(address, alive))).containsExactly(address, alive);
		}
	}

}
