package io.outboundhttp.benchmarks.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * HTTP server with one thread, one answer and no garbage, in a process of its own. It
 * keeps connections alive and knows requests without a body only.
 */
final class AnswerServer {

	private static final int BACKLOG = 1024;

	private static final String END_OF_REQUEST = "\r\n\r\n";

	private final ByteBuffer received = ByteBuffer.allocateDirect(16 * 1024);

	private final ByteBuffer answer;

	private AnswerServer() {
		byte[] bytes = ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + ServerProcess.BODY_LENGTH
				+ END_OF_REQUEST + "x".repeat(ServerProcess.BODY_LENGTH))
			.getBytes(StandardCharsets.US_ASCII);
		this.answer = ByteBuffer.allocateDirect(bytes.length).put(bytes);
	}

	/**
	 * Serve until standard input ends, that is until the parent process does. Prints the
	 * port.
	 * @param args none
	 * @throws IOException if the port cannot be opened
	 */
	public static void main(String[] args) throws IOException {
		try (Selector selector = Selector.open(); ServerSocketChannel server = ServerSocketChannel.open()) {
			server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
			server.configureBlocking(false);
			server.register(selector, SelectionKey.OP_ACCEPT);
			System.out.println(((InetSocketAddress) server.getLocalAddress()).getPort());
			Thread thread = new Thread(() -> new AnswerServer().serve(selector, server), "answers");
			thread.setDaemon(true);
			thread.start();
			System.in.transferTo(System.err);
		}
	}

	private void serve(Selector selector, ServerSocketChannel server) {
		try {
			while (selector.isOpen()) {
				selector.select((key) -> serve(key, selector, server));
			}
		}
		catch (ClosedSelectorException ex) {
			// The end.
		}
		catch (IOException ex) {
			throw new IllegalStateException("cannot serve", ex);
		}
	}

	private void serve(SelectionKey key, Selector selector, ServerSocketChannel server) {
		try {
			if (key.isAcceptable()) {
				accept(selector, server);
			}
			else if (key.attachment() instanceof Connection connection && !answer(connection)) {
				connection.channel.close();
			}
		}
		catch (IOException ex) {
			// The client has reset the connection.
			key.cancel();
		}
	}

	private void accept(Selector selector, ServerSocketChannel server) throws IOException {
		SocketChannel channel = server.accept();
		if (channel != null) {
			channel.configureBlocking(false);
			channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			channel.register(selector, SelectionKey.OP_READ, new Connection(channel));
		}
	}

	private boolean answer(Connection connection) throws IOException {
		this.received.clear();
		if (connection.channel.read(this.received) < 0) {
			return false;
		}
		this.received.flip();
		while (this.received.hasRemaining()) {
			if (connection.endsWith(this.received.get())) {
				this.answer.clear();
				connection.channel.write(this.answer);
				if (this.answer.hasRemaining()) {
					throw new IOException("client does not read");
				}
			}
		}
		return true;
	}

	/**
	 * A connection and how much of the end of a request was seen on it.
	 */
	private static final class Connection {

		private final SocketChannel channel;

		private int matched;

		Connection(SocketChannel channel) {
			this.channel = channel;
		}

		private boolean endsWith(byte next) {
			if (next == END_OF_REQUEST.charAt(this.matched)) {
				this.matched++;
			}
			else {
				this.matched = (next == '\r') ? 1 : 0;
			}
			boolean ends = this.matched == END_OF_REQUEST.length();
			if (ends) {
				this.matched = 0;
			}
			return ends;
		}

	}

}
