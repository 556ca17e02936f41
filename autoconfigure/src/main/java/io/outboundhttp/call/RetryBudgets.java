package io.outboundhttp.call;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.TimeSource;

/**
 * The budgets of retries by client: all HttpClients of a client share one. Safe for use
 * by several threads.
 *
 * @since 0.1.0
 */
public final class RetryBudgets {

	private final ConcurrentMap<String, RetryBudget> budgets = new ConcurrentHashMap<>();

	private final TimeSource timeSource;

	/**
	 * Create the budgets of an application.
	 * @param timeSource the clock
	 */
	public RetryBudgets(TimeSource timeSource) {
		this.timeSource = timeSource;
	}

	TimeSource timeSource() {
		return this.timeSource;
	}

	/**
	 * Change the budget of a client, if it has one yet. What was called and retried so
	 * far still counts.
	 * @param client name of the client
	 * @param share retries per first attempt, {@code null} for any number
	 */
	public void change(String client, @Nullable Double share) {
		RetryBudget budget = this.budgets.get(client);
		if (budget != null) {
			budget.share(share);
		}
	}

	RetryBudget of(String client, @Nullable Double share) {
		return this.budgets.computeIfAbsent(client, (name) -> new RetryBudget(share, this.timeSource));
	}

}
