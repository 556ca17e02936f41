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
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * HTTP server with one thread, one answer and no garbage, in a process of its own. It
 * keeps connections alive and knows requests without a body only. It can be as slow as an
 * upstream that takes some requests at a time, and lets the others wait.
 */
final class AnswerServer {

	private static final int BACKLOG = 1024;

	private static final String END_OF_REQUEST = "\r\n\r\n";

	private final ByteBuffer received = ByteBuffer.allocateDirect(16 * 1024);

	private final ByteBuffer answer;

	private final int concurrency;

	private final long serviceNanos;

	/** Requests that are served, in the order of their ends. */
	private final Queue<Connection> served = new ArrayDeque<>();

	private final Queue<Connection> waiting = new ArrayDeque<>();

	private AnswerServer(int concurrency, long serviceMillis) {
		this.concurrency = concurrency;
		this.serviceNanos = TimeUnit.MILLISECONDS.toNanos(serviceMillis);
		byte[] bytes = answer();
		this.answer = ByteBuffer.allocateDirect(bytes.length).put(bytes);
	}

	static byte[] answer() {
		return ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + ServerProcess.BODY_LENGTH
				+ END_OF_REQUEST + "x".repeat(ServerProcess.BODY_LENGTH))
			.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Serve until standard input ends, that is until the parent process does. Prints the
	 * port.
	 * @param args requests that are served at a time, and milliseconds that each takes
	 * @throws IOException if the port cannot be opened
	 */
	public static void main(String[] args) throws IOException {
		try (Selector selector = Selector.open(); ServerSocketChannel server = ServerSocketChannel.open()) {
			server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
			server.configureBlocking(false);
			server.register(selector, SelectionKey.OP_ACCEPT);
			System.out.println(((InetSocketAddress) server.getLocalAddress()).getPort());
			AnswerServer answers = new AnswerServer(Integer.parseInt(args[0]), Long.parseLong(args[1]));
			Thread thread = new Thread(() -> answers.serve(selector, server), "answers");
			thread.setDaemon(true);
			thread.start();
			System.in.transferTo(System.err);
		}
	}

	private void serve(Selector selector, ServerSocketChannel server) {
		try {
			while (selector.isOpen()) {
				selector.select((key) -> serve(key, selector, server), millisToNextEnd());
				answerServed();
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
			else if (key.attachment() instanceof Connection connection && !receive(connection)) {
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

	private boolean receive(Connection connection) throws IOException {
		this.received.clear();
		if (connection.channel.read(this.received) < 0) {
			return false;
		}
		this.received.flip();
		while (this.received.hasRemaining()) {
			if (connection.endsWith(this.received.get())) {
				if (this.serviceNanos == 0) {
					answer(connection);
				}
				else if (this.served.size() < this.concurrency) {
					begin(connection, System.nanoTime());
				}
				else {
					this.waiting.add(connection);
				}
			}
		}
		return true;
	}

	private void begin(Connection connection, long nanos) {
		connection.endNanos = nanos + this.serviceNanos;
		this.served.add(connection);
	}

	/**
	 * Return how long to select, zero for as long as nothing comes in.
	 */
	private long millisToNextEnd() {
		Connection next = this.served.peek();
		return (next != null) ? Math.max(1, TimeUnit.NANOSECONDS.toMillis(next.endNanos - System.nanoTime())) : 0;
	}

	private void answerServed() {
		Connection next = this.served.peek();
		while (next != null && next.endNanos - System.nanoTime() <= 0) {
			this.served.remove();
			try {
				answer(next);
			}
			catch (IOException ex) {
				// The client has closed the connection meanwhile.
			}
			Connection first = this.waiting.poll();
			if (first != null) {
				begin(first, next.endNanos);
			}
			next = this.served.peek();
		}
	}

	private void answer(Connection connection) throws IOException {
		this.answer.clear();
		connection.channel.write(this.answer);
		if (this.answer.hasRemaining()) {
			throw new IOException("client does not read");
		}
	}

	/**
	 * A connection and how much of the end of a request was seen on it.
	 */
	private static final class Connection {

		private final SocketChannel channel;

		private int matched;

		private long endNanos;

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
