package io.outboundhttp.actuate.endpoint;

import io.outboundhttp.pool.PoolSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * One route of a client.
 *
 * @param route target as {@code scheme://host:port}
 * @param via proxy as {@code scheme://host:port}, absent when direct
 * @param leased connections handed out to callers
 * @param available idle connections kept for reuse
 * @param pending callers waiting for a connection
 * @param max limit of this route
 * @param leaked connections that are leaked
 * @param oldestWaitMillis for how long the first caller waits
 * @param learnedReuseAgeMillis idle time up to which connections are used again, as the
 * server has announced or shown, absent if that bounds nothing
 * @since 0.1.0
 */
public record RouteDescriptor(String route, @Nullable String via, int leased, int available, int pending, int max,
		int leaked, long oldestWaitMillis, @Nullable Long learnedReuseAgeMillis) {

	static RouteDescriptor of(PoolSnapshot.Route route) {
		return new RouteDescriptor(route.target(), route.via().isEmpty() ? null : route.via(), route.leased(),
				route.available(), route.pending(), route.max(), route.leaked(), route.oldestWaitMillis(),
				route.learnedReuseAgeMillis());
	}

}
