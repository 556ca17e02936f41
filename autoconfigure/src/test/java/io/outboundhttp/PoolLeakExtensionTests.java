package io.outboundhttp;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.ConnectionPools;
import io.outboundhttp.pool.PoolListener;
import io.outboundhttp.pool.PoolSettings;
import io.outboundhttp.pool.TimeSource;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.slf4j.LoggerFactory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link PoolLeakExtension}.
 */
class PoolLeakExtensionTests {

	private static final PoolSettings SETTINGS = PoolSettings.builder()
		.idleTimeout(Duration.ofSeconds(15))
		.evictInterval(Duration.ofSeconds(5))
		.build();

	private final PoolLeakExtension extension = new PoolLeakExtension();

	@BeforeEach
	void begin() {
		Awaitility.setDefaultTimeout(Duration.ofMillis(300));
		this.extension.begin();
	}

	@AfterEach
	void restore() {
		Awaitility.reset();
	}

	@Test
	@DisplayName("L7 a test that leaves a connection leased fails and tells which")
	void leasedConnectionFailsTheTest() throws Exception {
		try (TestHttpServer server = TestHttpServer.start()) {
			ConnectionPools pools = this.extension.watch(new ConnectionPools(TimeSource.system(), List.of()));
			ConnectionPool pool = open(pools);
			try (CloseableHttpClient client = HttpClients.custom()
				.setConnectionManager(pools.connectionManager(() -> pool))
				.setConnectionManagerShared(true)
				.build(); ClassicHttpResponse response = client.executeOpen(null, new HttpGet(server.url()), null)) {
				assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.extension.verify())
					.withMessageContaining("leased=1")
					.withMessageContaining("LeaseSnapshot[client=a, route=" + server.url())
					.withMessageContaining("thread=" + Thread.currentThread().getName())
					.withMessageContaining("phase=RESPONSE_UNREAD");
				assertThat(response.getCode()).isEqualTo(200);
			}
		}
	}

	@Test
	void threadOfOursThatRunsFailsTheTest() throws Exception {
		CountDownLatch end = new CountDownLatch(1);
		Thread thread = new Thread(() -> {
			try {
				end.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}, "outbound-http-left-behind");
		thread.start();
		try {
			assertThatExceptionOfType(ConditionTimeoutException.class).isThrownBy(() -> this.extension.verify())
				.withMessageContaining("outbound-http-left-behind");
		}
		finally {
			end.countDown();
			thread.join();
		}
	}

	@Test
	@EnabledOnOs(value = OS.LINUX, disabledReason = "sockets are read from /proc")
	void connectedSocketFailsTheTest() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				Socket left = new Socket(server.getInetAddress(), server.getLocalPort())) {
			assertThatExceptionOfType(ConditionTimeoutException.class).isThrownBy(() -> this.extension.verify())
				.withMessageContaining("remotePort=" + left.getPort());
		}
	}

	@Test
	void socketOfBeforeTheTestIsNotItsOwn() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				Socket before = new Socket(server.getInetAddress(), server.getLocalPort())) {
			PoolLeakExtension later = new PoolLeakExtension();
			later.begin();
			assertThat(before.isConnected()).isTrue();
			assertThatNoException().isThrownBy(later::verify);
		}
	}

	@Test
	void warningFailsTheTest() {
		warnThroughAListener();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.extension.verify())
			.withMessageContaining("unexpected warning: WARN Client 'a': pool listener")
			.withMessageContaining("deaf");
	}

	@Test
	void warningOfAnApplicationThatConfiguresLoggingFailsTheTest() {
		SpringApplication application = new SpringApplication(PoolLeakExtensionTests.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.addInitializers(this.extension);
		try (ConfigurableApplicationContext context = application.run()) {
			LoggerFactory.getLogger("io.outboundhttp.test").warn("after {}", context.getId());
		}
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.extension.verify())
			.withMessageContaining("unexpected warning: WARN after application");
	}

	@Test
	void expectedOrAllowedWarningPasses() {
		this.extension.expectWarning("pool listener");
		this.extension.allowWarning("never logged");
		warnThroughAListener();
		assertThatNoException().isThrownBy(() -> this.extension.verify());
	}

	@Test
	void expectedWarningThatIsNotLoggedFailsTheTest() {
		this.extension.expectWarning("never logged");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.extension.verify())
			.withMessageContaining("not logged: never logged");
	}

	@Test
	void warningsOfOthersAreTheirBusiness() {
		LoggerFactory.getLogger("com.example").warn("somebody else's");
		assertThatNoException().isThrownBy(() -> this.extension.verify());
	}

	@Test
	void cleanTestPasses() {
		open(this.extension.watch(new ConnectionPools(TimeSource.system(), List.of())));
		this.extension.verify();
	}

	private void warnThroughAListener() {
		open(this.extension.watch(new ConnectionPools(TimeSource.system(), List.of(new PoolListener() {

			@Override
			public void poolOpened(ConnectionPool pool) {
				throw new IllegalStateException("deaf");
			}

		}))));
	}

	private static ConnectionPool open(ConnectionPools pools) {
		return pools.open("a", SETTINGS, new PoolingHttpClientConnectionManager());
	}

}
