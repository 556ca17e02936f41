package io.outboundhttp.pool;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.outboundhttp.PoolLeakExtension;
import io.outboundhttp.pool.admission.Threads;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that run {@link PoolChaos}. The system property {@code outboundhttp.soak} tells
 * for how many seconds, in all.
 */
@Timeout(900)
class PoolChaosTests {

	private static final List<Long> SEEDS = List.of(1L, 2L);

	@RegisterExtension
	private final PoolLeakExtension leaks = new PoolLeakExtension();

	@ParameterizedTest(name = "{0}, seed {1}, closed under load: {2}")
	@MethodSource
	void nothingIsLost(Threads threads, long seed, boolean closing) throws Exception {
		this.leaks.allowWarning("connections are closed while in use");
		Duration time = Duration.ofSeconds(Long.getLong("outboundhttp.soak", 8)).dividedBy(nothingIsLost().count());
		PoolChaos chaos = new PoolChaos(this.leaks.watch(PoolFixture.pools(TimeSource.system())), seed, threads);
		try {
			assertThat(chaos.run(time, closing)).as("%s, seed %s, %s", threads, seed, chaos.ends()).isEmpty();
		}
		finally {
			chaos.stop();
		}
		assertThat(chaos.ends()).containsKeys("served", "RequestFailedException", "LeaseReclaimedException",
				"PoolExhaustedException", "NoHttpResponseException");
	}

	static Stream<Arguments> nothingIsLost() {
		return Arrays.stream(Threads.values())
			.filter(Threads::available)
			.flatMap((threads) -> SEEDS.stream()
				.flatMap((seed) -> Stream.of(false, true).map((closing) -> Arguments.of(threads, seed, closing))));
	}

}
