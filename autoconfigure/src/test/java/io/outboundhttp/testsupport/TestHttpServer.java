package io.outboundhttp.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;

/**
 * Programmable HTTP/1.1 server on 127.0.0.1 with real keep-alive, one daemon thread per
 * connection and a journal of what it saw. Answers 200 "ok" unless told otherwise.
 * <p>
 * Thread-safe. Options may change at any time; a connection that waits for its next
 * request sees them after that request. Waits last at most {@link #DEFAULT_WAIT} unless
 * said otherwise and end in an {@link AssertionError} that shows the journal.
 */
public final class TestHttpServer implements AutoCloseable {

	/**
	 * Longest wait of the {@code await} methods without a duration.
	 */
	public static final Duration DEFAULT_WAIT = Duration.ofSeconds(10);

	/**
	 * How the names of all threads of this package start.
	 */
	public static final String THREAD_PREFIX = "test-http-server-";

	private static final int BACKLOG = 512;

	private final ServerSocket serverSocket;

	private final @Nullable SSLContext sslContext;

	private final boolean needClientAuth;

	private final String threadPrefix;

	private final Journal journal = new Journal();

	private final Map<String, Handler> handlers = new ConcurrentHashMap<>();

	// guarded by itself, together with the closing of the server socket
	private final Map<ServerConnection, Thread> connections = new ConcurrentHashMap<>();

	private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

	private volatile CountDownLatch stallLatch = new CountDownLatch(1);

	private volatile Handler defaultHandler = Handler.respond(200, "ok");

	private volatile int idleTimeoutMillis;

	private volatile int maxRequestsPerConnection = Integer.MAX_VALUE;

	private volatile boolean silent;

