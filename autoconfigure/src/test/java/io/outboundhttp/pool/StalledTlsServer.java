package io.outboundhttp.pool;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.awaitility.Awaitility.await;

/**
 * Reads what clients send and never answers.
 */
final class StalledTlsServer implements AutoCloseable {

	private final ServerSocket serverSocket = new ServerSocket();

	private final List<ByteArrayOutputStream> received = new CopyOnWriteArrayList<>();

	private final List<Socket> closed = new CopyOnWriteArrayList<>();

	StalledTlsServer() throws IOException {
		this.serverSocket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }), 0));
		Thread acceptor = new Thread(this::accept, "stalled-tls-server");
		acceptor.setDaemon(true);
		acceptor.start();
	}

	int port() {
		return this.serverSocket.getLocalPort();
	}

	private void accept() {
		try {
			while (true) {
				read(this.serverSocket.accept());
			}
		}
		catch (IOException ex) {
			// closed
		}
	}

	private void read(Socket socket) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		this.received.add(bytes);
		try (socket) {
			socket.getInputStream().transferTo(bytes);
		}
		catch (IOException ex) {
			// reset
		}
		this.closed.add(socket);
	}

	void awaitHello(int count) {
		await().until(() -> this.received.size() == count && this.received.get(count - 1).size() > 0);
	}

	void awaitClosed(int count) {
		await().until(() -> this.closed.size() == count);
	}

	List<byte[]> received() {
		return this.received.stream().map(ByteArrayOutputStream::toByteArray).toList();
	}

	@Override
	public void close() throws IOException {
		this.serverSocket.close();
	}

}
