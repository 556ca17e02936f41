package io.outboundhttp.benchmarks.live;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * HTTP server on the loopback address that closes a connection that has waited for its
 * next request for some time, as load balancers do.
 */
final class ClosingServer implements AutoCloseable {

	private static final byte[] RESPONSE = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
		.getBytes(StandardCharsets.US_ASCII);

	private static final String LENGTH = "content-length:";

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "upstream");
		thread.setDaemon(true);
		return thread;
	});

	private final ServerSocket serverSocket;

	private final int idleMillis;

	ClosingServer(int idleMillis) throws IOException {
		this.idleMillis = idleMillis;
		this.serverSocket = new ServerSocket(0, 512, InetAddress.getByName("0.0.0.0"));
		this.threads.execute(this::accept);
	}

	int port() {
		return this.serverSocket.getLocalPort();
	}

	private void accept() {
		try {
			while (true) {
				Socket socket = this.serverSocket.accept();
				this.threads.execute(() -> serve(socket));
			}
		}
		catch (IOException ex) {
			// closed
		}
	}

	private void serve(Socket socket) {
		try (socket) {
			socket.setSoTimeout(this.idleMillis);
			socket.setTcpNoDelay(true);
			InputStream in = new BufferedInputStream(socket.getInputStream());
			String line = line(in);
			while (!line.isEmpty()) {
				int length = 0;
				for (String header = line(in); !header.isEmpty(); header = line(in)) {
					if (header.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
						length = Integer.parseInt(header.substring(LENGTH.length()).trim());
					}
				}
				in.readNBytes(length);
				socket.getOutputStream().write(RESPONSE);
				line = line(in);
			}
		}
		catch (IOException ex) {
			// idle for too long, or closed by the client
		}
	}

	private static String line(InputStream in) throws IOException {
		StringBuilder line = new StringBuilder();
		for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
			if (next != '\r') {
				line.append((char) next);
			}
		}
		return line.toString();
	}

	@Override
	public void close() throws IOException {
		this.serverSocket.close();
		this.threads.shutdownNow();
	}

}
