package io.outboundhttp.advice;

import java.util.List;

/**
 * What the application is beside its clients, as far as it matters to them. Immutable.
 *
 * @param virtualThreads whether it runs on virtual threads
 * @param outerRetries what else repeats calls
 * @since 0.1.0
 */
public record ApplicationTraits(boolean virtualThreads, List<OuterRetry> outerRetries) {

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

	/**
	 * Something around the clients that repeats calls. Immutable.
	 *
	 * @param name what it is, as users know it
	 * @param maxRetries how often it repeats a call at most
	 * @param loadBalanced whether it is only around clients whose base URL a load
	 * balancer resolves
	 */
	public record OuterRetry(String name, long maxRetries, boolean loadBalanced) {

	}

}
