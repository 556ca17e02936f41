package io.outboundhttp.actuate.endpoint;

import java.util.Locale;

import io.outboundhttp.LeaseSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * A connection in the hands of a caller. Threads and stacks are not shown.
 *
 * @param ageMillis for how long it is held
 * @param idleMillis for how long nothing was read from it
 * @param route target as {@code scheme://host:port}
 * @param method method of the request
 * @param uriTemplate template of the request's URI, absent where it is not known
 * @param phase what the caller does with it
 * @since 0.1.0
 */
public record LeaseDescriptor(long ageMillis, long idleMillis, String route, String method,
		@Nullable String uriTemplate, String phase) {

	static LeaseDescriptor of(LeaseSnapshot lease) {
		return new LeaseDescriptor(lease.ageMillis(), lease.idleMillis(), lease.route(), lease.method(),
				withoutQuery(lease.uriTemplate()), lease.phase().name().toLowerCase(Locale.ROOT).replace('_', '-'));
	}

	private static @Nullable String withoutQuery(@Nullable String template) {
		int query = (template != null) ? template.indexOf('?') : -1;
		return (template != null && query >= 0) ? template.substring(0, query) : template;
	}

}
