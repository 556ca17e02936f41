package io.outboundhttp.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.outboundhttp.testsupport.TestCertificates;

/**
 * Server that answers one request over TLS and tells how much of it came in one piece.
 * TLS keeps apart what the client wrote at once, so the piece shows its buffer.
 */
final class TlsRecordServer implements AutoCloseable {

	private static final int LARGEST_RECORD = 16 * 1024;

	private final ServerSocket serverSocket;

	private final CompletableFuture<Integer> firstPiece = new CompletableFuture<>();

	TlsRecordServer() {
		try {
			this.serverSocket = TestCertificates.get()
				.serverContext()
				.getServerSocketFactory()
				.createServerSocket(0, 1, InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Thread thread = new Thread(this::answer, "tls-record-server");
		thread.setDaemon(true);
		thread.start();
	}

	String url() {
		return "https://127.0.0.1:" + this.serverSocket.getLocalPort();
	}

	/**
	 * Return how many bytes of the request the first record had.
	 */
	int firstPiece() {
		return this.firstPiece.orTimeout(10, TimeUnit.SECONDS).join();
	}

	private void answer() {
		try (Socket socket = this.serverSocket.accept()) {
			InputStream in = socket.getInputStream();
			byte[] buffer = new byte[LARGEST_RECORD];
			int read = in.read(buffer);
			int first = read;
			StringBuilder head = new StringBuilder();
			while (read > 0) {
				head.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
				read = head.toString().endsWith("\r\n\r\n") ? 0 : in.read(buffer);
			}
			socket.getOutputStream()
				.write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
			socket.getOutputStream().flush();
			this.firstPiece.complete(first);
		}
		catch (IOException ex) {
			this.firstPiece.completeExceptionally(ex);
		}
	}

	@Override
	public void close() throws IOException {
		this.serverSocket.close();
	}

}
