package io.outboundhttp.testsupport;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PushbackInputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;

/**
 * One accepted connection of a {@link TestHttpServer} and the thread that serves it. Only
 * that thread reads, writes and closes in good order; other threads may call
 * {@link #abort()}, {@link #kill()} and {@link #closeWhenIdle()}.
 */
final class ServerConnection implements Runnable {

	static final int MAX_WAIT_SECONDS = 60;

	static final Duration MAX_WAIT = Duration.ofSeconds(MAX_WAIT_SECONDS);

	private static final int CLOSE_TIMEOUT_MILLIS = 500;

	private final TestHttpServer server;

	private final int number;

	private final Socket rawSocket;

	private final List<Closeable> attached = new CopyOnWriteArrayList<>();

	private Socket socket;

	private PushbackInputStream in;

	private State state = State.IDLE;

	private boolean closeWhenIdle;

	private volatile boolean hangUp;

	ServerConnection(TestHttpServer server, int number, Socket rawSocket) throws IOException {
		this.server = server;
		this.number = number;
		this.rawSocket = rawSocket;
		this.socket = rawSocket;
		this.in = new PushbackInputStream(rawSocket.getInputStream());
	}

	int number() {
		return this.number;
	}

	@Override
	public void run() {
		try {
			if (this.server.isSilent()) {
				drain();
			}
			else if (handshake()) {
				serve();
			}
		}
		catch (ProtocolException ex) {
			this.server.journal().failed(ex);
		}
		catch (IOException ex) {
			// the client left or the server closes: the usual end of a connection
		}
		finally {
			closeInGoodOrder();
			kill();
			this.server.connectionEnded(this);
		}
	}

	private void drain() throws IOException {
		byte[] buffer = new byte[8192];
		int read = 0;
		while (read >= 0) {
			read = this.rawSocket.getInputStream().read(buffer);
		}
	}

	private boolean handshake() {
		try {
			this.rawSocket.setTcpNoDelay(true);
			this.socket = this.server.secure(this.rawSocket);
			if (this.socket instanceof SSLSocket sslSocket) {
				sslSocket.startHandshake();
			}
			this.in = new PushbackInputStream(this.socket.getInputStream());
			return true;
		}
		catch (IOException ex) {
			this.server.journal().handshakeFailed();
			return false;
		}
	}

	private void serve() throws IOException {
		boolean keepAlive = true;
		for (int served = 1; keepAlive && awaitRequest(); served++) {
			HttpWire.RequestHead head = HttpWire.readRequestHead(this.in);
			if (head.headers().hasToken("Expect", "100-continue")) {
				writeNow("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			}
			byte[] body = HttpWire.readRequestBody(this.in, head.headers());
			RecordedRequest request = new RecordedRequest(origin(), head, body);
			boolean mayKeepAlive = head.wantsKeepAlive() && served < this.server.maxRequestsPerConnection();
			keepAlive = exchange(new Exchange(this, request, mayKeepAlive));
		}
	}

	private boolean exchange(Exchange exchange) throws IOException {
		this.server.journal().requestReceived(exchange.request());
		try {
			this.server.handlerFor(exchange.request()).handle(exchange);
			if (!exchange.isAnswered()) {
				exchange.respond(200, "ok");
			}
		}
		catch (IOException ex) {
			throw ex;
		}
		catch (Exception | AssertionError ex) {
			this.server.journal().failed(ex);
			if (exchange.isAnswered()) {
				return false;
			}
			exchange.respond(500, "Handler failed: " + ex);
		}
		finally {
			this.server.journal().exchangeEnded();
		}
		return exchange.keepsAlive() && !this.hangUp;
	}

	/**
	 * Wait for the first byte of a request.
	 * @return whether there is one: {@code false} if the client closed, stayed idle too
	 * long or {@link #closeWhenIdle()} was called
	 */
	private boolean awaitRequest() throws IOException {
		synchronized (this) {
			if (this.closeWhenIdle) {
				return false;
			}
			this.state = State.IDLE;
		}
		this.socket.setSoTimeout(this.server.idleTimeoutMillis());
		try {
			int first = this.in.read();
			if (first < 0) {
				return false;
			}
			this.in.unread(first);
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		this.socket.setSoTimeout(0);
		setState(State.BUSY);
		return true;
	}

	void write(byte[] bytes) throws IOException {
		setState(State.ANSWERING);
		writeNow(bytes);
	}

	private void writeNow(byte[] bytes) throws IOException {
		this.socket.getOutputStream().write(bytes);
		this.socket.getOutputStream().flush();
	}

	/**
	 * Wait for a latch in short slices, so that a client that leaves ends the wait.
	 * @return whether the latch was released in time
	 */
	boolean await(CountDownLatch latch, Duration atMost) throws IOException {
		setState(State.BUSY);
		long startNanos = System.nanoTime();
		try {
			while (!latch.await(Math.min(10, atMost.toMillis()), TimeUnit.MILLISECONDS)) {
				if (clientLeft()) {
					throw new EOFException("Client left while its request waited");
				}
				if (System.nanoTime() - startNanos >= atMost.toNanos()) {
					return false;
				}
			}
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException("Server closed while a request waited");
		}
	}

	private boolean clientLeft() throws IOException {
		this.socket.setSoTimeout(1);
		try {
			int next = this.in.read();
			if (next >= 0) {
				this.in.unread(next);
			}
			return next < 0;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		finally {
			this.socket.setSoTimeout(0);
		}
	}

	CountDownLatch stallLatch() {
		return this.server.stallLatch();
	}

	InputStream input() {
		return this.in;
	}

	Socket socket() {
		return this.socket;
	}

	void attach(Closeable closeable) {
		this.attached.add(closeable);
		if (this.rawSocket.isClosed()) {
			closeQuietly(closeable);
		}
	}

	void hangUp() {
		this.hangUp = true;
	}

	/**
	 * Close after the current request, or now if there is none.
	 * @return whether the end needs no further step of a handler
	 */
	synchronized boolean closeWhenIdle() {
		this.closeWhenIdle = true;
		if (this.state == State.IDLE) {
			try {
				// wakes the read with an end of stream; the thread then closes
				this.rawSocket.shutdownInput();
			}
			catch (IOException ex) {
				// already closed
			}
		}
		return this.state != State.BUSY;
	}

	void abort() {
		try {
			this.rawSocket.setSoLinger(true, 0);
		}
		catch (IOException ex) {
			// already closed
		}
		kill();
	}

	void kill() {
		closeQuietly(this.rawSocket);
		this.attached.forEach(ServerConnection::closeQuietly);
	}

	private void closeInGoodOrder() {
		if (this.rawSocket.isClosed()) {
			return;
		}
		try {
			this.socket.setSoTimeout(CLOSE_TIMEOUT_MILLIS);
		}
		catch (IOException ex) {
			// close anyway
		}
		closeQuietly(this.socket);
	}

	private synchronized void setState(State state) {
		this.state = state;
	}

	private RecordedRequest.Origin origin() {
		return new RecordedRequest.Origin(this.number, this.rawSocket.getPort(), peerPrincipal());
	}

	private @Nullable Principal peerPrincipal() {
		try {
			return (this.socket instanceof SSLSocket sslSocket) ? sslSocket.getSession().getPeerPrincipal() : null;
		}
		catch (SSLPeerUnverifiedException ex) {
			return null;
		}
	}

	static void closeQuietly(Closeable closeable) {
		try {
			closeable.close();
		}
		catch (IOException ex) {
			// nothing left to close
		}
	}

	/**
	 * What the connection does, seen from outside.
	 */
	private enum State {

		IDLE, BUSY, ANSWERING

	}

}
