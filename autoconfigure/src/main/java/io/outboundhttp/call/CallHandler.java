package io.outboundhttp.call;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;

import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.ClientClosedException;
import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.OutboundHttpAttributes;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.pool.CallContext;
import io.outboundhttp.pool.Calls;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.OuterCall;
import io.outboundhttp.pool.TimeLimit;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * {@link ExecChainHandler} around all others of HttpClient: it tells the pool on whose
 * behalf a connection is leased, bounds the call and the size of its response, brings
 * back the exceptions that HttpClient reduces to their message, and ends the lease of an
 * exchange that fails with an {@link Error}.
 */
final class CallHandler implements ExecChainHandler {

	private final LiveCallSettings settings;

	/** What the HttpClient was built with. */
	private final CallSettings built;

	private final Calls calls;

	private final Supplier<ConnectionPool> pool;

	private final RetryStrategyProbe retries;

	CallHandler(LiveCallSettings settings, CallSettings built, Calls calls, Supplier<ConnectionPool> pool,
			RetryStrategyProbe retries) {
		this.settings = settings;
		this.built = built;
		this.calls = calls;
		this.pool = pool;
		this.retries = retries;
	}

	@Override
	public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
			throws IOException, HttpException {
		if (scope.originalRequest instanceof WarmUpRequest warmUp) {
			return warmUp.execute(scope, this.pool.get());
		}
		OuterCall outerCall = this.calls.outerCall();
		CallSettings settings = this.settings.current();
		CallContext context = begin(request, scope, outerCall, settings);
		RequestConfig config = scope.clientContext.getRequestConfig();
		RequestConfig changed = changed(scope.clientContext.getRequestConfigOrDefault(), settings);
		CallContext before = this.calls.enter(context);
		boolean failed = true;
		try {
			if (changed != null) {
				scope.clientContext.setRequestConfig(changed);
			}
			ClassicHttpResponse response = chain.proceed(request, scope);
			if (context.getProgress() != CallContext.Progress.NOT_SENT) {
				this.retries.succeeded(request);
			}
			if (response.getEntity() == null && scope.execRuntime.isEndpointAcquired()) {
				// HttpClient forgets the connection of a proxy that refuses a tunnel
				// without a word
				scope.execRuntime.discardEndpoint();
			}
			context.unhide(response);
			limit(response, context, scope, settings.maxResponseSize());
			context.handOn();
			failed = false;
			return response;
		}
		catch (ConnectionRequestTimeoutException ex) {
			PoolExhaustedException exhausted = context.getExhausted();
			throw (exhausted != null) ? exhausted : ex;
		}
		catch (RequestFailedException ex) {
			throw unwrap(ex);
		}
		catch (IllegalStateException | NullPointerException ex) {
			if (scope.execRuntime.isExecutionAborted()) {
				// HttpClient trips over what an abort has taken away from it
				throw new RequestFailedException("Request aborted", ex);
			}
			throw ex;
		}
		catch (Error ex) {
			// HttpClient would close its connection manager, which ours does not obey, or
			// leave the lease alone
			scope.execRuntime.discardEndpoint();
			throw ex;
		}
		finally {
			this.calls.leave(before);
			if (changed != null) {
				scope.clientContext.setRequestConfig(config);
			}
			if (failed) {
				context.end();
			}
			if (outerCall != null) {
				outerCall.exchangeEnded(failed);
			}
		}
	}

	private CallContext begin(ClassicHttpRequest request, ExecChain.Scope scope, @Nullable OuterCall call,
			CallSettings settings) {
		try {
			return context(request, scope, call, settings);
		}
		catch (RuntimeException ex) {
			if (call != null) {
				call.exchangeEnded(true);
			}
			throw ex;
		}
	}

	/**
	 * Return the configuration of a request with the timeouts of now, where it has those
	 * that the HttpClient was built with.
	 */
	private @Nullable RequestConfig changed(RequestConfig config, CallSettings now) {
		Duration acquireBefore = this.built.acquireTimeout();
		Duration readBefore = this.built.readTimeout().value();
		if (now.acquireTimeout().equals(acquireBefore) && now.readTimeout().value().equals(readBefore)) {
			return null;
		}
		Timeout acquire = Timeout.of(acquireBefore);
		Timeout read = Timeout.of(readBefore);
		RequestConfig.Builder changed = RequestConfig.copy(config);
		if (acquire.equals(config.getConnectionRequestTimeout())) {
			changed.setConnectionRequestTimeout(Timeout.of(now.acquireTimeout()));
		}
		if (read.equals(config.getResponseTimeout())) {
			changed.setResponseTimeout(Timeout.of(now.readTimeout().value()));
		}
		return changed.build();
	}

	private CallContext context(ClassicHttpRequest request, ExecChain.Scope scope, @Nullable OuterCall call,
			CallSettings settings) {
		boolean exempt = Boolean.TRUE.equals(attribute(OutboundHttpAttributes.LEAK_EXEMPT, scope.clientContext, call));
		String template = (call != null) ? call.uriTemplate() : null;
		CallContext context = new CallContext(request.getMethod(), template, exempt, call, settings.readTimeout());
		Duration limit = callTimeout(scope.clientContext, call, settings);
		if (limit != null) {
			context.limit(this.pool.get(), (template != null) ? template : scope.route.getTargetHost().toURI(), limit);
		}
		return context;
	}

	private @Nullable Duration callTimeout(HttpClientContext context, @Nullable OuterCall call, CallSettings settings) {
		Object attribute = attribute(OutboundHttpAttributes.CALL_TIMEOUT, context, call);
		if (attribute == null) {
			TimeLimit limit = settings.callTimeout();
			return (limit != null) ? limit.value() : null;
		}
		if (!(attribute instanceof Duration duration) || duration.isNegative()) {
			throw new IllegalArgumentException(
					"Client '%s': attribute %s is %s (expected: a Duration, zero for any time)"
						.formatted(settings.client(), OutboundHttpAttributes.CALL_TIMEOUT, attribute));
		}
		return duration.isZero() ? null : duration;
	}

	private static @Nullable Object attribute(String name, HttpClientContext context, @Nullable OuterCall call) {
		Object attribute = context.getAttribute(name);
		return (attribute == null && call != null) ? call.attribute(name) : attribute;
	}

	private void limit(ClassicHttpResponse response, CallContext context, ExecChain.Scope scope,
			@Nullable Long maxBytes) {
		HttpEntity entity = response.getEntity();
		if (maxBytes != null && entity != null) {
			response.setEntity(new LimitedEntity(entity, maxBytes,
					() -> this.pool.get().tooLarge(context, scope.route, maxBytes), scope.execRuntime));
		}
	}

	private static IOException unwrap(RequestFailedException exception) {
		if (exception.getCause() instanceof IOException cause
				&& (cause instanceof ClientClosedException || cause instanceof LeaseReclaimedException
						|| cause instanceof CallTimeoutException || cause instanceof RequestFailedException)) {
			return cause;
		}
		return exception;
	}

}
