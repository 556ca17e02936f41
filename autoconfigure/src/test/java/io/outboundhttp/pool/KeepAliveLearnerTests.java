package io.outboundhttp.pool;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.call.CallChain;
import io.outboundhttp.call.CallDefaults;
import io.outboundhttp.call.RetryBudgets;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what a pool learns of servers that close idle connections, with real sockets
 * and a clock that both sides share.
 */
@org.junit.jupiter.api.Timeout(60)
class KeepAliveLearnerTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time));

	private final Map<Integer, Long> answered = new ConcurrentHashMap<>();

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.releaseStalled();
		this.server.close();
	}

	/**
	 * Do something to a request that comes too late.
	 */
	private void afterIdle(Duration limit, Late late) {
		this.server.handleAll((exchange) -> {
			long nowNanos = this.time.nanos();
			Long before = this.answered.get(exchange.request().connection());
			if (before != null && nowNanos - before >= limit.toNanos()) {
				late.receive(exchange);
			}
			else {
				this.answered.put(exchange.request().connection(), nowNanos);
				exchange.respond(200, "ok");
			}
		});
	}

	private ConnectionPool open() {
		// as built in
		return this.pools.open("payments",
				PoolSettings.builder()
					.idleTimeout(Duration.ofSeconds(15))
					.validateAfterInactivity(Duration.ofSeconds(2))
					.evictInterval(PoolFixture.NEVER)
					.leakDetection(PoolFixture.NO_LEAK_DETECTION)
					.build(),
				PoolFixture.manager(20));
	}

	/**
	 * Return a client as the starter builds it.
	 */
	private CloseableHttpClient client(ConnectionPool pool) {
		CallChain chain = CallDefaults.chain();
		HttpClientBuilder builder = HttpClients.custom()
			.setConnectionManager(this.pools.connectionManager(() -> pool))
			.setConnectionManagerShared(true)
			.setRetryStrategy(chain.getRetryStrategy());
		chain.addTo(builder, this.pools.getCalls(), new RetryBudgets(this.time), () -> pool);
		return builder.build();
	}

	/**
	 * Send requests with a pause in between.
	 * @return how many failed
	 */
	private int send(CloseableHttpClient client, String method, int requests, Duration pause, Runnable afterPause) {
		int failures = 0;
		for (int i = 0; i < requests; i++) {
			try {
				send(client, method);
			}
			catch (IOException ex) {
				failures++;
			}
			this.time.advance(pause);
			afterPause.run();
		}
		return failures;
	}

	private void send(CloseableHttpClient client, String method) throws IOException {
		ClassicRequestBuilder request = ClassicRequestBuilder.create(method).setUri(this.server.url());
		if (method.equals("POST")) {
			request.setEntity("{}", ContentType.APPLICATION_JSON);
		}
		client.execute(request.build(), (response) -> EntityUtils.toString(response.getEntity()));
	}

	private static @Nullable Long learned(ConnectionPool pool) {
		return pool.snapshot().routes().get(0).learnedReuseAgeMillis();
	}

	private static long stale(ConnectionPool pool) {
		return pool.snapshot().connections().closed().getOrDefault(CloseReason.STALE, 0L);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("K1 no GET fails where the server closes connections after 2 s and one comes every 3 s")
	void getsDoNotFail(Closing closing) throws IOException {
		ConnectionPool pool = open();
		if (closing == Closing.WHEN_WRITTEN_TO) {
			afterIdle(Duration.ofSeconds(2), Exchange::closeAbruptly);
		}
		try (CloseableHttpClient client = client(pool)) {
			assertThat(send(client, "GET", 100, Duration.ofSeconds(3), () -> closing.close(this.server))).isZero();
			assertThat(stale(pool)).as("stale connections").isEqualTo(1);
			assertThat(learned(pool)).as("learned").isEqualTo(1500);
			Map<RetryReason, Long> retries = pool.snapshot().calls().retries();
			assertThat(retries.getOrDefault(RetryReason.STALE, 0L))
				.isEqualTo((closing == Closing.WHEN_WRITTEN_TO) ? 1 : 0);
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("K1 at most the first POST fails where the server closes connections before they are checked")
	void firstPostFailsAtMost(Closing closing) throws IOException {
		ConnectionPool pool = open();
		if (closing == Closing.WHEN_WRITTEN_TO) {
			afterIdle(Duration.ofSeconds(1), Exchange::closeAbruptly);
		}
		try (CloseableHttpClient client = client(pool)) {
			assertThat(send(client, "POST", 100, Duration.ofMillis(1500), () -> closing.close(this.server)))
				.isEqualTo(1);
			assertThat(stale(pool)).as("stale connections").isEqualTo(1);
			assertThat(learned(pool)).as("learned").isEqualTo(750);
		}
	}

	@Test
	@DisplayName("K1 control: without a lesson every other POST fails")
	void controlHalfOfThePostsFail() throws IOException {
		afterIdle(Duration.ofSeconds(1), Exchange::closeAbruptly);
		try (CloseableHttpClient client = HttpClients.createDefault()) {
			assertThat(send(client, "POST", 100, Duration.ofMillis(1500), () -> {
			})).isEqualTo(50);
		}
	}

	@Test
	@DisplayName("K1 a lesson does not keep connections from being used before its age")
	void connectionsAreUsedBeforeTheLearnedAge() throws IOException {
		ConnectionPool pool = open();
		afterIdle(Duration.ofSeconds(2), Exchange::closeAbruptly);
		try (CloseableHttpClient client = client(pool)) {
			send(client, "GET", 3, Duration.ofSeconds(3), () -> {
			});
			long opened = pool.snapshot().connections().opened();
			assertThat(send(client, "POST", 20, Duration.ofMillis(1400), () -> {
			})).isZero();
			assertThat(pool.snapshot().connections().opened()).isEqualTo(opened + 1);
		}
	}

	@Test
	@DisplayName("K1 a lesson closes idle connections in the background")
	void lessonClosesIdleConnectionsInTheBackground() throws IOException {
		ConnectionPool pool = open();
		afterIdle(Duration.ofSeconds(2), Exchange::closeAbruptly);
		try (CloseableHttpClient client = client(pool)) {
			send(client, "GET", 2, Duration.ofSeconds(3), () -> {
			});
			send(client, "GET");
			assertThat(pool.snapshot().available()).isEqualTo(1);
			this.time.advance(Duration.ofMillis(1499));
			pool.evict(this.time.nanos());
			assertThat(pool.snapshot().available()).isEqualTo(1);
			this.time.advance(Duration.ofMillis(1));
			pool.evict(this.time.nanos());
			assertThat(pool.snapshot().available()).isZero();
			assertThat(pool.snapshot().connections().closed()).containsKey(CloseReason.EXPIRED);
		}
	}

	@Test
	@DisplayName("K1 a server that is restarted teaches nothing below the age of the idlest connection")
	void restartTeachesLittle() throws IOException {
		ConnectionPool pool = open();
		try (CloseableHttpClient client = client(pool)) {
			PoolFixture.openConnections(client, this.server.url(), 1);
			this.time.advance(Duration.ofMillis(14_000));
			PoolFixture.openConnections(client, this.server.url(), 2);
			// the one that lay idle for long lies on top now
			this.time.advance(Duration.ofMillis(150));
			PoolFixture.openConnections(client, this.server.url(), 1);
			this.time.advance(Duration.ofMillis(50));
			this.server.closeConnections();
			send(client, "GET");
			assertThat(learned(pool)).isNull();
		}
	}

	@Test
	@DisplayName("K6 a request does not race with the end of 'Keep-Alive: timeout=5'")
	void announcedTimeHasAMargin() throws IOException {
		this.server.handleAll((exchange) -> exchange.respond(200, Headers.of("Keep-Alive", "timeout=5"), "ok"));
		ConnectionPool pool = open();
		try (CloseableHttpClient client = client(pool)) {
			send(client, "GET");
			assertThat(learned(pool)).isEqualTo(4000);
			this.time.advance(Duration.ofMillis(3999));
			send(client, "GET");
			assertThat(this.server.connectionsAccepted()).isEqualTo(1);
			this.time.advance(Duration.ofMillis(4000));
			this.server.handleAll((exchange) -> exchange.respond(200, Headers.of("Keep-Alive", "timeout=60"), "ok"));
			send(client, "GET");
			assertThat(this.server.connectionsAccepted()).isEqualTo(2);
			assertThat(learned(pool)).as("longer than the idle timeout").isNull();
		}
	}

	@Test
	@DisplayName("K3 a connection is closed before a peer drops it silently, and the next request succeeds")
	void connectionIsClosedBeforeItIsDropped() throws IOException {
		afterIdle(Duration.ofSeconds(4), Exchange::stall);
		ConnectionPool pool = this.pools.open("payments",
				PoolFixture.settingsBuilder()
					.idleTimeout(Duration.ofSeconds(3))
					.evictInterval(Duration.ofMillis(750))
					.build(),
				PoolFixture.manager(20));
		try (CloseableHttpClient client = client(pool)) {
			this.pools.sweep(this.time.nanos());
			send(client, "GET");
			for (Duration idle = Duration.ZERO; idle.toMillis() < 3900; idle = idle.plusMillis(100)) {
				this.time.advance(Duration.ofMillis(100));
				this.pools.sweep(this.time.nanos());
			}
			assertThat(pool.snapshot().available()).isZero();
			assertThat(pool.snapshot().connections().closed()).containsEntry(CloseReason.IDLE, 1L);
			this.server.awaitNoOpenConnections();
			this.time.advance(Duration.ofSeconds(5));
			send(client, "GET");
		}
	}

	@Test
	@DisplayName("K3 control: a plain HttpClient waits for an answer on the dropped connection")
	void controlPlainHttpClientUsesTheDroppedConnection() throws IOException {
		afterIdle(Duration.ofSeconds(4), Exchange::stall);
		try (CloseableHttpClient plain = HttpClients.custom()
			.setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(Timeout.ofMilliseconds(300)).build())
			.build()) {
			send(plain, "GET");
			this.time.advance(Duration.ofSeconds(9));
			assertThatExceptionOfType(SocketTimeoutException.class)
				.isThrownBy(() -> plain.execute(new HttpGet(this.server.url()), (response) -> null));
		}
	}

	/**
	 * What a server does with a request that comes too late.
	 */
	private interface Late {

		void receive(Exchange exchange) throws IOException;

	}

	/**
	 * How a server closes an idle connection.
	 */
	enum Closing {

		IN_GOOD_ORDER, BY_RESET, WHEN_WRITTEN_TO;

		void close(TestHttpServer server) {
			if (this == IN_GOOD_ORDER) {
				server.closeConnections();
			}
			if (this == BY_RESET) {
				server.abortConnections();
				server.awaitNoOpenConnections();
			}
		}

	}

}
