package io.outboundhttp.call;

import java.util.function.BooleanSupplier;

import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.CallContext;

/**
 * A retry that is left to HttpClient's own handler to ask for, as long as it is not known
 * whose strategy that asks. It lies in the context of the exchange and never holds the
 * response.
 */
final class PendingRetry {

	private static final String ATTRIBUTE = PendingRetry.class.getName();

	private final CallContext call;

	private final RetryPolicy.Attempts attempts;

	private final RetryPolicy.Decision decision;

	private final BooleanSupplier allowance;

	private boolean allowed;

	/**
	 * Create a retry.
	 * @param call its exchange
	 * @param attempts the attempts so far
	 * @param decision what was decided
	 * @param allowance tells whether the retry may be made; asked once
	 */
	PendingRetry(CallContext call, RetryPolicy.Attempts attempts, RetryPolicy.Decision decision,
			BooleanSupplier allowance) {
		this.call = call;
		this.attempts = attempts;
		this.decision = decision;
		this.allowance = allowance;
	}

	void leaveIn(HttpContext context) {
		context.setAttribute(ATTRIBUTE, this);
	}

	/**
	 * Return the retry that was left in a context and was asked for, or overlooked.
	 * @param context the context
	 * @param call the exchange
	 * @return the retry, {@code null} if none was left in this exchange
	 */
	static @Nullable PendingRetry takeFrom(HttpContext context, CallContext call) {
		return (context.removeAttribute(ATTRIBUTE) instanceof PendingRetry pending && pending.call == call) ? pending
				: null;
	}

	/**
	 * Ask for the retry that was left in a context.
	 * @param context the context
	 * @return whether it is made
	 */
	static boolean ask(HttpContext context) {
		if (!(context.getAttribute(ATTRIBUTE) instanceof PendingRetry pending)) {
			return false;
		}
		pending.allowed = pending.allowance.getAsBoolean();
		if (!pending.allowed) {
			context.removeAttribute(ATTRIBUTE);
		}
		return pending.allowed;
	}

	RetryPolicy.Attempts attempts() {
		return this.attempts;
	}

	RetryPolicy.Decision decision() {
		return this.decision;
	}

	boolean isAllowed() {
		return this.allowed;
	}

}
