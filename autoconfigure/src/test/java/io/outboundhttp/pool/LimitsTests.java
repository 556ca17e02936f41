package io.outboundhttp.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.admission.Slot;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Limits} of a pool.
 */
class LimitsTests {

	@RegisterExtension
	final PoolLeakExtension leaks = new PoolLeakExtension();

	private final FakeTimeSource time = new FakeTimeSource(0);

	private final List<LimitOverride> reverted = new ArrayList<>();

	private final ConnectionPools pools = PoolFixture.pools(this.time, new PoolListener() {

		@Override
		public void limitsReverted(ConnectionPool pool, LimitOverride ended) {
			synchronized (LimitsTests.this.reverted) {
				LimitsTests.this.reverted.add(ended);
			}
		}

	});

	private final ConnectionPool pool = this.pools.open("payments", PoolFixture.settings(), PoolFixture.manager(20));

	@AfterEach
	void close() {
		this.pools.close();
	}

	@Test
	void operatorsLimitsHoldUntilTheirTimeIsOver() {
		LimitsChange change = override(this.pool, 80, 40, Duration.ofMinutes(15));
		LimitOverride override = change.override();
		assertThat(change.before()).isEqualTo(new PoolLimits(20, 20));
		assertLimits(80, 40);
		assertThat(this.pool.getOverride()).isEqualTo(override);
		this.time.advance(Duration.ofMinutes(15).minusNanos(1));
		assertThat(this.pool.revertLimits(this.time.nanos())).isEqualTo(1);
		assertLimits(80, 40);
		this.time.advance(Duration.ofNanos(1));
		assertThat(this.pool.revertLimits(this.time.nanos())).isEqualTo(Long.MAX_VALUE);
		assertLimits(20, 20);
		assertThat(this.pool.getOverride()).isNull();
		assertThat(this.reverted).containsExactly(override);
	}

	@Test
	void changeThatFailsChangesNothing() {
		assertThatIllegalArgumentException().isThrownBy(() -> override(this.pool, 0, 1, Duration.ofMinutes(15)));
		assertThat(this.pool.getOverride()).isNull();
		assertLimits(20, 20);
	}

	@Test
	void twoOperatorsWhoEachNameOneLimitBothGetIt() throws Exception {
		ExecutorService operators = Executors.newFixedThreadPool(2);
		for (int i = 0; i < 500; i++) {
			int limit = 21 + i;
			CyclicBarrier start = new CyclicBarrier(2);
			Future<?> total = operators.submit(() -> {
				start.await();
				return this.pool.override((before) -> new PoolLimits(limit, before.maxPerRoute()), "one", Instant.EPOCH,
						Duration.ofMinutes(15));
			});
			Future<?> perRoute = operators.submit(() -> {
				start.await();
				return this.pool.override((before) -> new PoolLimits(before.maxTotal(), limit), "two", Instant.EPOCH,
						Duration.ofMinutes(15));
			});
			total.get(30, TimeUnit.SECONDS);
			perRoute.get(30, TimeUnit.SECONDS);
			assertLimits(limit, limit);
		}
		operators.shutdown();
	}

	@Test
	void whatIsConfiguredMeanwhileHoldsAfterwards() {
		override(this.pool, 80, 40, Duration.ofMinutes(15));
		this.pool.configureLimits((limits) -> new PoolLimits(limits.maxTotal() + 10, 5));
		assertLimits(80, 40);
		this.time.advance(Duration.ofMinutes(15));
		this.pool.revertLimits(this.time.nanos());
		assertLimits(30, 5);
	}

	@Test
	void laterLimitsReplaceEarlierOnesAndTheirTime() {
		override(this.pool, 80, 40, Duration.ofMinutes(15));
		override(this.pool, 60, 30, Duration.ofHours(2));
		this.time.advance(Duration.ofMinutes(15));
		this.pool.revertLimits(this.time.nanos());
		assertLimits(60, 30);
		assertThat(this.reverted).isEmpty();
	}

	@Test
	void backgroundThreadSeesTheEndByItself() {
		// its thread sleeps by the real clock: no more than the second that was asked for
		override(this.pool, 80, 40, Duration.ofSeconds(1));
		this.time.advance(Duration.ofSeconds(1));
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertLimits(20, 20));
	}

	@Test
	void callersThatWereAdmittedGetTheirConnectionsAlthoughTheLimitsHaveFallenMeanwhile() throws Exception {
		ConnectionPool small = this.pools.open("small", PoolFixture.settings(), PoolFixture.manager(1));
		HttpRoute route = new HttpRoute(new HttpHost("http", "127.0.0.1", 1));
		override(small, 3, 3, Duration.ofSeconds(1));
		List<Slot<PooledConnection>> admitted = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			admitted.add(Objects.requireNonNull(small.admission().tryOpen(route)));
		}
		this.time.advance(Duration.ofSeconds(1));
		small.revertLimits(this.time.nanos());
		assertThat(small.getLimits()).isEqualTo(new PoolLimits(1, 1));
		for (Slot<PooledConnection> slot : admitted) {
			slot.setItem(small.create("exchange", route));
		}
		assertThat(small.snapshot().connections().refused()).isZero();
		admitted.forEach((slot) -> small.admission().release(slot, false));
		assertThat(small.snapshot().leased()).isZero();
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5 })
	void whatWasDecidedLastIsWhatHolds(long seed) throws Exception {
		ExecutorService operators = Executors.newFixedThreadPool(3);
		List<Future<?>> work = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			Random random = new Random(seed * 31 + i);
			work.add(operators.submit(() -> {
				for (int step = 0; step < 300; step++) {
					int limit = 1 + random.nextInt(50);
					switch (random.nextInt(3)) {
						case 0 -> override(this.pool, limit, limit, Duration.ofNanos(1 + random.nextInt(3)));
						case 1 -> this.pool.configureLimits((limits) -> new PoolLimits(limit, limit));
						default -> {
							this.time.advance(Duration.ofNanos(1));
							this.pool.revertLimits(this.time.nanos());
						}
					}
				}
			}));
		}
		for (Future<?> future : work) {
			future.get(30, TimeUnit.SECONDS);
		}
		operators.shutdown();
		PoolLimits effective = this.pool.getLimits();
		assertLimits(effective.maxTotal(), effective.maxPerRoute());
		this.time.advance(Duration.ofSeconds(1));
		this.pool.revertLimits(this.time.nanos());
		assertThat(this.pool.getLimits()).isEqualTo(this.pool.getConfiguredLimits());
		assertLimits(this.pool.getConfiguredLimits().maxTotal(), this.pool.getConfiguredLimits().maxPerRoute());
	}

	private static LimitsChange override(ConnectionPool pool, int maxTotal, int maxPerRoute, Duration duration) {
		return pool.override((before) -> new PoolLimits(maxTotal, maxPerRoute), "operator", Instant.EPOCH, duration);
	}

	private void assertLimits(int maxTotal, int maxPerRoute) {
		assertThat(this.pool.getLimits()).isEqualTo(new PoolLimits(maxTotal, maxPerRoute));
		assertThat(this.pool.admission().getMaxTotal()).isEqualTo(maxTotal);
		assertThat(this.pool.admission().getMaxPerRoute()).isEqualTo(maxPerRoute);
	}

}
