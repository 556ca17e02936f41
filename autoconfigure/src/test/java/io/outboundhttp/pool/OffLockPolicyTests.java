package io.outboundhttp.pool;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.testsupport.TestHttpServer;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of what our pool promises that HttpClient's lock-free pool does not keep: each
 * program runs on ours, and as a control on that policy, which is why ours is built over
 * the strict one. (What that policy loses under contention depends on the timing, so no
 * control counts it.)
 */
@org.junit.jupiter.api.Timeout(60)
class OffLockPolicyTests {

	private static final Timeout WAIT = Timeout.ofMilliseconds(700);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(TimeSource.system()));

	private final TestHttpServer server = TestHttpServer.start();

	private final TestHttpServer otherServer = TestHttpServer.start();

	private final PoolingHttpClientConnectionManager offLock = builder()
		.setPoolConcurrencyPolicy(PoolConcurrencyPolicy.OFFLOCK)
		.build();

	private final ManagedConnectionManager ours;

	OffLockPolicyTests() {
		ConnectionPool pool = this.pools.open("a", PoolFixture.settings(), builder().build());
		this.ours = this.pools.connectionManager(() -> pool);
	}

	private static PoolingHttpClientConnectionManagerBuilder builder() {
		return PoolingHttpClientConnectionManagerBuilder.create().setMaxConnPerRoute(1).setMaxConnTotal(1);
	}

	@AfterEach
	void stop() {
		this.offLock.close(CloseMode.IMMEDIATE);
		this.server.close();
		this.otherServer.close();
	}

	@Test
	void connectionOfAUserIsNotGivenToNobody() throws Exception {
		assertThat(isGivenToNobody(this.ours)).isFalse();
	}

	@Test
	void controlConnectionOfAUserIsGivenToNobody() throws Exception {
		assertThat(isGivenToNobody(this.offLock)).isTrue();
	}

	private boolean isGivenToNobody(HttpClientConnectionManager manager) throws Exception {
		ConnectionEndpoint alice = connected(manager, this.server, "alice");
		manager.release(alice, "alice", TimeValue.NEG_ONE_MILLISECOND);
		ConnectionEndpoint nobody = lease(manager, this.server, null);
		boolean given = nobody.isConnected();
		manager.release(nobody, null, null);
		return given;
	}

	@Test
	void idleConnectionOfAnotherRouteMakesRoom() throws Exception {
		assertThat(makesRoom(this.ours)).isTrue();
	}

	@Test
	void controlIdleConnectionOfAnotherRouteMakesNoRoom() throws Exception {
		assertThat(makesRoom(this.offLock)).isFalse();
	}

	private boolean makesRoom(HttpClientConnectionManager manager) throws Exception {
		ConnectionEndpoint other = connected(manager, this.otherServer, null);
		manager.release(other, null, TimeValue.NEG_ONE_MILLISECOND);
		return isServed(manager);
	}

	@Test
	void callerThatWaitsIsServedWhenAConnectionIsThrownAway() throws Exception {
		assertThat(isServedAfter(this.ours, this::throwAway)).isTrue();
	}

	@Test
	void controlCallerThatWaitsIsNotServedWhenAConnectionIsThrownAway() throws Exception {
		assertThat(isServedAfter(this.offLock, this::throwAway)).isFalse();
	}

	private void throwAway(HttpClientConnectionManager manager, ConnectionEndpoint held) {
		manager.release(held, null, null);
	}

	@Test
	void callerThatWaitsIsServedWhenALimitRises() throws Exception {
		assertThat(isServedAfter(this.ours, (manager, held) -> raise(this.ours))).isTrue();
	}

	@Test
	void controlCallerThatWaitsIsNotServedWhenALimitRises() throws Exception {
		assertThat(isServedAfter(this.offLock, (manager, held) -> raise(this.offLock))).isFalse();
	}

	private static void raise(ConnPoolControl<HttpRoute> limits) {
		limits.setMaxTotal(2);
		limits.setDefaultMaxPerRoute(2);
	}

	private boolean isServedAfter(HttpClientConnectionManager manager, Event event) throws Exception {
		ConnectionEndpoint held = connected(manager, this.server, null);
		CompletableFuture<Boolean> waiting = new CompletableFuture<>();
		Thread caller = new Thread(() -> {
			try {
				waiting.complete(isServed(manager));
			}
			catch (Exception ex) {
				waiting.completeExceptionally(ex);
			}
		}, "waiting-caller");
		caller.start();
		await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);
		event.happen(manager, held);
		boolean served = waiting.join();
		manager.release(held, null, null);
		return served;
	}

	private boolean isServed(HttpClientConnectionManager manager) throws Exception {
		ConnectionEndpoint endpoint;
		try {
			endpoint = lease(manager, this.server, null);
		}
		catch (TimeoutException | ExecutionException ex) {
			return false;
		}
		manager.release(endpoint, null, null);
		return true;
	}

	private static ConnectionEndpoint lease(HttpClientConnectionManager manager, TestHttpServer target,
			@Nullable Object state) throws Exception {
		HttpRoute route = new HttpRoute(new HttpHost("http", "127.0.0.1", target.port()));
		return manager.lease("x", route, WAIT, state).get(WAIT);
	}

	private static ConnectionEndpoint connected(HttpClientConnectionManager manager, TestHttpServer target,
			@Nullable Object state) throws Exception {
		ConnectionEndpoint endpoint = lease(manager, target, state);
		manager.connect(endpoint, null, HttpClientContext.create());
		return endpoint;
	}

	/**
	 * What happens while somebody waits.
	 */
	private interface Event {

		void happen(HttpClientConnectionManager manager, ConnectionEndpoint held);

	}

}
