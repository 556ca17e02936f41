package io.outboundhttp.call;

import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.TimeLimit;

/**
 * Settings of calls as a client without any of its own has them.
 */
public final class CallDefaults {

	/** Retries off, but for stale connections. */
	public static final RetrySettings RETRY = new RetrySettings(true, 0, Duration.ofMillis(100), Duration.ofSeconds(2),
			2, Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"), Set.of(429, 502, 503, 504),
			Duration.ofSeconds(10), 0.2);

	/** No call timeout, no limit of a response. */
	public static final CallSettings CALL = settings(null, null, RETRY);

	private CallDefaults() {
	}

	/**
	 * Return the handlers of an HttpClient with these settings.
	 */
	public static CallChain chain() {
		return new CallChain(new LiveCallSettings(CALL), CALL);
	}

	static CallSettings settings(@Nullable Duration callTimeout, @Nullable Long maxResponseSize, RetrySettings retry) {
		return new CallSettings(
				"payments", Duration.ofSeconds(3), (callTimeout != null)
						? new TimeLimit(callTimeout, "outbound-http.clients.payments.call-timeout") : null,
				new TimeLimit(Duration.ofSeconds(10), "built-in"), maxResponseSize, retry, Set.of());
	}

}
