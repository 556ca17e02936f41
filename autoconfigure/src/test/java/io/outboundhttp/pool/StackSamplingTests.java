package io.outboundhttp.pool;

import java.time.Duration;
import java.util.stream.IntStream;

import io.outboundhttp.FakeTimeSource;
import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.pool.LeakDetection.StackTraces;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StackSampling}.
 */
class StackSamplingTests {

	private static final int MANY = 32_000;

	private static final HttpRoute ROUTE = route(1);

	private final FakeTimeSource time = new FakeTimeSource(Long.MAX_VALUE - 5);

	@Test
	void alwaysKeepsAllStacksAndNeverNone() {
		assertThat(kept(sampling(true, StackTraces.ALWAYS), ROUTE, 100)).isEqualTo(100);
		StackSampling never = sampling(true, StackTraces.NEVER);
		never.leaked(ROUTE, this.time.nanos());
		assertThat(kept(never, ROUTE, 100)).isZero();
		assertThat(never.sample(ROUTE, true, this.time.nanos())).isNull();
	}

	@Test
	void noStackIsKeptWhenDetectionIsOff() {
		assertThat(kept(sampling(false, StackTraces.ALWAYS), ROUTE, 100)).isZero();
	}

	@Test
	void sampledKeepsFewStacks() {
		StackSampling sampling = sampling(true, StackTraces.SAMPLED);
		long kept = IntStream.range(0, MANY)
			.peek((i) -> this.time.advance(Duration.ofMillis(10)))
			.filter((i) -> sampling.sample(ROUTE, false, this.time.nanos()) != null)
			.count();
		assertThat(kept).isBetween(MANY / 64L, MANY / 16L);
	}

	@Test
	void sampledKeepsAHundredStacksASecondUnderLoad() {
		StackSampling sampling = sampling(true, StackTraces.SAMPLED);
		assertThat(kept(sampling, ROUTE, MANY)).isOne();
		this.time.advance(Duration.ofMillis(10).minusNanos(1));
		assertThat(kept(sampling, ROUTE, MANY)).isZero();
		this.time.advance(Duration.ofNanos(1));
		assertThat(kept(sampling, ROUTE, MANY)).isOne();
	}

	@Test
	void sampledKeepsAStackThatIsLikelyToBeWanted() {
		StackSampling sampling = sampling(true, StackTraces.SAMPLED);
		assertThat(IntStream.range(0, 100).filter((i) -> sampling.sample(ROUTE, true, this.time.nanos()) != null))
			.hasSize(100);
	}

	@Test
	void sampledKeepsAllStacksOfARouteThatLeakedForTenMinutes() {
		StackSampling sampling = sampling(true, StackTraces.SAMPLED);
		sampling.leaked(ROUTE, this.time.nanos());
		assertThat(kept(sampling, ROUTE, 1000)).isEqualTo(1000);
		assertThat(kept(sampling, route(2), 1000)).as("another route").isLessThan(500);
		this.time.advance(Duration.ofMinutes(10).minusNanos(1));
		assertThat(kept(sampling, ROUTE, 1000)).isEqualTo(1000);
		this.time.advance(Duration.ofNanos(1));
		assertThat(kept(sampling, ROUTE, 1000)).isLessThan(500);
	}

	@Test
	void nextLeakBeginsTheTenMinutesAnew() {
		StackSampling sampling = sampling(true, StackTraces.SAMPLED);
		sampling.leaked(ROUTE, this.time.nanos());
		this.time.advance(Duration.ofMinutes(9));
		sampling.leaked(ROUTE, this.time.nanos());
		this.time.advance(Duration.ofMinutes(9));
		assertThat(kept(sampling, ROUTE, 1000)).isEqualTo(1000);
	}

	@Test
	void onlyTheLatestThousandRoutesAreKept() {
		StackSampling sampling = sampling(true, StackTraces.SAMPLED);
		IntStream.rangeClosed(1, 1000).forEach((i) -> sampling.leaked(route(i), this.time.nanos()));
		assertThat(kept(sampling, route(1), 1000)).isEqualTo(1000);
		sampling.leaked(route(1), this.time.nanos());
		sampling.leaked(route(1001), this.time.nanos());
		assertThat(kept(sampling, route(2), 1000)).as("the oldest").isLessThan(500);
		assertThat(kept(sampling, route(1), 1000)).as("leaked again since").isEqualTo(1000);
		assertThat(kept(sampling, route(1001), 1000)).as("the latest").isEqualTo(1000);
	}

	private int kept(StackSampling sampling, HttpRoute route, int count) {
		return (int) IntStream.range(0, count)
			.filter((i) -> sampling.sample(route, false, this.time.nanos()) != null)
			.count();
	}

	private static StackSampling sampling(boolean enabled, StackTraces stackTraces) {
		return new StackSampling(
				new LeakDetection(enabled, null, stackTraces, Reclaim.ABANDONED, Duration.ofMinutes(5)));
	}

	private static HttpRoute route(int number) {
		return new HttpRoute(new HttpHost("http", "host-" + number, 80));
	}

}
