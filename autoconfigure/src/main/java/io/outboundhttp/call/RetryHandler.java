package io.outboundhttp.call;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.outboundhttp.CallPhase;
import io.outboundhttp.pool.CallContext;
import io.outboundhttp.pool.Calls;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.RetryDenial;
import io.outboundhttp.pool.TimeSource;

/**
 * {@link ExecChainHandler} that sends a request again where {@link RetryPolicy} says so.
 * Between two attempts it holds no connection, and waits no longer than the call may
 * take.
 */
final class RetryHandler implements ExecChainHandler {

	/** How soon an abort ends a pause. */
	private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private static final Logger logger = LoggerFactory.getLogger(RetryHandler.class);

	private final String client;

	private final RetryPolicy policy;

	private final RetryBudget budget;

	private final Calls calls;

	private final Supplier<ConnectionPool> pool;

	private final TimeSource timeSource;

	private final RetryStrategyProbe probe;

	RetryHandler(String client, RetryStrategyProbe probe, RetryPolicy policy, RetryBudget budget, Calls calls,
			Supplier<ConnectionPool> pool, TimeSource timeSource) {
		this.client = client;
		this.probe = probe;
		this.policy = policy;
		this.budget = budget;
		this.calls = calls;
		this.pool = pool;
		this.timeSource = timeSource;
	}

	@Override
	public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
			throws IOException, HttpException {
		CallContext call = this.calls.context();
		RetryPolicy.Attempts attempts;
		boolean fresh = false;
		PendingRetry pending = PendingRetry.takeFrom(scope.clientContext, call);
		if (pending != null && pending.isAllowed()) {
			attempts = pending.attempts();
			fresh = pending.decision().fresh();
			pause(pending.decision().pause(), scope, call, null);
		}
		else {
			if (pending != null) {
				this.probe.replaced();
			}
			attempts = this.policy.attempts(request);
			this.budget.called();
		}
		ClassicHttpRequest current = request;
		while (true) {
			call.beginAttempt(fresh);
			RetryPolicy.Decision decision;
			ClassicHttpResponse response = null;
			IOException failure = null;
			try {
				response = chain.proceed(current, scope);
				decision = attempts.afterResponse(response, call.getRemainingNanos());
			}
			catch (IOException ex) {
				if (scope.execRuntime.isExecutionAborted()) {
					throw (ex instanceof RequestFailedException) ? ex
							: new RequestFailedException("Request aborted", ex);
				}
				if (ex == call.getBodyFailure()) {
					throw ex;
				}
				failure = ex;
				decision = attempts.afterFailure(ex, call.getProgress(), call.getRemainingNanos());
			}
			Object cause = (response != null) ? response.getCode() : failure;
			if (isLeftToHttpClient(decision, request)) {
				RetryPolicy.Decision left = decision;
				new PendingRetry(call, attempts, left, () -> isAllowed(left, cause)).leaveIn(scope.clientContext);
				decision = RetryPolicy.Decision.NONE;
			}
			if (!isAllowed(decision, cause)) {
				if (response != null) {
					return response;
				}
				throw failure;
			}
			if (response != null) {
				response.close();
			}
			pause(decision.pause(), scope, call, failure);
			fresh = decision.fresh();
			current = ClassicRequestBuilder.copy(scope.originalRequest).build();
		}
	}

	/**
	 * Return whether HttpClient shall ask its strategy for a retry: the first time, so
	 * that it shows whether application code has set another strategy than ours.
	 */
	private boolean isLeftToHttpClient(RetryPolicy.Decision decision, ClassicHttpRequest request) {
		HttpEntity entity = request.getEntity();
		return decision != RetryPolicy.Decision.NONE && !this.probe.isKnown()
				&& (entity == null || entity.isRepeatable());
	}

	private boolean isAllowed(RetryPolicy.Decision decision, @Nullable Object cause) {
		if (decision == RetryPolicy.Decision.NONE) {
			return false;
		}
		RetryDenial denial = decision.denial();
		if (denial == null && !decision.fresh() && !this.budget.tryRetry()) {
			denial = RetryDenial.BUDGET;
		}
		if (denial != null) {
			logger.debug("Client '{}': not sent again ({}): {}", this.client, denial, cause);
			this.pool.get().retryDenied(denial);
			return false;
		}
		logger.debug("Client '{}': sent again after {} ms ({}): {}", this.client, decision.pause().toMillis(),
				decision.reason(), cause);
		this.pool.get().retried(decision.reason());
		return true;
	}

	private void pause(Duration pause, ExecChain.Scope scope, CallContext call, @Nullable IOException failure)
			throws IOException {
		if (pause.isZero()) {
			return;
		}
		call.enter(CallPhase.PAUSE);
		long startNanos = this.timeSource.nanos();
		long remaining = pause.toNanos();
		while (remaining > 0) {
			LockSupport.parkNanos(this, Math.min(remaining, POLL_NANOS));
			if (Thread.currentThread().isInterrupted() || scope.execRuntime.isExecutionAborted()) {
				throw new RequestFailedException("Request aborted", failure);
			}
			if (this.pool.get().isClosed()) {
				return;
			}
			remaining = pause.toNanos() - (this.timeSource.nanos() - startNanos);
		}
	}

}