	private TestHttpServer(String name, @Nullable SSLContext sslContext, boolean needClientAuth) {
		this.sslContext = sslContext;
		this.needClientAuth = needClientAuth;
		try {
			this.serverSocket = new ServerSocket(0, BACKLOG, InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.threadPrefix = THREAD_PREFIX + name + port() + "-";
	}

	/**
	 * Start a server that speaks plain HTTP.
	 * @return the running server
	 */
	public static TestHttpServer start() {
		return start("");
	}

	static TestHttpServer start(String name) {
		TestHttpServer server = new TestHttpServer(name, null, false);
		server.startThread("acceptor", server::accept);
		return server;
	}

	/**
	 * Start a server that speaks HTTP over TLS.
	 * @param sslContext the server's key and whom it trusts
	 * @param needClientAuth whether clients must present a certificate
	 * @return the running server
	 */
	public static TestHttpServer startTls(SSLContext sslContext, boolean needClientAuth) {
		TestHttpServer server = new TestHttpServer("", sslContext, needClientAuth);
		server.startThread("acceptor", server::accept);
		return server;
	}

	/**
	 * Return the port.
	 * @return the port
	 */
	public int port() {
		return this.serverSocket.getLocalPort();
	}

	/**
	 * Return the base URL.
	 * @return scheme, 127.0.0.1 and port, without a slash at the end
	 */
	public String url() {
		return ((this.sslContext != null) ? "https" : "http") + "://127.0.0.1:" + port();
	}

	/**
	 * Return the URL of a path.
	 * @param path the path, which starts with a slash, and its query
	 * @return the URL
	 */
	public String url(String path) {
		return url() + path;
	}

	/**
	 * Answer requests for a path with a handler, which replaces an earlier one.
	 * @param path the path without query; ending in {@code /**} it stands for everything
	 * below
	 * @param handler the handler
	 * @return this server
	 */
	public TestHttpServer handle(String path, Handler handler) {
		this.handlers.put(path, handler);
		return this;
	}

	/**
	 * Answer all requests that no path claims with a handler.
	 * @param handler the handler
	 * @return this server
	 */
	public TestHttpServer handleAll(Handler handler) {
		this.defaultHandler = handler;
		return this;
	}

	/**
	 * Close connections, without announcing it, that have waited so long for a request.
	 * @param idleTime the time, zero for never (which is the default)
	 * @return this server
	 */
	public TestHttpServer closeIdleAfter(Duration idleTime) {
		this.idleTimeoutMillis = idleTime.isZero() ? 0 : Math.max(1, Math.toIntExact(idleTime.toMillis()));
		return this;
	}

	/**
	 * Limit the requests per connection; the last answer says {@code Connection: close}.
	 * @param limit the limit, at least 1
	 * @return this server
	 */
	public TestHttpServer maxRequestsPerConnection(int limit) {
		this.maxRequestsPerConnection = limit;
		return this;
	}

	/**
	 * Accept new connections but neither shake hands nor answer on them.
	 * @param silent whether to stay silent
	 * @return this server
	 */
	public TestHttpServer silentAfterAccept(boolean silent) {
		this.silent = silent;
		return this;
	}

	/**
	 * Let the requests that have arrived by now pass through {@link Exchange#stall()}.
	 */
	public synchronized void releaseStalled() {
		CountDownLatch released = this.stallLatch;
		this.stallLatch = new CountDownLatch(1);
		released.countDown();
	}

	/**
	 * Close all open connections in good order (FIN, after a TLS close notify): idle ones
	 * now, busy ones after their answer. Returns when those are closed that need no
	 * further step of a handler.
	 */
	public void closeConnections() {
		List<ServerConnection> closing = new ArrayList<>();
		for (ServerConnection connection : this.connections.keySet()) {
			if (connection.closeWhenIdle()) {
				closing.add(connection);
			}
		}
		this.journal.await("closed connections", () -> closing.stream().noneMatch(this.connections::containsKey),
				DEFAULT_WAIT);
	}

	/**
	 * Reset all open connections (RST).
	 */
	public void abortConnections() {
		this.connections.keySet().forEach(ServerConnection::abort);
	}

	/**
	 * Return the requests so far, in the order in which they were complete.
	 * @return an immutable copy
	 */
	public List<RecordedRequest> requests() {
		return this.journal.requests();
	}

	/**
	 * Return the requests so far for a path.
	 * @param path the path without query
	 * @return an immutable copy
	 */
	public List<RecordedRequest> requests(String path) {
		return requests().stream().filter((request) -> request.path().equals(path)).toList();
	}

	/**
	 * Return what handlers threw and which requests were malformed.
	 * @return an immutable copy
	 */
	public List<Throwable> failures() {
		return this.journal.failures();
	}

	/**
	 * Return how many connections were accepted so far.
	 * @return the number
	 */
	public int connectionsAccepted() {
		return this.journal.accepted();
	}

	/**
	 * Return how many connections are open now, seen from the server.
	 * @return the number
	 */
	public int openConnections() {
		return this.journal.open();
	}

	/**
	 * Return how many connections were open at the same time at most.
	 * @return the number
	 */
	public int peakOpenConnections() {
		return this.journal.peakOpen();
	}

	/**
	 * Return how many requests were in a handler at the same time at most.
	 * @return the number
	 */
	public int peakConcurrentRequests() {
		return this.journal.peakActive();
	}

	/**
	 * Return how many connections failed in their TLS handshake.
	 * @return the number
	 */
	public int failedHandshakes() {
		return this.journal.failedHandshakes();
	}

	/**
	 * Wait until that many requests have arrived in total. A request has arrived before
	 * its handler is called.
	 * @param count the number
	 * @return the requests so far, at least that many
	 */
	public List<RecordedRequest> awaitRequests(int count) {
		return awaitRequests(count, DEFAULT_WAIT);
	}

	/**
	 * Wait until that many requests have arrived in total.
	 * @param count the number
	 * @param atMost the longest wait
	 * @return the requests so far, at least that many
	 */
	public List<RecordedRequest> awaitRequests(int count, Duration atMost) {
		this.journal.await(count + " requests", () -> this.journal.requests().size() >= count, atMost);
		return this.journal.requests();
	}

	/**
	 * Wait until exactly that many connections are open.
	 * @param count the number
	 */
	public void awaitOpenConnections(int count) {
		awaitOpenConnections(count, DEFAULT_WAIT);
	}

	/**
	 * Wait until exactly that many connections are open.
	 * @param count the number
	 * @param atMost the longest wait
	 */
	public void awaitOpenConnections(int count, Duration atMost) {
		this.journal.await(count + " open connections", () -> this.journal.open() == count, atMost);
	}

	/**
	 * Wait until no connection is open.
	 */
	public void awaitNoOpenConnections() {
		awaitOpenConnections(0);
	}

	/**
	 * Wait until no connection is open.
	 * @param atMost the longest wait
	 */
	public void awaitNoOpenConnections(Duration atMost) {
		awaitOpenConnections(0, atMost);
	}

	/**
	 * Close the port and all connections and wait for the end of all threads.
	 * @throws IllegalStateException if a handler keeps its thread for longer than
	 * {@link #DEFAULT_WAIT}
	 */
	@Override
	public void close() {
		synchronized (this.connections) {
			ServerConnection.closeQuietly(this.serverSocket);
			this.connections.forEach((connection, thread) -> {
				connection.kill();
				thread.interrupt();
			});
		}
		Threads.join(this.threads, DEFAULT_WAIT);
	}

	private void accept() {
		try {
			while (!this.serverSocket.isClosed()) {
				open(this.serverSocket.accept());
			}
		}
		catch (IOException ex) {
			if (!this.serverSocket.isClosed()) {
				this.journal.failed(ex);
			}
		}
	}

	private void open(Socket socket) throws IOException {
		synchronized (this.connections) {
			if (this.serverSocket.isClosed()) {
				ServerConnection.closeQuietly(socket);
				return;
			}
			int number = this.journal.accepted() + 1;
			ServerConnection connection = new ServerConnection(this, number, socket);
			Thread thread = newThread("connection-" + number, connection);
			this.connections.put(connection, thread);
			// only now, so that who waits for the connection can also close it
			this.journal.connectionAccepted();
			thread.start();
		}
	}

	Thread startThread(String name, Runnable task) {
		Thread thread = newThread(name, task);
		thread.start();
		return thread;
	}

	private Thread newThread(String name, Runnable task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			finally {
				this.threads.remove(Thread.currentThread());
			}
		}, this.threadPrefix + name);
		thread.setDaemon(true);
		this.threads.add(thread);
		return thread;
	}

	Socket secure(Socket socket) throws IOException {
		if (this.sslContext == null) {
			return socket;
		}
		SSLSocket sslSocket = (SSLSocket) this.sslContext.getSocketFactory().createSocket(socket, null, true);
		sslSocket.setNeedClientAuth(this.needClientAuth);
		return sslSocket;
	}

	Handler handlerFor(RecordedRequest request) {
		String path = request.path();
		Handler handler = this.handlers.get(path);
		for (int slash = path.lastIndexOf('/'); handler == null
				&& slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
			handler = this.handlers.get(path.substring(0, slash) + "/**");
		}
		return (handler != null) ? handler : this.defaultHandler;
	}

	void connectionEnded(ServerConnection connection) {
		this.journal.connectionEnded(() -> this.connections.remove(connection));
	}

	Journal journal() {
		return this.journal;
	}

	CountDownLatch stallLatch() {
		return this.stallLatch;
	}

	int idleTimeoutMillis() {
		return this.idleTimeoutMillis;
	}

	int maxRequestsPerConnection() {
		return this.maxRequestsPerConnection;
	}

	boolean isSilent() {
		return this.silent;
	}

	@Override
	public String toString() {
		return url() + " with " + this.journal;
	}

}
