package io.outboundhttp.sample.demo;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LatencyHistogram}.
 */
class LatencyHistogramTests {

	private final LatencyHistogram histogram = new LatencyHistogram();

	@Test
	void emptyHistogramHasZeroQuantiles() {
		assertThat(this.histogram.quantile(0.5)).isZero();
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 15, 16, 31, 32, 33, 1000, 1023, 1024, 123456, 300_000_000L, Long.MAX_VALUE / 2000 })
	void quantileOfOneValueIsAtMostASixteenthTooHigh(long micros) {
		this.histogram.record(TimeUnit.MICROSECONDS.toNanos(micros));
		long read = this.histogram.quantile(1).toNanos() / 1000;
		assertThat(read).isBetween(micros, micros + micros / 16);
	}

	@Test
	void quantilesSplitWhatWasRecorded() {
		for (int i = 1; i <= 100; i++) {
			this.histogram.record(TimeUnit.MILLISECONDS.toNanos(i));
		}
		assertThat(this.histogram.quantile(0.5)).isBetween(Duration.ofMillis(50), Duration.ofMillis(54));
		assertThat(this.histogram.quantile(0.99)).isBetween(Duration.ofMillis(99), Duration.ofMillis(106));
	}

	@Test
	void negativeValueCountsAsZero() {
		this.histogram.record(-1);
		assertThat(this.histogram.quantile(1)).isZero();
	}

}
