package io.outboundhttp.pool;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import io.outboundhttp.PoolLeakExtension;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for HttpClient's own pool as a referee.
 */
class RefereeTests {

	private static final HttpRoute ROUTE = new HttpRoute(new HttpHost("http", "a.test", 80));

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(TimeSource.system()));

	private final ConnectionPool pool = this.pools.open("a", PoolFixture.settings(), new LateManager());

	/**
	 * A place is assigned under the lock of HttpClient's pool, and handed out by
	 * whichever thread comes by next, so the one that asked may look too early.
	 */
	@Test
	void placeThatAnotherThreadIsAboutToHandOutIsNoRefusal() throws Exception {
		ManagedConnectionManager manager = this.pools.connectionManager(() -> this.pool);
		ConnectionEndpoint endpoint = manager.lease("id", ROUTE, Timeout.ofSeconds(10), null)
			.get(Timeout.ofSeconds(10));
		manager.release(endpoint, null, TimeValue.ZERO_MILLISECONDS);
		assertThat(this.pool.snapshot().connections().refused()).isZero();
	}

	/**
	 * Has each place handed out a moment after it was assigned.
	 */
	private static final class LateManager extends PoolingHttpClientConnectionManager {

		@Override
		public LeaseRequest lease(String id, HttpRoute route, Timeout requestTimeout, @Nullable Object state) {
			LeaseRequest request = super.lease(id, route, requestTimeout, state);
			return new LeaseRequest() {

				@Override
				public ConnectionEndpoint get(Timeout timeout)
						throws InterruptedException, ExecutionException, TimeoutException {
					if (timeout.toMilliseconds() == 0) {
						throw new TimeoutException("not handed out yet");
					}
					return request.get(timeout);
				}

				@Override
				public boolean cancel() {
					return request.cancel();
				}

			};
		}

	}

}
