package io.outboundhttp.client;

import java.util.List;
import java.util.function.Consumer;

import org.springframework.boot.http.client.HttpComponentsHttpClientBuilder;

/**
 * Tells whether the callback that runs now is the last one of its builder, that is
 * whether application code derived another builder from the one that we manage.
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
		return walker.walk((frames) -> {
			List<Class<?>> callers = frames.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
				.takeWhile((type) -> type != HttpComponentsHttpClientBuilder.class)
				.filter((type) -> type == Consumer.class)
				.toList();
			return callers.size() != 1;
		});
	}

}
