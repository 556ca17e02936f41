package io.outboundhttp.client;

import java.util.function.Consumer;

import org.springframework.boot.http.client.HttpComponentsHttpClientBuilder;

/**
 * Tells what follows the callback of a builder that runs now: whether application code
 * customizes the builder, or derived another one from the one that we manage.
 * <p>
 * Spring Boot chains the callbacks with {@link Consumer#andThen}. The last one has
 * exactly one such link between itself and the builder, an earlier one has more.
 */
final class BuilderChain {

	private static final StackWalker walker = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

	private BuilderChain() {
	}

	/**
	 * Return whether a callback follows, or may follow, the one that calls this method.
	 * @return whether the builder was extended
	 */
	static boolean isExtended() {
		return walker.walk((frames) -> frames.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
			.takeWhile((type) -> type != HttpComponentsHttpClientBuilder.class)
			.filter((type) -> type == Consumer.class)
			.count()) != 1;
	}

}
