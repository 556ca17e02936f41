package io.outboundhttp.pool;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.ManagedHttpClients;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Headers;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.VersionInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Tests for connections that cannot be closed or checked, and for lives of zero length.
 * Each defect of HttpClient comes with a control that shows it on HttpClient's own
 * connection manager.
 */
@Timeout(60)
class ConnectionHealingTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(1);

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time));

	private final AtomicBoolean passivates = new AtomicBoolean(true);

	private TestHttpServer server;

	@BeforeEach
	void start() {
		this.server = TestHttpServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	// HTTPCLIENT-2432

	@Test
	void connectionThatCannotBeClosedCostsNoPlace() throws Exception {
		this.leaks.expectWarning("broken close");
		this.server.handle("/half", ConnectionHealingTests::half);
		ConnectionPool pool = this.pools.open("a", PoolFixture.settings(), ofOne(brokenClose()));
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build()) {
			for (int i = 0; i < 5; i++) {
				readWithStreamOnly(client);
				assertThat(pool.snapshot().leased()).as("after call %s", i).isZero();
				assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
				pool.closeIdle(Duration.ZERO);
				assertThat(pool.snapshot().available()).isZero();
			}
			pool.setMaxPerRoute(2);
			pool.setMaxTotal(2);
			assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
		}
		assertThat(pool.snapshot().connections().refused()).isZero();
	}

	@Test
	void wornConnectionThatCannotBeClosedCostsNoPlace() throws Exception {
		this.leaks.expectWarning("broken close");
		PoolSettings settings = PoolSettings.builder()
			.idleTimeout(Duration.ofSeconds(1))
			.evictInterval(PoolFixture.NEVER)
			.build();
		ConnectionPool pool = this.pools.open("a", settings, ofOne(brokenClose().setOffLockDisposalEnabled(true)));
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build()) {
			for (int i = 0; i < 5; i++) {
				assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
				this.time.advance(Duration.ofSeconds(2));
			}
		}
		assertThat(this.server.connectionsAccepted()).isEqualTo(5);
		assertThat(pool.snapshot().leased()).isZero();
		assertThat(pool.snapshot().connections().closed()).containsEntry(CloseReason.IDLE, 4L);
	}

	@Test
	void connectionThatCannotBeCheckedOrKeptCostsNoPlace() throws Exception {
		this.leaks.expectWarning("broken passivate");
		PoolSettings settings = PoolSettings.builder()
			.idleTimeout(PoolFixture.NEVER)
			.evictInterval(PoolFixture.NEVER)
			.validateAfterInactivity(Duration.ZERO)
			.build();
		ConnectionPool pool = this.pools.open("a", settings, ofOne(brokenChecks()));
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build()) {
			for (int i = 0; i < 3; i++) {
				assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
			}
			this.passivates.set(false);
			for (int i = 0; i < 3; i++) {
				assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
				assertThat(pool.snapshot().leased()).isZero();
				assertThat(pool.snapshot().available()).isZero();
			}
		}
	}

	private PoolingHttpClientConnectionManagerBuilder brokenChecks() {
		return PoolingHttpClientConnectionManagerBuilder.create()
			.setConnectionFactory((socket) -> new DefaultManagedHttpClientConnection("broken") {

				@Override
				public boolean isStale() {
					throw new IllegalStateException("broken check");
				}

				@Override
				public void passivate() {
					if (!ConnectionHealingTests.this.passivates.get()) {
						throw new IllegalStateException("broken passivate");
					}
					super.passivate();
				}

			});
	}

	/**
	 * Fixed in HttpClient 5.6.5.
	 */
	@Test
	void controlConnectionThatCannotBeClosedCostsAPlace() throws Exception {
		assumeThat(httpClientVersion()).isLessThan("5.6.5");
		this.server.handle("/half", ConnectionHealingTests::half);
		try (PoolingHttpClientConnectionManager own = ofOne(brokenClose());
				CloseableHttpClient client = HttpClients.custom()
					.setConnectionManager(own)
					.setConnectionManagerShared(true)
					.build()) {
			ClassicHttpResponse response = client.executeOpen(null, new HttpGet(this.server.url("/half")), null);
			InputStream body = response.getEntity().getContent();
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(body::readAllBytes)
				.withMessage("broken close");
			body.close();
			assertThat(own.getTotalStats().getLeased()).isEqualTo(1);
		}
	}

	private static String httpClientVersion() {
		VersionInfo version = VersionInfo.loadVersionInfo("org.apache.hc.client5",
				ConnectionHealingTests.class.getClassLoader());
		return version.getRelease();
	}

	private static void half(Exchange exchange) throws IOException {
		exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
		exchange.closeAbruptly();
	}

	private void readWithStreamOnly(CloseableHttpClient client) throws IOException {
		ClassicHttpResponse response = client.executeOpen(null, new HttpGet(this.server.url("/half")), null);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
			try (InputStream body = response.getEntity().getContent()) {
				body.readAllBytes();
			}
		});
	}

	private static PoolingHttpClientConnectionManagerBuilder brokenClose() {
		return PoolingHttpClientConnectionManagerBuilder.create()
			.setConnectionFactory((socket) -> new DefaultManagedHttpClientConnection("broken") {

				@Override
				public void close(CloseMode closeMode) {
					super.close(closeMode);
					throw new IllegalStateException("broken close");
				}

			});
	}

	// Keep-alive and time to live

	@Test
	@DisplayName("K6 'Keep-Alive: timeout=0' closes the connection")
	void keepAliveOfZeroClosesTheConnection() throws Exception {
		this.server.handleAll((exchange) -> exchange.respond(200, Headers.of("Keep-Alive", "timeout=0"), "ok"));
		ConnectionPool pool = open();
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build()) {
			PoolFixture.get(client, this.server.url());
			assertThat(pool.snapshot().available()).isZero();
			this.server.awaitNoOpenConnections();
			PoolFixture.get(client, this.server.url());
		}
		assertThat(this.server.connectionsAccepted()).isEqualTo(2);
		assertThat(pool.snapshot().connections().closed()).containsEntry(CloseReason.EXPIRED, 2L);
	}

	@Test
	@DisplayName("K6 control: HttpClient keeps the connection for ever")
	void controlKeepAliveOfZeroKeepsTheConnection() throws Exception {
		this.server.handleAll((exchange) -> exchange.respond(200, Headers.of("Keep-Alive", "timeout=0"), "ok"));
		try (PoolingHttpClientConnectionManager own = ofOne(PoolingHttpClientConnectionManagerBuilder.create());
				CloseableHttpClient client = HttpClients.custom().setConnectionManager(own).build()) {
			PoolFixture.get(client, this.server.url());
			PoolFixture.get(client, this.server.url());
		}
		assertThat(this.server.connectionsAccepted()).isEqualTo(1);
	}

	@Test
	@DisplayName("K6 a time to live that is off keeps the connection, even where HttpClient would not")
	void timeToLiveThatIsOffKeepsTheConnection() throws Exception {
		ConnectionPool pool = this.pools.open("a", PoolFixture.settings(), ofOne(withoutLife()));
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build()) {
			for (int i = 0; i < 5; i++) {
				PoolFixture.get(client, this.server.url());
			}
		}
		assertThat(this.server.connectionsAccepted()).isEqualTo(1);
	}

	@Test
	@DisplayName("K6 control: with a time to live of 0 HttpClient never uses a connection again")
	void controlTimeToLiveOfZeroClosesTheConnection() throws Exception {
		try (PoolingHttpClientConnectionManager own = ofOne(withoutLife());
				CloseableHttpClient client = HttpClients.custom().setConnectionManager(own).build()) {
			for (int i = 0; i < 5; i++) {
				PoolFixture.get(client, this.server.url());
			}
		}
		assertThat(this.server.connectionsAccepted()).isEqualTo(5);
	}

	private static PoolingHttpClientConnectionManagerBuilder withoutLife() {
		return PoolingHttpClientConnectionManagerBuilder.create()
			.setDefaultConnectionConfig(ConnectionConfig.custom().setTimeToLive(TimeValue.ZERO_MILLISECONDS).build());
	}

	private ConnectionPool open() {
		return this.pools.open("a", PoolFixture.settings(), ofOne(PoolingHttpClientConnectionManagerBuilder.create()));
	}

	private static PoolingHttpClientConnectionManager ofOne(PoolingHttpClientConnectionManagerBuilder builder) {
		return builder.setMaxConnPerRoute(1).setMaxConnTotal(1).build();
	}

}
