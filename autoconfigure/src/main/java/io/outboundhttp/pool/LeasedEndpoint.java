package io.outboundhttp.pool;

import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;

import org.apache.hc.client5.http.EndpointInfo;
import org.apache.hc.client5.http.impl.ConnectionHolder;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpConnection;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Identifiable;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.admission.Slot;

/**
 * The side of a lease that HttpClient holds. A response that can be reached reaches it,
 * so once it is unreachable, nobody can close the response any more. Once the lease has
 * ended, every method is harmless.
 */
final class LeasedEndpoint extends ConnectionEndpoint implements ConnectionHolder, Identifiable {

	private final TrackedLease lease;

	LeasedEndpoint(@Nullable ReferenceQueue<? super LeasedEndpoint> queue, ConnectionPool pool,
			Slot<PooledConnection> slot, PooledConnection connection, CallContext call, ThreadCalls thread,
			@Nullable Throwable stack, long sinceNanos) {
		this.lease = new TrackedLease(this, queue, pool, slot, connection, call, thread, stack, sinceNanos);
	}

	TrackedLease lease() {
		return this.lease;
	}

	void connect(@Nullable TimeValue timeout, HttpContext context) throws IOException {
		try {
			this.lease.connect(timeout, context);
		}
		finally {
			Reference.reachabilityFence(this);
		}
	}

	void upgrade(HttpContext context) throws IOException {
		try {
			this.lease.upgrade(context);
		}
		finally {
			Reference.reachabilityFence(this);
		}
	}

	@Override
	@Deprecated
	public ClassicHttpResponse execute(String id, ClassicHttpRequest request, HttpRequestExecutor requestExecutor,
			HttpContext context) throws IOException, HttpException {
		return execute(id, request, (RequestExecutor) requestExecutor::execute, context);
	}

	@Override
	public ClassicHttpResponse execute(String id, ClassicHttpRequest request, RequestExecutor requestExecutor,
			HttpContext context) throws IOException, HttpException {
		TrackedLease lease = this.lease;
		if (lease.isEnded()) {
			throw lease.ended(null);
		}
		EgressGuard.checkForwarded(lease, request);
		lease.exchange().beginExchange(request);
		boolean received = false;
		try {
			ClassicHttpResponse response = exchange(id, request, requestExecutor, context);
			lease.exchange().responseReceived();
			lease.connection().received(response);
			HttpEntity entity = response.getEntity();
			if (entity != null) {
				response.setEntity(new TrackedEntity(entity, lease));
			}
			received = true;
			return response;
		}
		catch (IOException | RuntimeException ex) {
			throw lease.exchange().exchangeFailed(ex);
		}
		finally {
			if (!received) {
				lease.exchange().failed();
			}
			Reference.reachabilityFence(this);
		}
	}

	private ClassicHttpResponse exchange(String id, ClassicHttpRequest request, RequestExecutor requestExecutor,
			HttpContext context) throws IOException, HttpException {
		PooledConnection connection = this.lease.connection();
		WriteWatch watch = this.lease.exchange().watchWrites(request);
		if (watch == null) {
			return connection.execute(id, request, requestExecutor, context);
		}
		try {
			return connection.execute(id, request, (sent, raw, exchange) -> requestExecutor.execute(sent,
					new WatchedConnection(raw, this.lease.exchange(), watch), exchange), context);
		}
		finally {
			this.lease.getPool().clock().remove(watch);
		}
	}

	@Override
	public boolean isConnected() {
		return this.lease.isActive() && this.lease.connection().isOpen();
	}

	@Override
	public void setSocketTimeout(Timeout timeout) {
		if (this.lease.isActive()) {
			this.lease.exchange().setSocketTimeout(timeout);
		}
	}

	@Override
	public @Nullable EndpointInfo getInfo() {
		return this.lease.isEnded() ? null : this.lease.connection().info();
	}

	@Override
	public void close(CloseMode closeMode) {
		this.lease.close(closeMode);
	}

	@Override
	public void close() {
		close(CloseMode.GRACEFUL);
	}

	@Override
	public @Nullable HttpConnection get() {
		return this.lease.isActive() ? this.lease.connection().raw() : null;
	}

	@Override
	public String getId() {
		return this.lease.connection().id();
	}

}
