package io.outboundhttp.advice;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One thing that an operator should know, and what to change. Immutable.
 *
 * @param level how much it matters
 * @param client name of the client or of its pool, {@code null} if it is about all of
 * them
 * @param code what it is about, in kebab case; the same for each client
 * @param message what is so, with values and their origins, in one or two sentences
 * without a line break
 * @param keys keys of the properties to change, possibly none
 * @param yaml lines to paste into {@code application.yml}, {@code null} if there are none
 * @since 0.1.0
 */
public record Advice(Level level, @Nullable String client, String code, String message, List<String> keys,
		@Nullable String yaml) {

	/**
	 * Create advice.
	 */
	public Advice {
		keys = List.copyOf(keys);
	}

	/**
	 * How much a piece of advice matters.
	 */
	public enum Level {

		/** It will hurt, or hurts already. */
		WARN,

		/** It may hurt. */
		INFO

	}

}
