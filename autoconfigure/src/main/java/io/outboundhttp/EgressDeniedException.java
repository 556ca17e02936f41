package io.outboundhttp;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * The egress policy of the client forbids the target. Nothing was sent to it; the request
 * is not sent again.
 *
 * @since 0.1.0
 */
public final class EgressDeniedException extends IOException {

	private static final long serialVersionUID = 1L;

	private final String target;

	private final Reason reason;

	private final @Nullable String rule;

	/**
	 * Create an exception.
	 * @param message what happened, and the key to change
	 * @param target the target as {@code scheme://host:port}
	 * @param reason why it is forbidden
	 * @param rule the rule that forbids it, {@code null} if none does
	 */
	public EgressDeniedException(String message, String target, Reason reason, @Nullable String rule) {
		super(message);
		this.target = target;
		this.reason = reason;
		this.rule = rule;
	}

	/**
	 * Return the target.
	 * @return {@code scheme://host:port}
	 */
	public String getTarget() {
		return this.target;
	}

	/**
	 * Return why the target is forbidden.
	 * @return the reason
	 */
	public Reason getReason() {
		return this.reason;
	}

	/**
	 * Return the rule that forbids the target.
	 * @return the rule as it was written, {@code null} unless the reason is
	 * {@link Reason#DENY_RULE}
	 */
	public @Nullable String getRule() {
		return this.rule;
	}

	/**
	 * Why a target is forbidden.
	 */
	public enum Reason {

		/** It, or each of its addresses, matches a rule of {@code egress.deny}. */
		DENY_RULE,

		/** It matches no rule of {@code egress.allow}. */
		NO_ALLOW_RULE,

		/**
		 * It is behind a proxy, and its addresses, which would have to be checked, are
		 * not known here.
		 */
		UNRESOLVABLE

	}

}
