package io.outboundhttp;

import java.util.List;
import java.util.Optional;

import io.outboundhttp.LeakReport.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Reading of one lease: a connection in the hands of a caller.
 *
 * @param client name of the pool, which is the client's name or that name and a number
 * @param route target of the route as {@code scheme://host:port}
 * @param method method of the request, empty where it is not known
 * @param uriTemplate template of the request's URI, {@code null} where it is not known
 * @param thread name of the thread that took the connection
 * @param ageMillis for how long the connection is held
 * @param idleMillis for how long nothing was read from it
 * @param reused whether the connection was open before, used by another call or opened in
 * advance
 * @param phase what the caller does with the connection
 * @param leak why the connection is thought to be leaked now, {@code null} if it is not
 * @param stack stack of the thread when it took the connection, empty if it was not
 * sampled
 * @since 0.1.0
 */
public record LeaseSnapshot(String client, String route, String method, @Nullable String uriTemplate, String thread,
		long ageMillis, long idleMillis, boolean reused, Phase phase, @Nullable Kind leak,
		List<StackTraceElement> stack) {

	/**
	 * Create a reading.
	 */
	public LeaseSnapshot {
		stack = List.copyOf(stack);
	}

	/**
	 * Return the first frame of the application: neither of the JDK, nor of HttpClient,
	 * Spring, Micrometer or this library.
	 * @return the frame, empty if the stack was not sampled or has none
	 */
	public Optional<StackTraceElement> applicationFrame() {
		return this.stack.stream().filter(ApplicationFrames::isApplication).findFirst();
	}

	/**
	 * What a caller does with a connection.
	 */
	public enum Phase {

		/** Opens it. */
		CONNECTING,

		/** Sends a request or waits for the head of the response. */
		AWAITING_RESPONSE,

		/** Has the head of the response, and has not asked for the body. */
		RESPONSE_UNREAD,

		/** Reads the body, or has read a part of it. */
		READING,

		/** Has it, and has not used it yet. */
		UNUSED

	}

}
