package io.outboundhttp.pool;

import java.io.IOException;
import java.io.InputStream;

import org.apache.hc.client5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponseFactory;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.apache.hc.core5.http.io.HttpMessageParserFactory;
import org.apache.hc.core5.http.io.HttpTransportMetrics;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * {@link HttpMessageParserFactory} of what HttpClient parses heads of responses with, but
 * for two things: a head that the end of the connection cuts off is no head, and each
 * response knows what was received beyond it. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class ResponseParsers implements HttpMessageParserFactory<ClassicHttpResponse> {

	private final DefaultHttpResponseParserFactory parsers;

	/**
	 * Create a factory.
	 * @param config limits of a head
	 */
	public ResponseParsers(Http1Config config) {
		this.parsers = new DefaultHttpResponseParserFactory(config, null, new Responses());
	}

	@Override
	public HttpMessageParser<ClassicHttpResponse> create() {
		return new Parser(this.parsers.create());
	}

	@Override
	@Deprecated
	public HttpMessageParser<ClassicHttpResponse> create(@Nullable Http1Config config) {
		return create();
	}

	/**
	 * Creates the responses.
	 */
	private static final class Responses implements HttpResponseFactory<ClassicHttpResponse> {

		@Override
		public ClassicHttpResponse newHttpResponse(int status, @Nullable String reasonPhrase) {
			return new ReceivedResponse(status, reasonPhrase);
		}

		@Override
		public ClassicHttpResponse newHttpResponse(int status) {
			return new ReceivedResponse(status, null);
		}

	}

	/**
	 * Parser of one connection. For one thread at a time.
	 */
	private static final class Parser implements HttpMessageParser<ClassicHttpResponse> {

		private final HttpMessageParser<ClassicHttpResponse> parser;

		private @Nullable Head head;

		Parser(HttpMessageParser<ClassicHttpResponse> parser) {
			this.parser = parser;
		}

		@Override
		public @Nullable ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream in)
				throws IOException, HttpException {
			Head head = this.head;
			if (head == null || head.buffer != buffer) {
				head = new Head(buffer);
				this.head = head;
			}
			head.begun = false;
			ClassicHttpResponse response = this.parser.parse(head, in);
			if (response instanceof ReceivedResponse received) {
				received.input(buffer);
			}
			return response;
		}

	}

	/**
	 * The head of a response, within what is received on a connection. HttpClient takes
	 * the end of the connection for the empty line that ends a head.
	 */
	private static final class Head implements SessionInputBuffer {

		private final SessionInputBuffer buffer;

		private boolean begun;

		Head(SessionInputBuffer buffer) {
			this.buffer = buffer;
		}

		@Override
		public int readLine(CharArrayBuffer line, InputStream in) throws IOException {
			int read = this.buffer.readLine(line, in);
			if (read < 0 && this.begun) {
				throw new ConnectionClosedException("Connection was closed within the head of a response");
			}
			this.begun = true;
			return read;
		}

		@Override
		public int length() {
			return this.buffer.length();
		}

		@Override
		public int capacity() {
			return this.buffer.capacity();
		}

		@Override
		public int available() {
			return this.buffer.available();
		}

		@Override
		public int read(byte[] bytes, int offset, int length, InputStream in) throws IOException {
			return this.buffer.read(bytes, offset, length, in);
		}

		@Override
		public int read(byte[] bytes, InputStream in) throws IOException {
			return this.buffer.read(bytes, in);
		}

		@Override
		public int read(InputStream in) throws IOException {
			return this.buffer.read(in);
		}

		@Override
		public HttpTransportMetrics getMetrics() {
			return this.buffer.getMetrics();
		}

	}

}
