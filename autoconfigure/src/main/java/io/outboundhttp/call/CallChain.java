package io.outboundhttp.call;

import java.time.Clock;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;

import io.outboundhttp.pool.Calls;
import io.outboundhttp.pool.ConnectionPool;

/**
 * The handlers that bound and repeat the calls of one HttpClient.
 *
 * @since 0.1.0
 */
public final class CallChain {

	private final LiveCallSettings settings;

	private final CallSettings built;

	private final RetryStrategyProbe retries;

	/**
	 * Create the handlers of an HttpClient.
	 * @param settings the settings
	 * @param built what the HttpClient is built with; the settings may have changed since
	 */
	public CallChain(LiveCallSettings settings, CallSettings built) {
		this.settings = settings;
		this.built = built;
		this.retries = new RetryStrategyProbe(built.client());
	}

	/**
	 * Return the settings of now.
	 * @return the settings
	 */
	public CallSettings getSettings() {
		return this.settings.current();
	}

	/**
	 * Return the retry strategy to set first, so that application code may set another
	 * one.
	 * @return a strategy that never retries
	 */
	public HttpRequestRetryStrategy getRetryStrategy() {
		return this.retries;
	}

	/**
	 * Add the handlers, after application code has customized the builder.
	 * @param builder the builder
	 * @param calls where exchanges are noted
	 * @param budgets bound the retries of clients
	 * @param pool gives the pool, and opens it if need be
	 */
	public void addTo(HttpClientBuilder builder, Calls calls, RetryBudgets budgets, Supplier<ConnectionPool> pool) {
		CallSettings now = getSettings();
		RetryPolicy policy = new RetryPolicy(() -> getSettings().retry(), this.retries::isReplaced,
				(bound) -> ThreadLocalRandom.current().nextLong(bound + 1), Clock.systemUTC());
		builder
			.addExecInterceptorFirst("outboundHttpCall",
					new CallHandler(this.settings, this.built, calls, pool, this.retries))
			.addExecInterceptorAfter(ChainElement.REDIRECT.name(), "outboundHttpOrigin",
					new OriginHandler(() -> getSettings().sensitiveHeaders(), calls))
			.addExecInterceptorAfter(ChainElement.RETRY.name(), "outboundHttpRetry",
					new RetryHandler(now.client(), this.retries, policy, budgets.of(now.client(), now.retry().budget()),
							calls, pool, budgets.timeSource()));
	}

}
