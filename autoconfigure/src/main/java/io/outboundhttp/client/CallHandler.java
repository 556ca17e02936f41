package io.outboundhttp.client;

import java.io.IOException;

import io.outboundhttp.ClientClosedException;
import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.OutboundHttpAttributes;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.pool.CallContext;
import io.outboundhttp.pool.Calls;
import io.outboundhttp.pool.OuterCall;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * {@link ExecChainHandler} around all others of HttpClient: it tells the pool on whose
 * behalf a connection is leased, brings back the exceptions that HttpClient reduces to
 * their message, and ends the lease of an exchange that fails with an {@link Error}.
 */
final class CallHandler implements ExecChainHandler {

	static final String NAME = "outboundHttpCall";

	private final Calls calls;

	CallHandler(Calls calls) {
		this.calls = calls;
	}

	@Override
	public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
			throws IOException, HttpException {
		OuterCall outerCall = this.calls.outerCall();
		CallContext context = context(request, scope.clientContext,
				(outerCall instanceof SpringCall call) ? call : null);
		CallContext before = this.calls.enter(context);
		boolean failed = true;
		try {
			ClassicHttpResponse response = chain.proceed(request, scope);
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
			if (outerCall != null) {
				outerCall.exchangeEnded(failed);
			}
		}
	}

	private static CallContext context(ClassicHttpRequest request, HttpClientContext context,
			@Nullable SpringCall call) {
		Object exempt = context.getAttribute(OutboundHttpAttributes.LEAK_EXEMPT);
		if (exempt == null && call != null) {
			exempt = call.attribute(OutboundHttpAttributes.LEAK_EXEMPT);
		}
		return new CallContext(request.getMethod(), (call != null) ? call.uriTemplate() : null,
				Boolean.TRUE.equals(exempt), call);
	}

	private static IOException unwrap(RequestFailedException exception) {
		if (exception.getCause() instanceof IOException cause && (cause instanceof ClientClosedException
				|| cause instanceof LeaseReclaimedException || cause instanceof RequestFailedException)) {
			return cause;
		}
		return exception;
	}

}
