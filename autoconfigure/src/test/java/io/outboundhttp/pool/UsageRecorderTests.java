package io.outboundhttp.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what a pool tells about its callers. Time stands still unless it is turned;
 * nothing is connected.
 */
class UsageRecorderTests {

	private static final Offset<Double> EXACTLY = Offset.offset(1e-6);

	private static final HttpRoute ROUTE = route("a");

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final ConnectionPools pools = this.leaks.watch(PoolFixture.pools(this.time));

	private final ConnectionPool pool = this.pools.open("a", PoolFixture.settingsBuilder().maxPending(60).build(),
			PoolFixture.manager(10));

	private final ManagedConnectionManager manager = this.pools.connectionManager(() -> this.pool);

	private static HttpRoute route(String name) {
		return new HttpRoute(new HttpHost("http", name + ".test", 80));
	}

	private ConnectionEndpoint lease(HttpRoute route) throws Exception {
		return this.manager.lease("id", route, Timeout.ofSeconds(10), null).get(Timeout.ofSeconds(10));
	}

	private void release(ConnectionEndpoint endpoint) {
		this.manager.release(endpoint, null, TimeValue.NEG_ONE_MILLISECOND);
	}

	/**
	 * Make calls at equal distances, each holding a connection for as many of them.
	 */
	private void load(Duration duration, int perSecond, int concurrency) throws Exception {
		Duration pause = Duration.ofNanos(1_000_000_000L / perSecond);
		Deque<ConnectionEndpoint> held = new ArrayDeque<>();
		for (long i = 0; i < duration.dividedBy(pause); i++) {
			held.add(lease(ROUTE));
			this.pool.observeWaiting(this.time.advance(pause));
			if (held.size() == concurrency) {
				release(held.remove());
			}
		}
		held.forEach(this::release);
	}

	@Test
	void unusedPoolTellsNothing() {
		this.time.advance(Duration.ofHours(3));
		PoolUsage usage = this.pool.usage();
		assertThat(usage.waits().count()).isZero();
		assertThat(usage.demand()).isEqualTo(
				new PoolUsage.Demand(Duration.ZERO, 0, 0, 0, 0, 0, 0, PoolUsage.Wanted.NONE, 0, PoolUsage.Wanted.NONE));
	}

	@Test
	void steadyLoadIsToldAsItIs() throws Exception {
		load(Duration.ofSeconds(30), 100, 8);
		PoolUsage usage = this.pool.usage();
		assertThat(usage.waits().count()).isEqualTo(3000);
		assertThat(usage.waits().maxMillis()).isZero();
		assertThat(usage.holds().count()).isEqualTo(3000);
		assertThat(usage.holds().p50Millis()).isBetween(70.0, 80.0);
		assertThat(usage.holds().maxMillis()).isEqualTo(80);
		PoolUsage.Demand demand = usage.demand();
		assertThat(demand.busyTime()).isEqualTo(Duration.ofSeconds(30));
		assertThat(demand.arrivals()).isEqualTo(3000);
		assertThat(demand.waited()).isZero();
		assertThat(demand.arrivalsPerSecond()).isCloseTo(100, EXACTLY);
		assertThat(demand.meanHoldMillis()).isCloseTo(80, EXACTLY);
		assertThat(demand.meanLeased()).isCloseTo(8, Offset.offset(0.01));
		assertThat(demand.wanted()).isEqualTo(new PoolUsage.Wanted(8, 8, 8));
		assertThat(demand.wantedOfRoute()).isEqualTo(demand.wanted());
		assertThat(demand.routes()).isEqualTo(1);
	}

	@Test
	void connectionThatIsHeldForLongCountsWhileItIsHeldAndNotWhenItComesBack() throws Exception {
		ConnectionEndpoint held = lease(ROUTE);
		for (int second = 0; second < 120; second++) {
			this.pool.observeWaiting(this.time.advance(Duration.ofSeconds(1)));
		}
		assertThat(this.pool.usage().demand().meanLeased()).isCloseTo(1, EXACTLY);
		release(held);
		this.time.advance(Duration.ofSeconds(10));
		assertThat(this.pool.usage().demand().meanLeased()).isCloseTo(1, EXACTLY);
		assertThat(this.pool.usage().demand().meanHoldMillis()).as("none came back in the busy slot").isZero();
		assertThat(this.pool.usage().holds().maxMillis()).isEqualTo(120_000);
	}

