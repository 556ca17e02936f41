package io.outboundhttp.pool;

import java.io.IOException;
import java.time.Duration;

import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpResponse;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.PoolExhaustedException;

/**
 * What a pool is told of the exchange that leases a connection, and what it tells the
 * exchange. It must not reach the request or the response: that would keep the collector
 * from proving that a response was dropped. For the thread of the exchange alone.
 *
 * @since 0.1.0
 */
public final class CallContext {

	/** Exchange of which nothing is known. Shared by all threads, so it keeps nothing. */
	static final CallContext UNKNOWN = new CallContext("", null, false, null, new TimeLimit(Duration.ZERO, ""));

	/** Stands for a connection that nobody has asked for. It keeps nothing either. */
	static final CallContext WARM_UP = new CallContext("", null, false, null, new TimeLimit(Duration.ZERO, ""));

	private final String method;

	private final @Nullable String uriTemplate;

	private final boolean leakExempt;

	private final @Nullable OuterCall outerCall;

	private final TimeLimit readTimeout;

	private @Nullable PoolExhaustedException exhausted;

	private @Nullable CallDeadline deadline;

	private @Nullable HttpHost home;

	private boolean away;

	private Header @Nullable [] hidden;

	private boolean fresh;

	private Progress progress = Progress.NOT_SENT;

	private @Nullable IOException bodyFailure;

	/**
	 * Create a context.
	 * @param method method of the request
	 * @param uriTemplate template of the URI, {@code null} where it is not known
	 * @param leakExempt whether a lease of this exchange is never thought to be leaked
	 * while its response can be reached
	 * @param outerCall call that this exchange is part of, {@code null} if it stands
	 * alone
	 * @param readTimeout read timeout of the client
	 */
	public CallContext(String method, @Nullable String uriTemplate, boolean leakExempt, @Nullable OuterCall outerCall,
			TimeLimit readTimeout) {
		this.method = method;
		this.uriTemplate = uriTemplate;
		this.leakExempt = leakExempt;
		this.outerCall = outerCall;
		this.readTimeout = readTimeout;
	}

	String method() {
		return this.method;
	}

	@Nullable String uriTemplate() {
		return this.uriTemplate;
	}

	boolean isLeakExempt() {
		return this.leakExempt;
	}

	@Nullable OuterCall outerCall() {
		return this.outerCall;
	}

	TimeLimit readTimeout() {
		return this.readTimeout;
	}

	/**
	 * Keep the exception that HttpClient would reduce to its message.
	 * @param exhausted the exception
	 */
	void exhausted(PoolExhaustedException exhausted) {
		if (this != UNKNOWN) {
			this.exhausted = exhausted;
		}
	}

	/**
	 * Return why no connection was to be had.
	 * @return the exception, {@code null} if a connection was to be had
	 */
	public @Nullable PoolExhaustedException getExhausted() {
		return this.exhausted;
	}

	// Time

	/**
	 * Bound the whole exchange, from now until its response is read.
	 * @param pool the pool that it leases its connections from
	 * @param target what is called, without a query
	 * @param limit the time that it may take
	 */
	public void limit(ConnectionPool pool, String target, Duration limit) {
		this.deadline = new CallDeadline(pool, this.method + " " + target, limit);
	}

	@Nullable CallDeadline deadline() {
		return this.deadline;
	}

	/**
	 * Return the time that is left.
	 * @return nanoseconds, negative if the time is up, the largest value if there is no
	 * bound
	 */
	public long getRemainingNanos() {
		return (this.deadline != null) ? this.deadline.remainingNanos() : Long.MAX_VALUE;
	}

	/**
	 * Return what the caller is told if its time is up.
	 * @param cause how it met it
	 * @return the exception, {@code null} if there is time left
	 */
	public @Nullable IOException timedOut(@Nullable Throwable cause) {
		return (this.deadline != null && this.deadline.isPassed()) ? this.deadline.exceeded(cause) : null;
	}

	/**
	 * Note that the exchange enters a phase.
	 * @param phase the phase
	 */
	public void enter(CallPhase phase) {
		if (this.deadline != null) {
			this.deadline.enter(phase);
		}
	}

	/**
	 * Note that the response goes to the application: the bound holds until it is read.
	 */
	public void handOn() {
		if (this.deadline != null) {
			this.deadline.handOn();
		}
	}

	/**
	 * Note that the exchange is over.
	 */
	public void end() {
		if (this.deadline != null) {
			this.deadline.end();
		}
	}

	// Redirects

	/**
	 * Return whether the exchange has never left the origin that it was sent to first.
	 * @param target where it is sent now
	 * @return {@code false} once it has left, even if it comes back
	 */
	public boolean isAtHome(HttpHost target) {
		if (this == UNKNOWN) {
			return true;
		}
		if (this.home == null) {
			this.home = target;
		}
		this.away |= !this.home.equals(target);
		return !this.away;
	}

	/**
	 * Keep headers of the response that must not be seen before it goes to the
	 * application.
	 * @param headers the headers
	 */
	public void hide(Header[] headers) {
		this.hidden = headers;
	}

	/**
	 * Put the headers back that were hidden.
	 * @param response the response that goes to the application
	 */
	public void unhide(HttpResponse response) {
		if (this.hidden != null) {
			for (Header header : this.hidden) {
				response.addHeader(header);
			}
			this.hidden = null;
		}
	}

	// Attempts

	/**
	 * Begin an attempt.
	 * @param fresh whether it needs a connection that was not used before
	 */
	public void beginAttempt(boolean fresh) {
		if (this != UNKNOWN) {
			this.fresh = fresh;
			this.progress = Progress.NOT_SENT;
		}
	}

	/**
	 * Return what the application has thrown instead of the body of the request.
	 * @return the exception or {@code null}
	 */
	public @Nullable IOException getBodyFailure() {
		return this.bodyFailure;
	}

	void failBody(IOException exception) {
		if (this != UNKNOWN) {
			this.bodyFailure = exception;
		}
	}

	boolean isFresh() {
		return this.fresh;
	}

	void progress(Progress progress) {
		if (this != UNKNOWN) {
			this.progress = progress;
		}
	}

	/**
	 * Return how far the attempt has come.
	 * @return the progress
	 */
	public Progress getProgress() {
		return this.progress;
	}

	/**
	 * How far an attempt has come.
	 */
	public enum Progress {

		/** The request was not sent, not even in part. */
		NOT_SENT,

		/** The request may have been sent. */
		SENT,

		/**
		 * The request may have been sent, on a connection that was used before and has
		 * failed without a byte of a response.
		 */
		STALE

	}

}
