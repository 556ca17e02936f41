package io.outboundhttp.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.outboundhttp.FakeTimeSource;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReuseAge} and {@link ReuseAges}.
 */
class ReuseAgeTests {

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	private final ReuseAge age = new ReuseAge();

	private void failed(long millis) {
		this.age.failed(Duration.ofMillis(millis).toNanos(), this.time.nanos());
	}

	private void proven(long millis) {
		this.age.proven(Duration.ofMillis(millis).toNanos());
	}

	private void failedLater(long millis) {
		this.time.advance(Duration.ofSeconds(2));
		failed(millis);
	}

	/**
	 * Return the limit, -1 for none.
	 */
	private long limit() {
		long nanos = this.age.limitNanos(this.time.nanos());
		return (nanos != ReuseAge.NONE) ? Duration.ofNanos(nanos).toMillis() : -1;
	}

	@Test
	void withoutFailureNothingIsKnown() {
		proven(3000);
		assertThat(limit()).isEqualTo(-1);
		assertThat(this.age.isReached(Long.MAX_VALUE, this.time.nanos())).isFalse();
	}

	@Test
	void failureHalvesItsAge() {
		failed(3000);
		assertThat(limit()).isEqualTo(1500);
		assertThat(this.age.isReached(Duration.ofMillis(1500).toNanos(), this.time.nanos())).isTrue();
		assertThat(this.age.isReached(Duration.ofMillis(1500).toNanos() - 1, this.time.nanos())).isFalse();
	}

	@Test
	void ageThatWasUsedWellStaysInUse() {
		proven(1900);
		failed(3000);
		assertThat(limit()).isEqualTo(1900);
	}

	@Test
	void limitIsAtMostFourFifthsOfTheAge() {
		proven(2900);
		failed(3000);
		assertThat(limit()).isEqualTo(2400);
	}

	@Test
	void laterFailureAtAShorterAgeLowersTheLimit() {
		failed(10_000);
		failedLater(3000);
		assertThat(limit()).isEqualTo(1500);
	}

	@Test
	void laterFailureAtAGreaterAgeLeavesTheLimit() {
		failed(3000);
		failedLater(10_000);
		assertThat(limit()).isEqualTo(1500);
	}

	@Test
	void failureAfterAShortAgeTeachesNothing() {
		failed(99);
		assertThat(limit()).isEqualTo(-1);
		failedLater(100);
		assertThat(limit()).isEqualTo(50);
	}

	@Test
	void failuresAroundAnAccidentTeachNothing() {
		failed(3000);
		this.time.advance(Duration.ofMillis(900));
		failed(5);
		this.time.advance(Duration.ofMillis(900));
		failed(400);
		assertThat(limit()).isEqualTo(-1);
	}

	@Test
	void accidentLeavesWhatWasLearnedBefore() {
		failed(3000);
		failedLater(1000);
		failed(5);
		assertThat(limit()).isEqualTo(1500);
	}

	@Test
	void severalFailuresAtOnceCountAsTheOldest() {
		failed(300);
		assertThat(limit()).isEqualTo(150);
		failed(14_000);
		failed(600);
		assertThat(limit()).isEqualTo(7000);
	}

	@Test
	void failureAtAnAgeThatWasUsedWellIsOverlookedOnce() {
		proven(10_000);
		failed(2000);
		assertThat(limit()).isEqualTo(-1);
		failedLater(2000);
		assertThat(limit()).as("by a server that has become stricter").isEqualTo(1000);
	}

	@Test
	void failuresAtAgesThatAreUsedWellTeachIfTheyComeOften() {
		proven(10_000);
		failed(2000);
		proven(10_000);
		this.time.advance(Duration.ofSeconds(59));
		failed(2000);
		assertThat(limit()).isEqualTo(1600);
	}

	@Test
	void failuresAtAgesThatAreUsedWellTeachNothingIfTheyAreRare() {
		for (int i = 0; i < 10; i++) {
			proven(10_000);
			failed(2000);
			failed(3000);
			this.time.advance(Duration.ofSeconds(60));
		}
		assertThat(limit()).isEqualTo(-1);
	}

	@Test
	void lessonIsRelaxedAndForgotten() {
		failed(2000);
		this.time.advance(Duration.ofMinutes(5).minusNanos(1));
		assertThat(limit()).isEqualTo(1000);
		this.time.advance(Duration.ofNanos(1));
		assertThat(limit()).isEqualTo(1500);
		this.time.advance(Duration.ofMinutes(5));
		assertThat(limit()).isEqualTo(2250);
		this.time.advance(Duration.ofMinutes(100));
		assertThat(limit()).isEqualTo(-1);
	}

	@Test
	void lessonThatIsLearnedAgainIsHeldOnToForLonger() {
		failed(2000);
		this.time.advance(Duration.ofMinutes(5));
		failed(1500);
		assertThat(limit()).isEqualTo(750);
		this.time.advance(Duration.ofMinutes(10).minusNanos(1));
		assertThat(limit()).isEqualTo(750);
		this.time.advance(Duration.ofNanos(1));
		assertThat(limit()).isEqualTo(1125);
		for (int i = 0; i < 10; i++) {
			failedLater(1000);
		}
		this.time.advance(Duration.ofMinutes(80).minusNanos(1));
		assertThat(limit()).isEqualTo(500);
		this.time.advance(Duration.ofNanos(1));
		assertThat(limit()).isEqualTo(750);
	}

	@Test
	void announcementBoundsUntilItIsTakenBack() {
		this.age.announced(Duration.ofMillis(4000).toNanos());
		assertThat(limit()).isEqualTo(4000);
		failed(2000);
		assertThat(limit()).isEqualTo(1000);
		this.age.announced(ReuseAge.NONE);
		assertThat(limit()).isEqualTo(1000);
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4 })
	void manyThreadsLeaveALimitThatAFailureExplains(long seed) throws Exception {
		int threads = 4;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<Future<?>> futures = new ArrayList<>();
			for (int thread = 0; thread < threads; thread++) {
				Random random = new Random(seed * threads + thread);
				futures.add(executor.submit(() -> use(random)));
			}
			for (Future<?> future : futures) {
				future.get();
			}
		}
		finally {
			executor.shutdownNow();
		}
		assertThat(limit()).satisfiesAnyOf((limit) -> assertThat(limit).isEqualTo(-1),
				(limit) -> assertThat(limit).isBetween(50L, 4000L));
	}

	private void use(Random random) {
		for (int i = 0; i < 20_000; i++) {
			long millis = 100 + random.nextInt(4900);
			switch (random.nextInt(4)) {
				case 0 -> failed(millis);
				case 1 -> proven(millis);
				case 2 -> this.time.advance(Duration.ofMillis(random.nextInt(2000)));
				default -> {
					long limit = this.age.limitNanos(this.time.nanos());
					assertThat(limit).isGreaterThanOrEqualTo(Duration.ofMillis(50).toNanos());
				}
			}
		}
	}

	@Test
	void tableForgetsTheRouteThatWasConnectedToLongestAgo() {
		ReuseAges ages = new ReuseAges();
		for (int i = 0; i < 1000; i++) {
			ages.of(route(i)).announced(i);
		}
		ages.of(route(0));
		ages.of(route(1000));
		assertThat(ages.limitNanos(route(0), 0)).isZero();
		assertThat(ages.limitNanos(route(1), 0)).isEqualTo(ReuseAge.NONE);
		assertThat(ages.limitNanos(route(2), 0)).isEqualTo(2);
	}

	private static HttpRoute route(int number) {
		return new HttpRoute(new HttpHost("http", "host-" + number, 80));
	}

}