	@Test
	void oneStallAmongTwentySlotsIsNotTheBusyOne() throws Exception {
		load(Duration.ofSeconds(200), 10, 2);
		load(Duration.ofSeconds(10), 10, 10);
		load(Duration.ofSeconds(10), 10, 2);
		PoolUsage.Demand demand = this.pool.usage().demand();
		assertThat(demand.meanLeased()).isCloseTo(2, Offset.offset(0.2));
		assertThat(demand.wanted().p95()).isLessThan(10);
		assertThat(demand.wanted().peak()).isEqualTo(10);
	}

	@Test
	void looksThatMissShortCallsCountAndIdleOnesDoNot() throws Exception {
		for (int second = 0; second < 40; second++) {
			release(lease(ROUTE));
			this.pool.observeWaiting(this.time.advance(Duration.ofSeconds(1)));
		}
		ConnectionEndpoint held = lease(ROUTE);
		this.pool.observeWaiting(this.time.advance(Duration.ofSeconds(1)));
		release(held);
		for (int second = 0; second < 400; second++) {
			this.pool.observeWaiting(this.time.advance(Duration.ofSeconds(1)));
		}
		assertThat(this.pool.usage().demand().wanted()).isEqualTo(new PoolUsage.Wanted(0, 1, 1));
	}

