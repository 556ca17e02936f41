package io.outboundhttp.benchmarks.load;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketImpl;
import java.net.SocketOptions;
import java.net.SocketTimeoutException;
import java.util.HashMap;
import java.util.Map;

import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * Socket that answers each request as the {@link AnswerServer} would, without a server, a
 * system call or another thread: what a call costs then is what the client itself does. A
 * request is whatever is written before something is read. For one thread at a time.
 */
public final class AnsweringSocket extends SocketImpl {

	private static final byte[] ANSWER = AnswerServer.answer();

	private static final int PORT = 80;

	private final Map<Integer, Object> options = new HashMap<>();

	private final InputStream input = new Input();

	private final OutputStream output = new Output();

	/** Bytes of the answer that are not read yet. */
	private int unread;

	private AnsweringSocket() {
	}

	/**
	 * Make all sockets of this process that are created from now on answer. Sockets of
	 * channels are not concerned.
	 * @return the host to connect to
	 * @throws IOException if sockets have been changed already
	 */
	@SuppressWarnings("deprecation") // there is no other way to reach the sockets of all
	public static HttpHost installed() throws IOException {
		Socket.setSocketImplFactory(AnsweringSocket::new);
		return new HttpHost("http", InetAddress.getLoopbackAddress().getHostAddress(), PORT);
	}

	@Override
	protected void create(boolean stream) {
		this.fd = new FileDescriptor();
	}

	@Override
	protected void connect(String host, int port) throws IOException {
		connect(InetAddress.getByName(host), port);
	}

	@Override
	protected void connect(InetAddress address, int port) {
		this.address = address;
		this.port = port;
	}

	@Override
	protected void connect(SocketAddress address, int timeout) {
		InetSocketAddress inet = (InetSocketAddress) address;
		connect(inet.getAddress(), inet.getPort());
	}

	@Override
	protected void bind(InetAddress host, int port) {
		this.localport = port;
	}

	@Override
	protected void listen(int backlog) {
		throw new IllegalStateException("no server");
	}

	@Override
	protected void accept(SocketImpl socket) {
		throw new IllegalStateException("no server");
	}

	@Override
	protected InputStream getInputStream() {
		return this.input;
	}

	@Override
	protected OutputStream getOutputStream() {
		return this.output;
	}

	@Override
	protected int available() {
		return this.unread;
	}

	@Override
	protected void close() {
		this.unread = 0;
	}

	@Override
	protected void shutdownInput() {
		// nothing to shut down
	}

	@Override
	protected void shutdownOutput() {
		// nothing to shut down
	}

	@Override
	protected void sendUrgentData(int data) {
		throw new IllegalStateException("no urgent data");
	}

	@Override
	public void setOption(int option, Object value) {
		this.options.put(option, value);
	}

	@Override
	public @Nullable Object getOption(int option) {
		Object unset = (option == SocketOptions.SO_BINDADDR) ? InetAddress.getLoopbackAddress() : (Object) 0;
		return this.options.getOrDefault(option, unset);
	}

	/**
	 * The answers.
	 */
	private final class Input extends InputStream {

		@Override
		public int read() throws IOException {
			byte[] single = new byte[1];
			return (read(single, 0, 1) > 0) ? Byte.toUnsignedInt(single[0]) : -1;
		}

		@Override
		public int read(byte[] bytes, int offset, int length) throws IOException {
			int left = AnsweringSocket.this.unread;
			if (left == 0) {
				throw new SocketTimeoutException("nothing was asked");
			}
			int count = Math.min(length, left);
			System.arraycopy(ANSWER, ANSWER.length - left, bytes, offset, count);
			AnsweringSocket.this.unread = left - count;
			return count;
		}

		@Override
		public int available() {
			return AnsweringSocket.this.available();
		}

	}

	/**
	 * The requests.
	 */
	private final class Output extends OutputStream {

		@Override
		public void write(int value) {
			AnsweringSocket.this.unread = ANSWER.length;
		}

		@Override
		public void write(byte[] bytes, int offset, int length) {
			AnsweringSocket.this.unread = ANSWER.length;
		}

	}

}
