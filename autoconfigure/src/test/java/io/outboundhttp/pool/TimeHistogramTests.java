package io.outboundhttp.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TimeHistogram}.
 */
class TimeHistogramTests {

	private final TimeHistogram histogram = new TimeHistogram();

	@Test
	void bucketsFollowEachOtherWithoutGap() {
		for (int bucket = 1; bucket < TimeHistogram.BUCKETS; bucket++) {
			long lower = TimeHistogram.lowerNanos(bucket);
			assertThat(TimeHistogram.bucket(lower)).isEqualTo(bucket);
			assertThat(TimeHistogram.bucket(lower - 1)).isEqualTo(bucket - 1);
		}
		assertThat(TimeHistogram.lowerNanos(TimeHistogram.BUCKETS - 1)).isGreaterThan(Duration.ofHours(1).toNanos());
		assertThat(TimeHistogram.bucket(Long.MAX_VALUE)).isEqualTo(TimeHistogram.BUCKETS - 1);
		assertThat(TimeHistogram.bucket(-1)).isZero();
	}

	@Test
	void nothingCountedIsAllZero() {
		assertThat(this.histogram.read()).isEqualTo(new PoolUsage.Distribution(0, 0, 0, 0, 0, 0));
	}

	@Test
	void noWaitIsNoTime() {
		this.histogram.record(0);
		this.histogram.record(-5);
		assertThat(this.histogram.read()).isEqualTo(new PoolUsage.Distribution(2, 0, 0, 0, 0, 0));
	}

	@Test
	void percentilesAreThoseOfTheCountedTimes() {
		for (int millis = 1; millis <= 1000; millis++) {
			this.histogram.record(Duration.ofMillis(millis).toNanos());
		}
		PoolUsage.Distribution read = this.histogram.read();
		assertThat(read.count()).isEqualTo(1000);
		assertThat(read.p50Millis()).isCloseTo(500, Percentage.withPercentage(2));
		assertThat(read.p90Millis()).isCloseTo(900, Percentage.withPercentage(2));
		assertThat(read.p99Millis()).isCloseTo(990, Percentage.withPercentage(2));
		assertThat(read.maxMillis()).isEqualTo(1000);
		assertThat(read.meanMillis()).isEqualTo(500.5);
	}

	@Test
	void oneTimeIsNeverExceeded() {
		this.histogram.record(Duration.ofMillis(80).toNanos());
		PoolUsage.Distribution read = this.histogram.read();
		assertThat(read.p50Millis()).isBetween(60.0, 80.0);
		assertThat(read.p99Millis()).isBetween(read.p50Millis(), 80.0);
		assertThat(read.maxMillis()).isEqualTo(80);
	}

	@Test
	void noCountIsLostWhenManyThreadsCount() throws Exception {
		int threads = 8;
		int times = 50_000;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<Future<long[]>> counted = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				Random random = new Random(42 + i);
				counted.add(executor.submit(() -> count(random, times)));
			}
			long sum = 0;
			long max = 0;
			for (Future<long[]> one : counted) {
				long[] own = one.get(1, TimeUnit.MINUTES);
				sum += own[0];
				max = Math.max(max, own[1]);
			}
			assertThat(this.histogram.count()).isEqualTo((long) threads * times);
			assertThat(this.histogram.sumNanos()).isEqualTo(sum);
			assertThat(this.histogram.read().maxMillis()).isEqualTo(max / 1e6);
		}
		finally {
			executor.shutdownNow();
		}
	}

	private long[] count(Random random, int times) {
		long[] nanos = IntStream.range(0, times).mapToLong((i) -> random.nextInt(1_000_000_000)).toArray();
		long sum = 0;
		long max = 0;
		for (long one : nanos) {
			this.histogram.record(one);
			sum += one;
			max = Math.max(max, one);
		}
		return new long[] { sum, max };
	}

}
