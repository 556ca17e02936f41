package io.outboundhttp.client;

import java.io.IOException;

import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;

/**
 * {@link ExecChainHandler} that ends the lease of a call that fails with an
 * {@link Error}. HttpClient ends it by closing its connection manager, which ours does
 * not obey, or not at all.
 */
final class DiscardOnError implements ExecChainHandler {

	static final String NAME = "outboundHttpDiscardOnError";

	@Override
	public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
			throws IOException, HttpException {
		try {
			return chain.proceed(request, scope);
		}
		catch (Error ex) {
			scope.execRuntime.discardEndpoint();
			throw ex;
		}
	}

}
