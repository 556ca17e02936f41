package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * When requests of a client are sent again. {@code null} means not set.
 *
 * @since 0.1.0
 */
public class RetryProperties {

	/**
	 * Whether a request that may be repeated is sent once more at once if the used
	 * connection that it was sent on turns out to be closed by the other side.
	 */
	private @Nullable Boolean staleConnection;

	/**
	 * How often a request is sent again after its first attempt, 0 for never.
	 */
	private @Nullable Integer maxRetries;

	/**
	 * Longest pause before the first retry. A random part of it is taken.
	 */
	private @Nullable Duration delay;

	/**
	 * Longest pause before any retry. Falls back to 2s, or to the delay if that is
	 * longer.
	 */
	private @Nullable Duration maxDelay;

	/**
	 * Factor by which the longest pause grows with each retry.
	 */
	private @Nullable Double multiplier;

	/**
	 * Methods that may be sent again. A request with an Idempotency-Key may be too.
	 */
	private @Nullable List<String> methods;

	/**
	 * Statuses of responses that are asked for again.
	 */
	private @Nullable List<Integer> statuses;

	/**
	 * Longest Retry-After of a response that is obeyed. A response with a longer one is
	 * returned.
	 */
	private @Nullable Duration maxRetryAfter;

	/**
	 * Retries per first attempt within ten seconds, besides three per second. 0 for any
	 * number.
	 */
	private @Nullable Double budget;

	public @Nullable Boolean getStaleConnection() {
		return this.staleConnection;
	}

	public void setStaleConnection(@Nullable Boolean staleConnection) {
		this.staleConnection = staleConnection;
	}

	public @Nullable Integer getMaxRetries() {
		return this.maxRetries;
	}

	public void setMaxRetries(@Nullable Integer maxRetries) {
		this.maxRetries = maxRetries;
	}

	public @Nullable Duration getDelay() {
		return this.delay;
	}

	public void setDelay(@Nullable Duration delay) {
		this.delay = delay;
	}

	public @Nullable Duration getMaxDelay() {
		return this.maxDelay;
	}

	public void setMaxDelay(@Nullable Duration maxDelay) {
		this.maxDelay = maxDelay;
	}

	public @Nullable Double getMultiplier() {
		return this.multiplier;
	}

	public void setMultiplier(@Nullable Double multiplier) {
		this.multiplier = multiplier;
	}

	public @Nullable List<String> getMethods() {
		return this.methods;
	}

	public void setMethods(@Nullable List<String> methods) {
		this.methods = methods;
	}

	public @Nullable List<Integer> getStatuses() {
		return this.statuses;
	}

	public void setStatuses(@Nullable List<Integer> statuses) {
		this.statuses = statuses;
	}

	public @Nullable Duration getMaxRetryAfter() {
		return this.maxRetryAfter;
	}

	public void setMaxRetryAfter(@Nullable Duration maxRetryAfter) {
		this.maxRetryAfter = maxRetryAfter;
	}

	public @Nullable Double getBudget() {
		return this.budget;
	}

	public void setBudget(@Nullable Double budget) {
		this.budget = budget;
	}

}
