package io.outboundhttp.pool;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;

/**
 * Network in which every connect succeeds at once, unless its socket is closed meanwhile.
 * HttpClient's connections on it are real.
 */
public final class StubNetwork implements HttpClientConnectionOperator {

	private static final int BUFFER_SIZE = 64;

	private static final HttpConnectionFactory<ManagedHttpClientConnection> CONNECTIONS = ManagedHttpClientConnectionFactory
		.builder()
		.http1Config(Http1Config.custom().setBufferSize(BUFFER_SIZE).build())
		.build();

	private final Queue<StubSocket> sockets = new ConcurrentLinkedQueue<>();

	/**
	 * Create a manager of connections on this network.
	 * @return a manager with HttpClient's default limits
	 */
	public PoolingHttpClientConnectionManager newManager() {
		return new PoolingHttpClientConnectionManager(this, PoolConcurrencyPolicy.STRICT, PoolReusePolicy.LIFO,
				TimeValue.NEG_ONE_MILLISECOND, CONNECTIONS);
	}

	/**
	 * Connect in the steps in which HttpClient does: the socket is bound before and after
	 * it is connected, so that it can be closed meanwhile.
	 */
	@Override
	public void connect(ManagedHttpClientConnection connection, HttpHost host, InetSocketAddress localAddress,
			TimeValue timeout, SocketConfig socketConfig, HttpContext context) throws IOException {
		StubSocket socket = new StubSocket();
		this.sockets.add(socket);
		try {
			connection.bind(socket);
			socket.connect();
			connection.bind(socket);
		}
		catch (IOException | RuntimeException ex) {
			socket.close();
			throw ex;
		}
	}

	@Override
	public void upgrade(ManagedHttpClientConnection connection, HttpHost host, HttpContext context) {
		throw new UnsupportedOperationException();
	}

	long openSockets() {
		return this.sockets.stream().filter((socket) -> !socket.isClosed()).count();
	}

	/**
	 * Socket without a file descriptor.
	 */
	private static final class StubSocket extends Socket {

		private final InputStream input = InputStream.nullInputStream();

		private volatile boolean closed;

		private void connect() throws SocketException {
			if (this.closed) {
				throw new SocketException("Socket closed");
			}
		}

		@Override
		public InputStream getInputStream() {
			return this.input;
		}

		@Override
		public int getSoTimeout() {
			return 0;
		}

		@Override
		public void setSoTimeout(int timeout) {
		}

		@Override
		public void setSoLinger(boolean on, int linger) {
		}

		@Override
		public boolean isClosed() {
			return this.closed;
		}

		@Override
		public void close() {
			this.closed = true;
		}

	}

}
