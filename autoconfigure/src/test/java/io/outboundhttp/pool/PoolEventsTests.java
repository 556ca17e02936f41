package io.outboundhttp.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.LeakReport;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.LoggedWarnings;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what a {@link PoolListener} is told.
 */
class PoolEventsTests {

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(42);

	private final Recorder recorder = new Recorder();

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
	void eachStepOfACallIsToldOnceWithItsTimes() throws Exception {
		ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time, this.recorder));
		ConnectionPool pool = open(pools, PoolFixture.settingsBuilder());
		try (CloseableHttpClient client = PoolFixture.client(pools, pool)) {
			ClassicHttpResponse response = client.executeOpen(null, new HttpGet(this.server.url()), null);
			this.time.advance(Duration.ofMillis(7));
			EntityUtils.consume(response.getEntity());
			response.close();
			assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
		}
		pools.close();
		pools.close();
		String at = " a " + this.server.url();
		assertThat(this.recorder.events).containsExactly("pool opened a", "acquired new" + at + " after 0 ms",
				"opened" + at, "released new" + at + " after 7 ms", "acquired reused" + at + " after 0 ms",
				"released reused" + at + " after 0 ms", "closed" + at + " SHUTDOWN", "pool closed a");
	}

	@Test
	void waitThatIsServedIsToldWithItsLength() throws Exception {
		ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time, this.recorder));
		ConnectionPool pool = open(pools, PoolFixture.settingsBuilder());
		try (CloseableHttpClient client = PoolFixture.client(pools, pool)) {
			CompletableFuture<String> waiting;
			try (ClassicHttpResponse held = client.executeOpen(null, new HttpGet(this.server.url()), null)) {
				waiting = call(client);
				await().until(() -> pool.snapshot().pending() == 1);
				this.time.advance(Duration.ofSeconds(2));
				EntityUtils.consume(held.getEntity());
			}
			assertThat(waiting).succeedsWithin(Duration.ofSeconds(20)).isEqualTo("ok");
			assertThat(this.recorder.events).contains("acquired reused a " + this.server.url() + " after 2000 ms")
				.doesNotHaveDuplicates();
		}
	}

	@Test
	void waitThatEndsWithoutAConnectionIsToldOnceAsWhatItWas() throws Exception {
		ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time, this.recorder));
		ConnectionPool pool = open(pools, PoolFixture.settingsBuilder().maxPending(1));
		String at = " a " + this.server.url();
		try (CloseableHttpClient client = PoolFixture.clientBuilder(pools, pool)
			.setDefaultRequestConfig(RequestConfig.custom().setConnectionRequestTimeout(Timeout.ofSeconds(3)).build())
			.build(); ClassicHttpResponse held = client.executeOpen(null, new HttpGet(this.server.url()), null)) {
			this.recorder.events.clear();
			CompletableFuture<String> late = call(client);
			await().until(() -> pool.snapshot().pending() == 1);
			assertThatExceptionOfType(ConnectionRequestTimeoutException.class)
				.isThrownBy(() -> PoolFixture.get(client, this.server.url()))
				.withMessageContaining("outbound-http.clients.a.pool.max-pending");
			this.time.advance(Duration.ofSeconds(3));
			assertThat(late).failsWithin(Duration.ofSeconds(20))
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(ConnectionRequestTimeoutException.class)
				.withMessageContaining("within 3000 ms");
			HttpGet aborted = new HttpGet(this.server.url());
			CompletableFuture<String> cancelled = call(client, aborted);
			await().until(() -> pool.snapshot().pending() == 1);
			this.time.advance(Duration.ofSeconds(1));
			aborted.abort();
			assertThat(cancelled).failsWithin(Duration.ofSeconds(20));
			await().until(() -> this.recorder.events.size() == 3);
			assertThat(this.recorder.events).containsExactly("rejected" + at, "timed out" + at + " after 3000 ms",
					"cancelled" + at + " after 1000 ms");
			PoolSnapshot.Connections connections = pool.snapshot().connections();
			assertThat(connections.timeouts()).isEqualTo(1);
			assertThat(connections.rejected()).isEqualTo(1);
			assertThat(held.getCode()).isEqualTo(200);
			EntityUtils.consume(held.getEntity());
		}
	}

	@Test
	void listenerThatThrowsEverywhereIsWarnedOfOnceAndHarmsNobody() throws Exception {
		this.leaks.expectWarning("Client 'a': pool listener " + Thrower.class.getName() + " failed");
		try (LoggedWarnings warnings = LoggedWarnings.of("io.outboundhttp")) {
			ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time, new Thrower(), this.recorder));
			ConnectionPool pool = open(pools, PoolFixture.settingsBuilder().maxPending(0));
			try (CloseableHttpClient client = PoolFixture.client(pools, pool)) {
				for (int i = 0; i < 3; i++) {
					assertThat(PoolFixture.get(client, this.server.url())).isEqualTo("ok");
				}
				try (ClassicHttpResponse held = client.executeOpen(null, new HttpGet(this.server.url()), null)) {
					assertThatExceptionOfType(ConnectionRequestTimeoutException.class)
						.isThrownBy(() -> PoolFixture.get(client, this.server.url()));
					EntityUtils.consume(held.getEntity());
				}
				pool.closeIdle(Duration.ZERO);
				PoolSnapshot snapshot = pool.snapshot();
				assertThat(snapshot.leased()).isZero();
				assertThat(snapshot.available()).isZero();
				assertThat(snapshot.connections().closed()).containsEntry(CloseReason.IDLE, 1L);
			}
			pools.close();
			assertThat(this.recorder.events).as("the next listener is told all").hasSize(1 + 1 + 4 * 2 + 1 + 1 + 1);
			assertThat(warnings.list()).hasSize(1);
		}
	}

	private static ConnectionPool open(ConnectionPools pools, PoolSettings.Builder settings) {
		return pools.open("a", settings.build(), PoolFixture.manager(1));
	}

	private CompletableFuture<String> call(CloseableHttpClient client) {
		return call(client, new HttpGet(this.server.url()));
	}

	private CompletableFuture<String> call(CloseableHttpClient client, HttpGet request) {
		CompletableFuture<String> outcome = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				outcome.complete(client.execute(request, (response) -> EntityUtils.toString(response.getEntity())));
			}
			catch (IOException | RuntimeException ex) {
				outcome.completeExceptionally(ex);
			}
		}, "caller");
		thread.setDaemon(true);
		thread.start();
		return outcome;
	}

	/**
	 * Writes down what it is told.
	 */
	private static final class Recorder implements PoolListener {

		private final List<String> events = new CopyOnWriteArrayList<>();

		@Override
		public void poolOpened(ConnectionPool pool) {
			this.events.add("pool opened " + pool.getName());
		}

		@Override
		public void poolClosed(ConnectionPool pool) {
			this.events.add("pool closed " + pool.getName());
		}

		@Override
		public void leaseAcquired(Lease lease, long waitedNanos) {
			add("acquired" + (lease.isReused() ? " reused" : " new"), lease.getPool(), lease.getRoute(), waitedNanos);
		}

		@Override
		public void leaseReleased(Lease lease, long heldNanos) {
			add("released" + (lease.isReused() ? " reused" : " new"), lease.getPool(), lease.getRoute(), heldNanos);
		}

		@Override
		public void leaseTimedOut(ConnectionPool pool, HttpRoute route, long waitedNanos) {
			add("timed out", pool, route, waitedNanos);
		}

		@Override
		public void leaseRejected(ConnectionPool pool, HttpRoute route) {
			this.events.add("rejected " + pool.getName() + " " + Routes.target(route));
		}

		@Override
		public void leaseCancelled(ConnectionPool pool, HttpRoute route, long waitedNanos) {
			add("cancelled", pool, route, waitedNanos);
		}

		@Override
		public void connectionOpened(ConnectionPool pool, HttpRoute route) {
			this.events.add("opened " + pool.getName() + " " + Routes.target(route));
		}

		@Override
		public void connectionClosed(ConnectionPool pool, HttpRoute route, CloseReason reason) {
			this.events.add("closed " + pool.getName() + " " + Routes.target(route) + " " + reason);
		}

		private void add(String what, ConnectionPool pool, HttpRoute route, long nanos) {
			this.events.add("%s %s %s after %d ms".formatted(what, pool.getName(), Routes.target(route),
					Duration.ofNanos(nanos).toMillis()));
		}

	}

	/**
	 * Throws whatever it is told.
	 */
	private static final class Thrower implements PoolListener {

		@Override
		public void poolOpened(ConnectionPool pool) {
			throw new IllegalStateException("opened");
		}

		@Override
		public void poolClosed(ConnectionPool pool) {
			throw new IllegalStateException("closed");
		}

		@Override
		public void leaseAcquired(Lease lease, long waitedNanos) {
			throw new IllegalStateException("acquired");
		}

		@Override
		public void leaseReleased(Lease lease, long heldNanos) {
			throw new NoClassDefFoundError("released");
		}

		@Override
		public void leaseTimedOut(ConnectionPool pool, HttpRoute route, long waitedNanos) {
			throw new IllegalStateException("timed out");
		}

		@Override
		public void leaseRejected(ConnectionPool pool, HttpRoute route) {
			throw new IllegalStateException("rejected");
		}

		@Override
		public void leaseCancelled(ConnectionPool pool, HttpRoute route, long waitedNanos) {
			throw new IllegalStateException("cancelled");
		}

		@Override
		public void connectionOpened(ConnectionPool pool, HttpRoute route) {
			throw new StackOverflowError("connection opened");
		}

		@Override
		public void connectionClosed(ConnectionPool pool, HttpRoute route, CloseReason reason) {
			throw new IllegalStateException("connection closed");
		}

		@Override
		public void leakDetected(ConnectionPool pool, LeakReport report) {
			throw new IllegalStateException("leak");
		}

	}

}
