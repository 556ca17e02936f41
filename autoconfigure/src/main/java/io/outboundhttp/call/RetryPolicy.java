package io.outboundhttp.call;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;

import javax.net.ssl.SSLException;

import io.outboundhttp.ClientClosedException;
import io.outboundhttp.EgressDeniedException;
import io.outboundhttp.ResponseTooLargeException;
import io.outboundhttp.pool.CallContext.Progress;
import io.outboundhttp.pool.RetryDenial;
import io.outboundhttp.pool.RetryReason;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request is sent again, and after which pause. What was never sent may
 * always be; what may have been sent, only with a method that may be repeated or an
 * idempotency key; nothing without a body that can be sent twice. Safe for use by several
 * threads.
 */
final class RetryPolicy {

	static final String IDEMPOTENCY_KEY = "Idempotency-Key";

	private final Supplier<RetrySettings> settings;

	private final BooleanSupplier off;

	private final LongUnaryOperator random;

	private final Clock clock;

	/**
	 * Create a policy.
	 * @param settings gives the settings of now
	 * @param off tells whether application code decides about retries
	 * @param random returns a number from zero to the given one
	 * @param clock the time of day, for dates in {@code Retry-After}
	 */
	RetryPolicy(Supplier<RetrySettings> settings, BooleanSupplier off, LongUnaryOperator random, Clock clock) {
		this.settings = settings;
		this.off = off;
		this.random = random;
		this.clock = clock;
	}

	/**
	 * Begin with a request.
	 * @param request the request
	 * @return its attempts
	 */
	Attempts attempts(ClassicHttpRequest request) {
		HttpEntity entity = request.getEntity();
		RetrySettings settings = this.settings.get();
		boolean repeatable = settings.methods().contains(request.getMethod().toUpperCase(Locale.ROOT))
				|| request.containsHeader(IDEMPOTENCY_KEY);
		return new Attempts(settings, repeatable, entity == null || entity.isRepeatable());
	}

	private static @Nullable RetryReason reason(IOException exception, Progress progress) {
		boolean silence = exception instanceof SocketTimeoutException;
		boolean final_ = (exception instanceof InterruptedIOException && !silence)
				|| exception instanceof ClientClosedException || exception instanceof ResponseTooLargeException
				|| exception instanceof EgressDeniedException
				|| (exception instanceof SSLException && progress == Progress.NOT_SENT);
		if (final_) {
			return null;
		}
		if (progress == Progress.NOT_SENT) {
			return RetryReason.CONNECT;
		}
		return silence ? RetryReason.TIMEOUT : RetryReason.IO;
	}

	/**
	 * Return for how long a server asks not to be asked again.
	 * @param response its response
	 * @return the time, {@code null} if it says nothing that can be understood
	 */
	private @Nullable Duration retryAfter(HttpResponse response) {
		Header header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
		if (header == null) {
			return null;
		}
		String value = header.getValue().trim();
		if (!value.isEmpty() && value.chars().allMatch((character) -> character >= '0' && character <= '9')) {
			return (value.length() <= 10) ? Duration.ofSeconds(Long.parseLong(value))
					: Duration.ofSeconds(Integer.MAX_VALUE);
		}
		Instant date = DateUtils.parseStandardDate(value);
		if (date == null) {
			return null;
		}
		Duration until = Duration.between(this.clock.instant(), date);
		return until.isNegative() ? Duration.ZERO : until;
	}

	/**
	 * The attempts of one request. For one thread.
	 */
	final class Attempts {

		private final RetrySettings settings;

		private final boolean methodRepeatable;

		private final boolean bodyRepeatable;

		private int retries;

		private boolean staleSpent;

		private Attempts(RetrySettings settings, boolean methodRepeatable, boolean bodyRepeatable) {
			this.settings = settings;
			this.methodRepeatable = methodRepeatable;
			this.bodyRepeatable = bodyRepeatable;
		}

		/**
		 * Decide after an attempt has failed.
		 * @param exception how
		 * @param progress how far it came
		 * @param remainingNanos time that is left for the call
		 * @return the decision
		 */
		Decision afterFailure(IOException exception, Progress progress, long remainingNanos) {
			RetryReason reason = reason(exception, progress);
			if (reason == null || RetryPolicy.this.off.getAsBoolean()) {
				return Decision.NONE;
			}
			boolean stale = progress == Progress.STALE && reason == RetryReason.IO && this.settings.staleConnection()
					&& !this.staleSpent;
			if (!stale && this.retries >= this.settings.maxRetries()) {
				return Decision.NONE;
			}
			RetryReason counted = stale ? RetryReason.STALE : reason;
			if (reason != RetryReason.CONNECT && !this.methodRepeatable) {
				return Decision.denied(counted, RetryDenial.METHOD);
			}
			if (!this.bodyRepeatable) {
				return Decision.denied(counted, RetryDenial.BODY);
			}
			if (stale) {
				this.staleSpent = true;
				return (remainingNanos > 0) ? new Decision(RetryReason.STALE, null, Duration.ZERO, true)
						: Decision.denied(counted, RetryDenial.DEADLINE);
			}
			return after(reason, backoff(), remainingNanos);
		}

		/**
		 * Decide after a response.
		 * @param response the response
		 * @param remainingNanos time that is left for the call
		 * @return the decision
		 */
		Decision afterResponse(HttpResponse response, long remainingNanos) {
			if (this.retries >= this.settings.maxRetries() || !this.settings.statuses().contains(response.getCode())
					|| RetryPolicy.this.off.getAsBoolean()) {
				return Decision.NONE;
			}
			if (!this.methodRepeatable) {
				return Decision.denied(RetryReason.STATUS, RetryDenial.METHOD);
			}
			if (!this.bodyRepeatable) {
				return Decision.denied(RetryReason.STATUS, RetryDenial.BODY);
			}
			Duration pause = retryAfter(response);
			if (pause != null && pause.compareTo(this.settings.maxRetryAfter()) > 0) {
				return Decision.denied(RetryReason.STATUS, RetryDenial.RETRY_AFTER);
			}
			return after(RetryReason.STATUS, (pause != null) ? pause : backoff(), remainingNanos);
		}

		private Decision after(RetryReason reason, Duration pause, long remainingNanos) {
			if (pause.compareTo(Duration.ofNanos(Math.max(0, remainingNanos))) >= 0) {
				return Decision.denied(reason, RetryDenial.DEADLINE);
			}
			this.retries++;
			return new Decision(reason, null, pause, false);
		}

		private Duration backoff() {
			long longest = this.settings.longestDelay(this.retries + 1).toNanos();
			return Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(RetryPolicy.this.random.applyAsLong(longest)));
		}

	}

	/**
	 * What to do after an attempt.
	 *
	 * @param reason why it is sent again, or would be
	 * @param denial why not, {@code null} if it is
	 * @param pause how long to wait before
	 * @param fresh whether it needs a connection that was not used before
	 */
	record Decision(RetryReason reason, @Nullable RetryDenial denial, Duration pause, boolean fresh) {

		/** There is nothing to decide. */
		static final Decision NONE = new Decision(RetryReason.IO, null, Duration.ZERO, false);

		static Decision denied(RetryReason reason, RetryDenial denial) {
			return new Decision(reason, denial, Duration.ZERO, false);
		}

	}

}
