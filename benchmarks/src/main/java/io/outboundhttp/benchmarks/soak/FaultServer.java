package io.outboundhttp.benchmarks.soak;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * HTTP server that does to each request what its target asks for, in a process of its
 * own, with a thread per connection.
 */
final class FaultServer implements Runnable {

	private static final int BACKLOG = 512;

	private static final int SLOW_MILLIS = 100;

	private static final int DRIPS = 5;

	private static final int DRIP_MILLIS = 20;

	/** Longer than the read timeout of the callers. */
	private static final int SILENCE_MILLIS = 5000;

	private static final byte[] CONTENT = "x".repeat(Soak.LARGE).getBytes(StandardCharsets.US_ASCII);

	private final Socket socket;

	private final InputStream in;

	private final OutputStream out;

	private FaultServer(Socket socket) throws IOException {
		this.socket = socket;
		this.in = new BufferedInputStream(socket.getInputStream());
		this.out = socket.getOutputStream();
	}

	/**
	 * Serve until standard input ends, that is until the parent process does. Prints the
	 * port.
	 * @param args none
	 * @throws IOException if the port cannot be opened
	 */
	public static void main(String[] args) throws IOException {
		try (ServerSocket server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress())) {
			System.out.println(server.getLocalPort());
			startThread(() -> accept(server));
			System.in.transferTo(System.err);
		}
	}

	private static void accept(ServerSocket server) {
		try {
			while (true) {
				Socket socket = server.accept();
				socket.setTcpNoDelay(true);
				startThread(new FaultServer(socket));
			}
		}
		catch (IOException ex) {
			// The end.
		}
	}

	private static void startThread(Runnable work) {
		Thread thread = new Thread(work, "faults");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void run() {
		try (this.socket) {
			String[] target = readRequest();
			while (target != null && answer(Fault.valueOf(target[1]), Integer.parseInt(target[2]))) {
				target = readRequest();
			}
		}
		catch (InterruptedException | IOException ex) {
			// The client has left.
		}
	}

	/**
	 * Read a request with its body.
	 * @return its target, split at the slashes, {@code null} if there is none
	 */
	private String @org.jspecify.annotations.Nullable [] readRequest() throws IOException {
		String line = readLine();
		if (line.isEmpty()) {
			return null;
		}
		String[] target = line.split(" ")[1].split("/");
		int length = 0;
		boolean chunked = false;
		for (String header = readLine(); !header.isEmpty(); header = readLine()) {
			String lower = header.toLowerCase(Locale.ROOT);
			if (lower.startsWith("content-length:")) {
				length = Integer.parseInt(header.substring(15).strip());
			}
			chunked |= lower.equals("transfer-encoding: chunked");
		}
		this.in.skipNBytes(length);
		while (chunked) {
			int size = Integer.parseInt(readLine(), 16);
			this.in.skipNBytes(size);
			readLine();
			chunked = size > 0;
		}
		return target;
	}

	private String readLine() throws IOException {
		StringBuilder line = new StringBuilder();
		for (int next = this.in.read(); next >= 0 && next != '\n'; next = this.in.read()) {
			if (next != '\r') {
				line.append((char) next);
			}
		}
		return line.toString();
	}

	/**
	 * Answer a request, or not.
	 * @return whether there may be another one on this connection
	 */
	private boolean answer(Fault fault, int size) throws IOException, InterruptedException {
		switch (fault) {
			case NONE -> respond("200 OK", size, "");
			case CHUNKED -> respondInChunks(size);
			case CLOSING -> respond("200 OK", size, "Connection: close\r\n");
			case CLOSED_LATER -> respond("200 OK", size, "");
			case SLOW_HEAD -> {
				TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS);
				respond("200 OK", size, "");
			}
			case DRIPPING -> drip(size);
			case UNAVAILABLE -> respond("503 Service Unavailable", size, "");
			case RESET -> reset();
			case HUNG_UP -> this.out.flush();
			case CUT_OFF -> respondHalf(size);
			case RESET_IN_BODY -> {
				respondHalf(size);
				reset();
			}
			case GARBAGE -> write("\u0001\u0002\u0003 garbage\r\n\r\n".repeat(10));
			case SILENT -> TimeUnit.MILLISECONDS.sleep(SILENCE_MILLIS);
		}
		return switch (fault) {
			case NONE, CHUNKED, SLOW_HEAD, DRIPPING, UNAVAILABLE -> true;
			default -> false;
		};
	}

	private void respond(String status, int size, String headers) throws IOException {
		byte[] head = head(status, size, headers);
		byte[] all = new byte[head.length + size];
		System.arraycopy(head, 0, all, 0, head.length);
		System.arraycopy(CONTENT, 0, all, head.length, size);
		this.out.write(all);
	}

	private void respondHalf(int size) throws IOException {
		this.out.write(head("200 OK", size, ""));
		this.out.write(CONTENT, 0, size / 2);
	}

	private void respondInChunks(int size) throws IOException {
		write("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
		int half = size / 2;
		for (int chunk : new int[] { half, size - half }) {
			write(Integer.toHexString(chunk) + "\r\n");
			this.out.write(CONTENT, 0, chunk);
			write("\r\n");
		}
		write("0\r\n\r\n");
	}

	private void drip(int size) throws IOException, InterruptedException {
		this.out.write(head("200 OK", size, ""));
		int drip = size / DRIPS;
		for (int i = 1; i < DRIPS; i++) {
			this.out.write(CONTENT, 0, drip);
			TimeUnit.MILLISECONDS.sleep(DRIP_MILLIS);
		}
		this.out.write(CONTENT, 0, size - (DRIPS - 1) * drip);
	}

	private void reset() throws IOException {
		this.socket.setSoLinger(true, 0);
	}

	private void write(String text) throws IOException {
		this.out.write(text.getBytes(StandardCharsets.US_ASCII));
	}

	private static byte[] head(String status, int size, String headers) {
		return "HTTP/1.1 %s\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n%s\r\n"
			.formatted(status, size, headers)
			.getBytes(StandardCharsets.US_ASCII);
	}

}
