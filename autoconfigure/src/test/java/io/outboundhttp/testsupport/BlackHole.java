package io.outboundhttp.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * Loopback TCP endpoint that never lets an HTTP exchange complete. Owns no thread: the
 * kernel alone answers, or does not.
 */
public final class BlackHole implements AutoCloseable {

	private static final int SILENT_BACKLOG = 512;

	private static final int MAX_FILLERS = 64;

	private static final int FILL_TIMEOUT_MILLIS = 300;

	private final ServerSocket serverSocket;

	private final List<Socket> fillers = new ArrayList<>();

	private BlackHole(int backlog) throws IOException {
		this.serverSocket = new ServerSocket(0, backlog, InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }));
	}

	/**
	 * Open an endpoint where connecting works and nothing is ever answered.
	 * @return the endpoint
	 */
	public static BlackHole silent() {
		try {
			return new BlackHole(SILENT_BACKLOG);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Open an endpoint where connecting itself hangs, because the queue of connections
	 * that wait to be accepted is full. Takes about half a second.
	 * @return the endpoint
	 * @throws IllegalStateException if this system does not let connecting hang
	 */
	public static BlackHole unconnectable() {
		try {
			BlackHole blackHole = new BlackHole(1);
			try {
				blackHole.fill();
				return blackHole;
			}
			catch (IOException | RuntimeException ex) {
				blackHole.close();
				throw ex;
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Fill the queue. It counts as full after two attempts in a row that hang: the kernel
	 * may let one through late.
	 */
	private void fill() throws IOException {
		int hanging = 0;
		for (int i = 0; i < MAX_FILLERS && hanging < 2; i++) {
			Socket filler = new Socket();
			this.fillers.add(filler);
			try {
				filler.connect(this.serverSocket.getLocalSocketAddress(), FILL_TIMEOUT_MILLIS);
				hanging = 0;
			}
			catch (SocketTimeoutException ex) {
				hanging++;
			}
		}
		if (hanging < 2) {
			throw new IllegalStateException("Connecting still works with " + MAX_FILLERS + " waiting connections");
		}
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
	 * @return {@code http}, 127.0.0.1 and port, without a slash at the end
	 */
	public String url() {
		return "http://127.0.0.1:" + port();
	}

	/**
	 * Return the URL of a path.
	 * @param path the path, which starts with a slash
	 * @return the URL
	 */
	public String url(String path) {
		return url() + path;
	}

	/**
	 * Close the port, which resets all connections.
	 */
	@Override
	public void close() {
		this.fillers.forEach(ServerConnection::closeQuietly);
		ServerConnection.closeQuietly(this.serverSocket);
	}

}
