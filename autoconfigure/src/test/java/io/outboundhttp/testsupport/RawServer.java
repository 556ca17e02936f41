package io.outboundhttp.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Loopback server for what is no HTTP: each connection goes to a script on a thread of
 * its own, and is closed after it.
 */
public final class RawServer implements AutoCloseable {

	private static final String LOOPBACK = "127.0.0.1";

	/** Header of a TLS record of a handshake with the largest content. */
	private static final byte[] TLS_RECORD = { 0x16, 0x03, 0x03, 0x40, 0x00 };

	private final ServerSocket serverSocket;

	private final Script script;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

	private final AtomicInteger accepted = new AtomicInteger();

	private final CountDownLatch closed = new CountDownLatch(1);

	private RawServer(Script script, String address, int port, int receiveBuffer) {
		this.script = script;
		try {
			this.serverSocket = new ServerSocket();
			if (receiveBuffer > 0) {
				this.serverSocket.setReceiveBufferSize(receiveBuffer);
			}
			this.serverSocket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start("acceptor", this::accept);
	}

	/**
	 * Start a server.
	 * @param script what it does with a connection
	 * @return the running server
	 */
	public static RawServer start(Script script) {
		return start(LOOPBACK, 0, script);
	}

	/**
	 * Start a server on a port of any address of this machine.
	 * @param address the address
	 * @param port the port
	 * @param script what it does with a connection
	 * @return the running server
	 */
	public static RawServer start(String address, int port, Script script) {
		return new RawServer(script, address, port, 0);
	}

	/**
	 * Start a server that accepts and never reads, so that who writes to it has to wait
	 * soon.
	 * @return the running server
	 */
	public static RawServer deaf() {
		return new RawServer((socket, server) -> server.pause(Duration.ofMinutes(1)), LOOPBACK, 0, 4096);
	}

	/**
	 * Start a server that takes some bytes every now and then.
	 * @param bytes number of bytes
	 * @param pause the time in between
	 * @return the running server
	 */
	public static RawServer slow(int bytes, Duration pause) {
		return new RawServer((socket, server) -> {
			while (socket.getInputStream().readNBytes(bytes).length > 0) {
				server.pause(pause);
			}
		}, LOOPBACK, 0, 4096);
	}

	/**
	 * Start a server that sends a byte of a TLS handshake every now and then, for ever.
	 * @param pause the time in between
	 * @return the running server
	 */
	public static RawServer drippingTls(Duration pause) {
		return start((socket, server) -> {
			socket.getOutputStream().write(TLS_RECORD);
			while (true) {
				socket.getOutputStream().write(0);
				server.pause(pause);
			}
		});
	}

	/**
	 * Return the port.
	 * @return the port
	 */
	public int port() {
		return this.serverSocket.getLocalPort();
	}

	/**
	 * Return how many connections were accepted so far.
	 * @return the number
	 */
	public int connectionsAccepted() {
		return this.accepted.get();
	}

	/**
	 * Let time pass in a script.
	 * @param duration the time
	 * @throws IOException if the server is closed meanwhile
	 */
	public void pause(Duration duration) throws IOException {
		try {
			if (this.closed.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
				throw new IOException("server is closed");
			}
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

	private void accept() {
		try {
			while (true) {
				Socket socket = this.serverSocket.accept();
				this.sockets.add(socket);
				start("connection-" + this.accepted.incrementAndGet(), () -> serve(socket));
			}
		}
		catch (IOException ex) {
			// closed
		}
	}

	private void serve(Socket socket) {
		try (socket) {
			this.script.serve(socket, this);
		}
		catch (IOException ex) {
			// the client left or the server closes
		}
	}

	private void start(String name, Runnable task) {
		Thread thread = new Thread(task, "raw-server-" + port() + "-" + name);
		thread.setDaemon(true);
		this.threads.add(thread);
		thread.start();
	}

	/**
	 * Close the port and all connections, and wait for the end of all threads.
	 */
	@Override
	public void close() {
		ServerConnection.closeQuietly(this.serverSocket);
		this.closed.countDown();
		this.sockets.forEach(ServerConnection::closeQuietly);
		Threads.join(this.threads, TestHttpServer.DEFAULT_WAIT);
	}

	/**
	 * What is done with a connection.
	 */
	@FunctionalInterface
	public interface Script {

		/**
		 * Serve a connection.
		 * @param socket the connection
		 * @param server the server
		 * @throws IOException if the client left
		 */
		void serve(Socket socket, RawServer server) throws IOException;

	}

}
