package io.outboundhttp.actuate.endpoint;

import java.util.List;
import java.util.Locale;

import io.outboundhttp.LeaseSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * A connection in the hands of a caller. Thread and stack are there only for those who
 * may see them.
 *
 * @param ageMillis for how long it is held
 * @param idleMillis for how long nothing was read from it
 * @param route target as {@code scheme://host:port}
 * @param method method of the request
 * @param uriTemplate template of the request's URI, absent where it is not known
 * @param phase what the caller does with it
 * @param reused whether it was open before
 * @param leak why it is thought to be leaked, absent if it is not
 * @param thread name of the thread that took it
 * @param applicationFrame first frame of the application in the stack, absent if there is
 * none
 * @param stack stack of the thread when it took it, absent if it was not sampled
 * @since 0.1.0
 */
public record LeaseDescriptor(long ageMillis, long idleMillis, String route, String method,
		@Nullable String uriTemplate, String phase, boolean reused, @Nullable String leak, @Nullable String thread,
		@Nullable String applicationFrame, @Nullable List<String> stack) {

	private static final int MAX_FRAMES = 64;

	static LeaseDescriptor of(LeaseSnapshot lease, boolean showValues) {
		return new LeaseDescriptor(lease.ageMillis(), lease.idleMillis(), lease.route(), lease.method(),
				withoutQuery(lease.uriTemplate()), name(lease.phase()), lease.reused(),
				(lease.leak() != null) ? name(lease.leak()) : null, showValues ? lease.thread() : null,
				showValues ? lease.applicationFrame().map(StackTraceElement::toString).orElse(null) : null,
				showValues ? frames(lease.stack()) : null);
	}

	static @Nullable List<String> frames(List<StackTraceElement> stack) {
		return stack.isEmpty() ? null : stack.stream().limit(MAX_FRAMES).map(StackTraceElement::toString).toList();
	}

	private static String name(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static @Nullable String withoutQuery(@Nullable String template) {
		int query = (template != null) ? template.indexOf('?') : -1;
		return (template != null && query >= 0) ? template.substring(0, query) : template;
	}

}
