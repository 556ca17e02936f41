package io.outboundhttp.pool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.client.ManagedHttpClients;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for connection managers that are replaced behind a pool.
 */
@Timeout(60)
class GenerationTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(TimeSource.system()));

	private final List<PoolingHttpClientConnectionManager> managers = new ArrayList<>();

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
	void responseOfTheReplacedManagerIsReadToItsEnd() throws Exception {
		this.server.handle("/slow", (exchange) -> {
			exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
			exchange.stall();
			exchange.write("half");
		});
		ConnectionPool pool = this.pools.open("a", PoolFixture.settings(), newManager());
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build()) {
			PoolFixture.get(client, this.server.url());
			try (ClassicHttpResponse response = client.executeOpen(null, new HttpGet(this.server.url("/slow")), null)) {
				pool.replaceManager(newManager());
				assertThat(this.managers.get(0).isClosed()).as("in use").isFalse();
				assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
				assertThat(this.server.connectionsAccepted()).isEqualTo(2);
				this.server.releaseStalled();
				assertThat(EntityUtils.toString(response.getEntity())).isEqualTo("halfhalf");
			}
			assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
			assertThat(this.managers.get(0).isClosed()).as("nothing is left of it").isTrue();
			assertThat(this.managers.get(1).isClosed()).isFalse();
		}
		assertThat(pool.snapshot().connections().closed()).containsEntry(CloseReason.SHUTDOWN, 1L);
	}

	@Test
	void idleConnectionsOfTheReplacedManagerAreClosedAtOnce() throws Exception {
		ConnectionPool pool = this.pools.open("a", PoolFixture.settings(), newManager());
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool).build()) {
			PoolFixture.get(client, this.server.url());
			pool.replaceManager(newManager());
			this.server.awaitNoOpenConnections();
			assertThat(this.managers.get(0).isClosed()).isTrue();
			assertThat(pool.snapshot().available()).isZero();
		}
	}

	@Test
	void managersThatAreReplacedUnderLoadCostNoCallAndAreClosed() throws Exception {
		this.server.handleAll((exchange) -> exchange.respond(200, exchange.target()));
		ConnectionPool pool = this.pools.open("a", PoolFixture.settings(), newManager());
		AtomicBoolean stopped = new AtomicBoolean();
		AtomicInteger calls = new AtomicInteger();
		Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
		List<Thread> callers = new ArrayList<>();
		try (CloseableHttpClient client = ManagedHttpClients.builder(this.pools, pool)
			.disableAutomaticRetries()
			.build()) {
			for (int i = 0; i < 8; i++) {
				callers.add(new Thread(() -> {
					while (!stopped.get()) {
						String path = "/" + calls.incrementAndGet();
						try {
							assertThat(PoolFixture.get(client, this.server.url(path))).isEqualTo(path);
						}
						catch (IOException | RuntimeException | AssertionError ex) {
							failures.add(ex);
						}
					}
				}, "caller-" + i));
			}
			callers.forEach(Thread::start);
			Thread other = new Thread(() -> replace(pool, calls, 30), "replacer");
			other.start();
			replace(pool, calls, 30);
			other.join();
			stopped.set(true);
			for (Thread caller : callers) {
				caller.join();
			}
		}
		assertThat(failures).isEmpty();
		assertThat(pool.snapshot().leased()).isZero();
		assertThat(pool.snapshot().connections().refused()).isZero();
		this.pools.close();
		this.server.awaitNoOpenConnections();
		assertThat(this.managers).hasSize(61).allMatch(PoolingHttpClientConnectionManager::isClosed);
	}

	private void replace(ConnectionPool pool, AtomicInteger calls, int times) {
		for (int i = 0; i < times; i++) {
			int before = calls.get();
			await().until(() -> calls.get() > before + 10);
			pool.replaceManager(newManager());
		}
	}

	private PoolingHttpClientConnectionManager newManager() {
		PoolingHttpClientConnectionManager manager = PoolingHttpClientConnectionManagerBuilder.create()
			.setMaxConnPerRoute(4)
			.setMaxConnTotal(4)
			.build();
		synchronized (this.managers) {
			this.managers.add(manager);
		}
		return manager;
	}

}
