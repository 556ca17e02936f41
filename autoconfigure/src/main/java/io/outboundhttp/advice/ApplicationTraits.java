package io.outboundhttp.advice;

import java.util.List;

/**
 * What the application is beside its clients, as far as it matters to them. Immutable.
 *
 * @param virtualThreads whether it runs on virtual threads
 * @param outerRetries what else repeats calls, in words
 * @since 0.1.0
 */
public record ApplicationTraits(boolean virtualThreads, List<String> outerRetries) {

	/**
	 * An application without any of that.
	 */
	public static final ApplicationTraits NONE = new ApplicationTraits(false, List.of());

	/**
	 * Create traits.
	 */
	public ApplicationTraits {
		outerRetries = List.copyOf(outerRetries);
	}

}
