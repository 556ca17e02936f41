package io.outboundhttp.actuate.endpoint;

import java.util.List;
import java.util.Locale;

import io.outboundhttp.advice.Advice;
import org.jspecify.annotations.Nullable;

/**
 * One thing that an operator should know, and what to change.
 *
 * @param level {@code warn} if it will hurt, {@code info} if it may
 * @param client name of the client, absent if it is about all of them
 * @param code what it is about
 * @param message what is so
 * @param keys keys of the properties to change
 * @param yaml lines to paste, absent if there are none
 * @since 0.1.0
 */
public record AdviceDescriptor(String level, @Nullable String client, String code, String message, List<String> keys,
		@Nullable String yaml) {

	static AdviceDescriptor of(Advice advice) {
		return new AdviceDescriptor(advice.level().name().toLowerCase(Locale.ROOT), advice.client(), advice.code(),
				advice.message(), advice.keys(), advice.yaml());
	}

}
