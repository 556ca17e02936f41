package io.outboundhttp.pool;

import java.time.Duration;

/**
 * A time limit and what set it, for the texts of exceptions.
 *
 * @param value the limit
 * @param origin key and place that set it, or {@code built-in}
 * @since 0.1.0
 */
public record TimeLimit(Duration value, String origin) {

	/**
	 * Return a limit in words.
	 * @param millis the limit in effect
	 * @return the limit and its origin, which is code where it is not this one
	 */
	String describe(long millis) {
		return millis + " ms (" + ((millis == this.value.toMillis()) ? this.origin : "set in code") + ")";
	}

}
