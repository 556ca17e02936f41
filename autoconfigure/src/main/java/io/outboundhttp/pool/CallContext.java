package io.outboundhttp.pool;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.PoolExhaustedException;

/**
 * What a pool is told of the exchange that leases a connection. It must not reach the
 * request or the response: that would keep the collector from proving that a response was
 * dropped.
 *
 * @since 0.1.0
 */
public final class CallContext {

	/** Exchange of which nothing is known. */
	static final CallContext UNKNOWN = new CallContext("", null, false, null);

	private final String method;

	private final @Nullable String uriTemplate;

	private final boolean leakExempt;

	private final @Nullable OuterCall outerCall;

	/** Set and read by the thread of the exchange. */
	private @Nullable PoolExhaustedException exhausted;

	/**
	 * Create a context.
	 * @param method method of the request
	 * @param uriTemplate template of the URI, {@code null} where it is not known
	 * @param leakExempt whether a lease of this exchange is never thought to be leaked
	 * while its response can be reached
	 * @param outerCall call that this exchange is part of, {@code null} if it stands
	 * alone
	 */
	public CallContext(String method, @Nullable String uriTemplate, boolean leakExempt, @Nullable OuterCall outerCall) {
		this.method = method;
		this.uriTemplate = uriTemplate;
		this.leakExempt = leakExempt;
		this.outerCall = outerCall;
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

}
