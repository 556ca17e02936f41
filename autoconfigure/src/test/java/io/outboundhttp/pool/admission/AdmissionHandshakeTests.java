package io.outboundhttp.pool.admission;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

import io.outboundhttp.pool.admission.AdmissionHandshake.Verdict;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that run {@link AdmissionHandshake}. The system property
 * {@code outboundhttp.soak} tells for how many seconds, in all.
 */
@Timeout(900)
class AdmissionHandshakeTests {

	private static final Duration SLOWEST_ROUND = Duration.ofSeconds(20);

	@ParameterizedTest(name = "{1} {0}")
	@MethodSource
	void noRoundGoesWrong(String race, Threads threads) {
		Duration time = Duration.ofSeconds(Long.getLong("outboundhttp.soak", 4))
			.dividedBy(AdmissionHandshake.races().size() * kinds().count());
		Verdict verdict = AdmissionHandshake.run(race, time, SLOWEST_ROUND, threads);
		assertThat(verdict.violations()).as(verdict.toString()).isEmpty();
		assertThat(verdict.rounds()).isPositive();
	}

	static Stream<Arguments> noRoundGoesWrong() {
		return kinds()
			.flatMap((threads) -> AdmissionHandshake.races().stream().map((race) -> Arguments.of(race, threads)));
	}

	private static Stream<Threads> kinds() {
		return Arrays.stream(Threads.values()).filter(Threads::available);
	}

}
