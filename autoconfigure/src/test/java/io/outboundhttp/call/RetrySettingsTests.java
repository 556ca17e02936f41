package io.outboundhttp.call;

import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link RetrySettings}.
 */
class RetrySettingsTests {

	private static RetrySettings settings(int maxRetries, Duration delay, Duration maxDelay, double multiplier,
			@Nullable Double budget) {
		return new RetrySettings(true, maxRetries, delay, maxDelay, multiplier, Set.of("get", "Put"), Set.of(503),
				Duration.ofSeconds(10), budget);
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			delay,    max,        multiplier, retry,      expected
			100,      2000,       2,          1,          100
			100,      2000,       2,          2,          200
			100,      2000,       2,          5,          1600
			100,      2000,       2,          6,          2000
			100,      2000,       1,          50,         100
			100,      2000,       1.5,        2,          150
			100,      2000,       2,          2147483647, 2000
			100,      2147483647, 100,        100,        2147483647
			2147483647, 2147483647, 100,      2147483647, 2147483647
			0,        2000,       2,          10,         0
			0,        2000,       100,        100,        0
			100,      0,          2,          1,          0
			3000,     2000,       2,          1,          2000
			""", useHeadersInDisplayName = true)
	void longestDelayGrowsUpToTheMaximum(long delay, long max, double multiplier, int retry, long expected) {
		RetrySettings settings = settings(100, Duration.ofMillis(delay), Duration.ofMillis(max), multiplier, null);
		assertThat(settings.longestDelay(retry)).isEqualTo(Duration.ofMillis(expected));
	}

	@Test
	void withoutDelayNoRetryWaits() {
		RetrySettings settings = settings(100, Duration.ZERO, Duration.ofSeconds(2), 100, null);
		for (int retry : new int[] { 1, 100, 1000, Integer.MAX_VALUE }) {
			assertThat(settings.longestDelay(retry)).isZero();
		}
	}

	@Test
	void methodsAreInUpperCase() {
		assertThat(settings(0, Duration.ZERO, Duration.ZERO, 1, null).methods()).containsExactlyInAnyOrder("GET",
				"PUT");
	}

	@Test
	void valuesThatMakeNoSenseAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> settings(-1, Duration.ZERO, Duration.ZERO, 1, null))
			.withMessageContaining("maxRetries: -1");
		for (double multiplier : new double[] { 0.9, -1, Double.NaN }) {
			assertThatIllegalArgumentException()
				.isThrownBy(() -> settings(0, Duration.ZERO, Duration.ZERO, multiplier, null))
				.withMessageContaining("multiplier: " + multiplier);
		}
		for (double budget : new double[] { 0, -1, Double.NaN }) {
			assertThatIllegalArgumentException().isThrownBy(() -> settings(0, Duration.ZERO, Duration.ZERO, 1, budget))
				.withMessageContaining("budget: " + budget);
		}
	}

}
