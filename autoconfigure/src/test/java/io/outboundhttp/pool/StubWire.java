package io.outboundhttp.pool;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLSession;

import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.ProtocolVersion;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for the network below HttpClient's connection managers: connections that open
 * and close without any socket. For one thread.
 */
final class StubWire {

	private final List<Manager> managers = new ArrayList<>();

	private final List<Connection> connections = new ArrayList<>();

	/** Runs once, in the middle of the next connect, before there is a socket. */
	private @Nullable Runnable duringResolution;

	/** Runs once, in the middle of the next connect, after there is a socket. */
	private @Nullable Runnable duringConnect;

	private boolean refusing;

	private int numbers;

	/**
	 * Return a new connection manager on this wire.
	 */
	PoolingHttpClientConnectionManager manager() {
		Manager manager = new Manager(this);
		this.managers.add(manager);
		return manager;
	}

	void duringResolution(Runnable action) {
		this.duringResolution = action;
	}

	void duringConnect(Runnable action) {
		this.duringConnect = action;
	}

	/**
	 * Refuse the next connect.
	 */
	void refuse() {
		this.refusing = true;
	}

	/**
	 * Return the connections that are open now.
	 */
	List<Connection> open() {
		this.connections.removeIf((connection) -> connection.closed);
		return this.connections.stream().filter(Connection::isOpen).toList();
	}

	/**
	 * Return how many of the connection managers, all but the latest, are not closed.
	 */
	long openManagers() {
		this.managers.removeIf(PoolingHttpClientConnectionManager::isClosed);
		return this.managers.size();
	}

	private void connect(Connection connection) throws IOException {
		run(this.duringResolution);
		this.duringResolution = null;
		Socket socket = new Socket();
		connection.bind(socket);
		run(this.duringConnect);
		this.duringConnect = null;
		boolean refused = this.refusing;
		this.refusing = false;
		if (refused) {
			throw new ConnectException("refused");
		}
		if (socket.isClosed()) {
			throw new SocketException("Socket closed");
		}
		connection.open = true;
	}

	private static void run(@Nullable Runnable action) {
		if (action != null) {
			action.run();
		}
	}

	/**
	 * HttpClient's connection manager on the wire.
	 */
	private static final class Manager extends PoolingHttpClientConnectionManager {

		Manager(StubWire wire) {
			super(new Operator(wire), PoolConcurrencyPolicy.STRICT, PoolReusePolicy.LIFO, TimeValue.NEG_ONE_MILLISECOND,
					(socket) -> wire.newConnection(), true);
		}

	}

	private Connection newConnection() {
		Connection connection = new Connection(++this.numbers);
		this.connections.add(connection);
		return connection;
	}

	/**
	 * Connects by a word.
	 */
	private record Operator(StubWire wire) implements HttpClientConnectionOperator {

		@Override
		public void connect(ManagedHttpClientConnection connection, HttpHost host,
				@Nullable InetSocketAddress localAddress, @Nullable TimeValue connectTimeout, SocketConfig socketConfig,
				HttpContext context) throws IOException {
			this.wire.connect((Connection) connection);
		}

		@Override
		public void upgrade(ManagedHttpClientConnection connection, HttpHost host, HttpContext context) {
		}

	}

	/**
	 * Connection without a wire.
	 */
	static final class Connection implements ManagedHttpClientConnection {

		private final int number;

		private @Nullable Socket socket;

		private boolean open;

		private boolean closed;

		private boolean inconsistent;

		private boolean stale;

		private boolean broken;

		/** Whose request is under way, or whose was the last. */
		private @Nullable Object user;

		Connection(int number) {
			this.number = number;
		}

		void inconsistent() {
			this.inconsistent = true;
		}

		/**
		 * Let the other side close the connection.
		 */
		void stale() {
			this.stale = true;
		}

		/**
		 * Let the close throw.
		 */
		void breakClose() {
			this.broken = true;
		}

		@Nullable Object user() {
			return this.user;
		}

		void user(Object user) {
			this.user = user;
		}

		@Override
		public void bind(Socket socket) throws IOException {
			if (this.closed) {
				socket.close();
				throw new SocketException("Connection already shutdown");
			}
			this.socket = socket;
		}

		@Override
		public @Nullable Socket getSocket() {
			return this.socket;
		}

		@Override
		public @Nullable SSLSession getSSLSession() {
			return null;
		}

		@Override
		public void passivate() {
		}

		@Override
		public void activate() {
			if (this.closed) {
				throw new IllegalStateException(this + " is used after its end");
			}
		}

		@Override
		public boolean isConsistent() {
			return !this.inconsistent;
		}

		@Override
		public boolean isOpen() {
			return this.open && !this.closed;
		}

		@Override
		public boolean isStale() {
			return this.stale || !isOpen();
		}

		@Override
		public void close() {
			close(CloseMode.GRACEFUL);
		}

		@Override
		public void close(CloseMode closeMode) {
			this.closed = true;
			if (this.broken) {
				this.broken = false;
				throw new IllegalStateException("broken close");
			}
		}

		@Override
		public Timeout getSocketTimeout() {
			return Timeout.DISABLED;
		}

		@Override
		public void setSocketTimeout(Timeout timeout) {
		}

		@Override
		public boolean isDataAvailable(Timeout timeout) {
			return false;
		}

		@Override
		public void flush() {
		}

		@Override
		public void sendRequestHeader(ClassicHttpRequest request) {
		}

		@Override
		public void terminateRequest(ClassicHttpRequest request) {
		}

		@Override
		public void sendRequestEntity(ClassicHttpRequest request) {
		}

		@Override
		public ClassicHttpResponse receiveResponseHeader() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void receiveResponseEntity(ClassicHttpResponse response) {
		}

		@Override
		public @Nullable EndpointDetails getEndpointDetails() {
			return null;
		}

		@Override
		public @Nullable SocketAddress getLocalAddress() {
			return null;
		}

		@Override
		public @Nullable SocketAddress getRemoteAddress() {
			return null;
		}

		@Override
		public ProtocolVersion getProtocolVersion() {
			return HttpVersion.HTTP_1_1;
		}

		@Override
		public String toString() {
			return "connection " + this.number;
		}

	}

}
