package io.outboundhttp.pool;

import java.io.IOException;
import java.net.SocketAddress;

import javax.net.ssl.SSLSession;

import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.ProtocolVersion;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;

/**
 * Connection during one exchange with a body to send: its writes are watched, and the
 * call learns which phase it is in.
 */
final class WatchedConnection implements HttpClientConnection {

	private final HttpClientConnection connection;

	private final LeasedExchange exchange;

	private final WriteWatch watch;

	WatchedConnection(HttpClientConnection connection, LeasedExchange exchange, WriteWatch watch) {
		this.connection = connection;
		this.exchange = exchange;
		this.watch = watch;
	}

	@Override
	public void sendRequestHeader(ClassicHttpRequest request) throws HttpException, IOException {
		this.exchange.writing();
		this.connection.sendRequestHeader(request);
	}

	@Override
	public void sendRequestEntity(ClassicHttpRequest request) throws HttpException, IOException {
		this.exchange.writing();
		HttpEntity entity = request.getEntity();
		if (entity == null) {
			this.connection.sendRequestEntity(request);
			return;
		}
		request.setEntity(this.watch.watched(entity));
		try {
			this.connection.sendRequestEntity(request);
		}
		finally {
			this.watch.entityWritten();
			request.setEntity(entity);
		}
	}

	@Override
	public void flush() throws IOException {
		this.watch.write((watch) -> this.connection.flush());
	}

	@Override
	public ClassicHttpResponse receiveResponseHeader() throws HttpException, IOException {
		this.exchange.awaitingResponse();
		return this.connection.receiveResponseHeader();
	}

	@Override
	public boolean isDataAvailable(Timeout timeout) throws IOException {
		this.exchange.awaitingResponse();
		return this.connection.isDataAvailable(timeout);
	}

	@Override
	public void terminateRequest(ClassicHttpRequest request) throws HttpException, IOException {
		this.connection.terminateRequest(request);
	}

	@Override
	public void receiveResponseEntity(ClassicHttpResponse response) throws HttpException, IOException {
		this.connection.receiveResponseEntity(response);
	}

	@Override
	public boolean isConsistent() {
		return this.connection.isConsistent();
	}

	@Override
	public boolean isStale() throws IOException {
		return this.connection.isStale();
	}

	@Override
	public @Nullable EndpointDetails getEndpointDetails() {
		return this.connection.getEndpointDetails();
	}

	@Override
	public @Nullable SocketAddress getLocalAddress() {
		return this.connection.getLocalAddress();
	}

	@Override
	public @Nullable SocketAddress getRemoteAddress() {
		return this.connection.getRemoteAddress();
	}

	@Override
	public @Nullable ProtocolVersion getProtocolVersion() {
		return this.connection.getProtocolVersion();
	}

	@Override
	public @Nullable SSLSession getSSLSession() {
		return this.connection.getSSLSession();
	}

	@Override
	public boolean isOpen() {
		return this.connection.isOpen();
	}

	@Override
	public @Nullable Timeout getSocketTimeout() {
		return this.connection.getSocketTimeout();
	}

	@Override
	public void setSocketTimeout(Timeout timeout) {
		this.connection.setSocketTimeout(timeout);
	}

	@Override
	public void close(CloseMode closeMode) {
		this.connection.close(closeMode);
	}

	@Override
	public void close() throws IOException {
		this.connection.close();
	}

}
