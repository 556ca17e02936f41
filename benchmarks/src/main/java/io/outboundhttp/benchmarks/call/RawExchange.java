package io.outboundhttp.benchmarks.call;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.outboundhttp.benchmarks.load.Exchange;
import io.outboundhttp.benchmarks.load.ServerProcess;
import org.apache.hc.core5.http.HttpHost;

/**
 * A GET on a blocking socket that each thread has for itself: bytes out, bytes in, no
 * HTTP. It relies on the length of the answer.
 */
final class RawExchange implements Exchange {

	private static final byte[] END_OF_HEAD = { '\r', '\n', '\r', '\n' };

	private final HttpHost host;

	private final byte[] request;

	private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

	private final ThreadLocal<Socket> own = ThreadLocal.withInitial(this::connect);

	private RawExchange(HttpHost host) {
		this.host = host;
		this.request = """
				GET / HTTP/1.1\r
				Accept-Encoding: gzip, x-gzip, deflate\r
				Host: %s\r
				Connection: keep-alive\r
				User-Agent: raw\r
				\r
				""".formatted(host.toHostString()).getBytes(StandardCharsets.US_ASCII);
	}

	static OpenPeer open(HttpHost host) {
		RawExchange exchange = new RawExchange(host);
		return OpenPeer.of(exchange, exchange::close);
	}

	private Socket connect() {
		try {
			Socket socket = new Socket(this.host.getHostName(), this.host.getPort());
			socket.setTcpNoDelay(true);
			this.sockets.add(socket);
			return socket;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public int send(byte[] buffer) throws IOException {
		Socket socket = this.own.get();
		socket.getOutputStream().write(this.request);
		InputStream input = socket.getInputStream();
		int head = 0;
		int length = 0;
		while (head == 0 || length < head + ServerProcess.BODY_LENGTH) {
			int read = input.read(buffer, length, buffer.length - length);
			if (read < 0) {
				throw new EOFException("connection closed after %d bytes".formatted(length));
			}
			length += read;
			head = (head == 0) ? endOfHead(buffer, length) : head;
		}
		return length - head;
	}

	private static int endOfHead(byte[] buffer, int length) {
		int matched = 0;
		for (int i = 0; i < length; i++) {
			matched = (buffer[i] == END_OF_HEAD[matched]) ? matched + 1 : (buffer[i] == '\r') ? 1 : 0;
			if (matched == END_OF_HEAD.length) {
				return i + 1;
			}
		}
		return 0;
	}

	private void close() {
		this.sockets.forEach((socket) -> {
			try {
				socket.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		});
	}

}
