package io.outboundhttp.call;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.TimeLimit;

/**
 * What bounds and repeats the calls of a client. Immutable.
 *
 * @param client name of the client
 * @param acquireTimeout longest wait for a connection of the pool
 * @param callTimeout time by which a call must be over, {@code null} for any
 * @param readTimeout longest silence of the other side
 * @param maxResponseSize most decoded bytes of a body, {@code null} for any
 * @param retry when a request is sent again
 * @param sensitiveHeaders names of headers that never go to another origin, besides those
 * that are always sensitive
 * @since 0.1.0
 */
public record CallSettings(String client, Duration acquireTimeout, @Nullable TimeLimit callTimeout,
		TimeLimit readTimeout, @Nullable Long maxResponseSize, RetrySettings retry, Set<String> sensitiveHeaders) {

	/** Headers that are sensitive whatever a client says. */
	public static final List<String> ALWAYS_SENSITIVE = List.of("Authorization", "Proxy-Authorization", "Cookie",
			"X-Api-Key", "X-Auth-Token");

	/**
	 * Create settings.
	 */
	public CallSettings {
		sensitiveHeaders = Stream.concat(ALWAYS_SENSITIVE.stream(), sensitiveHeaders.stream())
			.collect(Collectors.toUnmodifiableSet());
	}

}