	@Test
	void pausesDoNotCount() throws Exception {
		load(Duration.ofSeconds(10), 10, 2);
		this.pool.observeWaiting(this.time.advance(Duration.ofSeconds(100)));
		load(Duration.ofSeconds(10), 10, 2);
		PoolUsage.Demand demand = this.pool.usage().demand();
		assertThat(demand.busyTime()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
		assertThat(demand.arrivalsPerSecond()).isCloseTo(10, Offset.offset(0.2));
	}

	@Test
	void whatNobodyObservedForLongIsSpreadOverThatTime() throws Exception {
		for (int i = 0; i < 6; i++) {
			release(lease(ROUTE));
		}
		this.time.advance(Duration.ofSeconds(60));
		PoolUsage.Demand demand = this.pool.usage().demand();
		assertThat(demand.arrivals()).isEqualTo(6);
		assertThat(demand.arrivalsPerSecond()).isCloseTo(0.1, EXACTLY);
	}

	@Test
	void whatWasLongerThanTenMinutesAgoIsForgotten() throws Exception {
		load(Duration.ofSeconds(60), 10, 9);
		this.pool.observeWaiting(this.time.advance(Duration.ofSeconds(1)));
		for (int second = 0; second < 600; second++) {
			this.pool.observeWaiting(this.time.advance(Duration.ofSeconds(1)));
		}
		PoolUsage usage = this.pool.usage();
		assertThat(usage.demand().arrivals()).isZero();
		assertThat(usage.demand().wanted()).isEqualTo(PoolUsage.Wanted.NONE);
		assertThat(usage.waits().count()).as("since the pool was opened").isEqualTo(600);
	}

	@Test
	void callersThatWaitAreSeenThoughTheyAreGoneAtTheNextLook() throws Exception {
		List<ConnectionEndpoint> held = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			held.add(lease(ROUTE));
		}
		ExecutorService callers = Executors.newFixedThreadPool(5);
		try {
			List<Future<ConnectionEndpoint>> waiting = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				waiting.add(callers.submit(() -> lease(ROUTE)));
			}
			await().until(() -> this.pool.figures().pending() == 5);
			this.time.advance(Duration.ofMillis(3));
			held.subList(0, 5).forEach(this::release);
			for (Future<ConnectionEndpoint> one : waiting) {
				release(one.get(20, TimeUnit.SECONDS));
			}
		}
		finally {
			callers.shutdownNow();
		}
		held.subList(5, 10).forEach(this::release);
		this.time.advance(Duration.ofSeconds(1));
		PoolUsage usage = this.pool.usage();
		assertThat(usage.demand().wanted()).isEqualTo(new PoolUsage.Wanted(15, 15, 15));
		assertThat(usage.demand().waited()).isEqualTo(5);
		assertThat(usage.demand().notServed()).isZero();
		assertThat(usage.waits().count()).isEqualTo(15);
		assertThat(usage.waits().maxMillis()).isEqualTo(3);
	}

	@Test
	void callersWithoutConnectionAreCounted() throws Exception {
		List<ConnectionEndpoint> held = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			held.add(lease(ROUTE));
		}
		ExecutorService callers = Executors.newFixedThreadPool(2);
		try {
			Future<ConnectionEndpoint> impatient = callers.submit(() -> lease(ROUTE));
			await().until(() -> this.pool.figures().pending() == 1);
			this.time.advance(Duration.ofSeconds(10));
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> impatient.get(20, TimeUnit.SECONDS))
				.withCauseInstanceOf(TimeoutException.class);
			Future<ConnectionEndpoint> interrupted = callers.submit(() -> lease(ROUTE));
			await().until(() -> this.pool.figures().pending() == 1);
			this.time.advance(Duration.ofMillis(5));
			interrupted.cancel(true);
			await().until(() -> this.pool.usage().waits().count() == 12);
		}
		finally {
			callers.shutdownNow();
		}
		this.pool.apply(PoolFixture.settingsBuilder().maxPending(0).build());
		assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> lease(ROUTE));
		held.forEach(this::release);
		this.time.advance(Duration.ofSeconds(1));
		PoolUsage usage = this.pool.usage();
		assertThat(usage.demand().arrivals()).isEqualTo(13);
		assertThat(usage.demand().waited()).isEqualTo(2);
		assertThat(usage.demand().notServed()).isEqualTo(3);
		assertThat(usage.waits().count()).as("who is turned away has not waited").isEqualTo(12);
		assertThat(usage.waits().maxMillis()).isEqualTo(10_000);
	}

	@Test
	void busiestRouteIsToldApart() throws Exception {
		List<ConnectionEndpoint> held = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			held.add(lease(ROUTE));
		}
		held.add(lease(route("b")));
		held.add(lease(route("b")));
		this.pool.observeWaiting(this.time.advance(Duration.ofSeconds(1)));
		held.forEach(this::release);
		PoolUsage.Demand demand = this.pool.usage().demand();
		assertThat(demand.routes()).isEqualTo(2);
		assertThat(demand.wanted().peak()).isEqualTo(8);
		assertThat(demand.wantedOfRoute().peak()).isEqualTo(6);
	}

	@Test
	void noCallerIsLostWhenManyComeAtOnce() throws Exception {
		int threads = 8;
		int calls = 2000;
		ExecutorService callers = Executors.newFixedThreadPool(threads);
		try {
			List<Future<?>> done = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				Random random = new Random(7 + i);
				done.add(callers.submit(() -> {
					for (int call = 0; call < calls; call++) {
						ConnectionEndpoint endpoint = lease(route("r" + random.nextInt(3)));
						this.time.advance(Duration.ofMillis(random.nextInt(3)));
						release(endpoint);
					}
					return null;
				}));
			}
			for (Future<?> one : done) {
				one.get(1, TimeUnit.MINUTES);
			}
		}
		finally {
			callers.shutdownNow();
		}
		PoolUsage usage = this.pool.usage();
		assertThat(usage.waits().count()).isEqualTo((long) threads * calls);
		assertThat(usage.holds().count()).isEqualTo((long) threads * calls);
		assertThat(usage.demand().arrivals()).isEqualTo((long) threads * calls);
		assertThat(usage.demand().meanLeased()).isBetween(0.5, 8.0);
	}

}
