package io.outboundhttp.pool.admission;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

import io.outboundhttp.pool.admission.AdmissionStress.Mode;
import io.outboundhttp.pool.admission.AdmissionStress.Verdict;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that run {@link AdmissionStress}. The system property {@code outboundhttp.soak}
 * tells for how many seconds, in all.
 */
@Timeout(900)
class AdmissionStressTests {

	private static final Duration STUCK = Duration.ofSeconds(20);

	@ParameterizedTest(name = "{1} {0}")
	@MethodSource
	void noPromiseIsBroken(Mode mode, Threads threads) {
		Duration time = Duration.ofSeconds(Long.getLong("outboundhttp.soak", 4))
			.dividedBy(Mode.values().length * kinds().count());
		Verdict verdict = AdmissionStress.run(mode, 24, time, STUCK, threads);
		assertThat(verdict.violations()).as(verdict.toString()).isEmpty();
		assertThat(verdict.leases()).isPositive();
	}

	static Stream<Arguments> noPromiseIsBroken() {
		return kinds().flatMap((threads) -> Arrays.stream(Mode.values()).map((mode) -> Arguments.of(mode, threads)));
	}

	private static Stream<Threads> kinds() {
		return Arrays.stream(Threads.values()).filter(Threads::available);
	}

}
