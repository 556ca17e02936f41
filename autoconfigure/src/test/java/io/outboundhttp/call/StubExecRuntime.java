package io.outboundhttp.call;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.concurrent.CancellableDependency;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * {@link ExecRuntime} that has no connection and counts how often it is to be discarded.
 */
final class StubExecRuntime implements ExecRuntime {

	private int discarded;

	int discarded() {
		return this.discarded;
	}

	@Override
	public boolean isExecutionAborted() {
		return false;
	}

	@Override
	public boolean isEndpointAcquired() {
		return false;
	}

	@Override
	public void acquireEndpoint(String id, HttpRoute route, @Nullable Object state, HttpClientContext context) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void releaseEndpoint() {
	}

	@Override
	public void discardEndpoint() {
		this.discarded++;
	}

	@Override
	public boolean isEndpointConnected() {
		return false;
	}

	@Override
	public void disconnectEndpoint() {
	}

	@Override
	public void connectEndpoint(HttpClientContext context) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void upgradeTls(HttpClientContext context) {
		throw new UnsupportedOperationException();
	}

	@Override
	public ClassicHttpResponse execute(String id, ClassicHttpRequest request, HttpClientContext context) {
		throw new UnsupportedOperationException();
	}

	@Override
	public boolean isConnectionReusable() {
		return false;
	}

	@Override
	public void markConnectionReusable(@Nullable Object state, @Nullable TimeValue validityTime) {
	}

	@Override
	public void markConnectionNonReusable() {
	}

	@Override
	public ExecRuntime fork(CancellableDependency cancellableAware) {
		throw new UnsupportedOperationException();
	}

}
