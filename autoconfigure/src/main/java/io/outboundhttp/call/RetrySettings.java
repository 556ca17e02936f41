package io.outboundhttp.call;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * When a request is sent again. Immutable.
 *
 * @param staleConnection whether a request whose connection turns out to be stale is sent
 * once more at once
 * @param maxRetries how often a request is sent again after its first attempt, zero for
 * never
 * @param delay pause before the first retry, of which a random part is taken
 * @param maxDelay longest pause
 * @param multiplier factor by which the pause grows with each retry, at least one
 * @param methods methods that may be sent again, in upper case
 * @param statuses statuses of responses that are asked for again
 * @param maxRetryAfter longest {@code Retry-After} that is obeyed
 * @param budget retries per first attempt, {@code null} for any number
 * @since 0.1.0
 */
public record RetrySettings(boolean staleConnection, int maxRetries, Duration delay, Duration maxDelay,
		double multiplier, Set<String> methods, Set<Integer> statuses, Duration maxRetryAfter,
		@Nullable Double budget) {

	/**
	 * Create settings.
	 */
	public RetrySettings {
		if (maxRetries < 0) {
			throw new IllegalArgumentException("maxRetries: %d (expected: >= 0)".formatted(maxRetries));
		}
		if (!(multiplier >= 1)) {
			throw new IllegalArgumentException("multiplier: %s (expected: >= 1)".formatted(multiplier));
		}
		if (budget != null && !(budget > 0)) {
			throw new IllegalArgumentException("budget: %s (expected: > 0 or null)".formatted(budget));
		}
		methods = methods.stream()
			.map((method) -> method.toUpperCase(Locale.ROOT))
			.collect(Collectors.toUnmodifiableSet());
		statuses = Set.copyOf(statuses);
	}

	/**
	 * Return the longest pause before a retry, without what a server asks for.
	 * @param retry number of the retry, from one
	 * @return the pause
	 */
	Duration longestDelay(int retry) {
		if (this.delay.isZero()) {
			return Duration.ZERO;
		}
		double millis = this.delay.toMillis() * Math.pow(this.multiplier, retry - 1);
		return (millis < this.maxDelay.toMillis()) ? Duration.ofMillis((long) millis) : this.maxDelay;
	}

}
