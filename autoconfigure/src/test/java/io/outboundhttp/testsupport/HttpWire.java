package io.outboundhttp.testsupport;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Reads and writes HTTP/1.1 messages: strict enough for tests, bounded in size.
 */
final class HttpWire {

	private static final int MAX_LINE = 64 * 1024;

	private static final int MAX_FIELDS = 1000;

	private static final int MAX_BODY = 64 * 1024 * 1024;

	private HttpWire() {
	}

	static RequestHead readRequestHead(InputStream in) throws IOException {
		String line = readLine(in);
		String[] parts = line.split(" ");
		if (parts.length != 3 || !parts[2].startsWith("HTTP/1.")) {
			throw new ProtocolException("Malformed request line: '" + line + "'");
		}
		return new RequestHead(parts[0], parts[1], parts[2], readHeaders(in));
	}

	static byte[] readRequestBody(InputStream in, Headers headers) throws IOException {
		byte[] body = readFramedBody(in, headers);
		return (body != null) ? body : new byte[0];
	}

	static Response readResponse(InputStream in, String method) throws IOException {
		Response head = readResponseHead(in);
		for (int i = 0; head.status() < 200 && i < 10; i++) {
			head = readResponseHead(in);
		}
		if (method.equals("HEAD") || !mayHaveBody(head.status())) {
			return head;
		}
		byte[] body = readFramedBody(in, head.headers());
		return new Response(head.status(), head.headers(), (body != null) ? body : in.readNBytes(MAX_BODY));
	}

	private static Response readResponseHead(InputStream in) throws IOException {
		String line = readLine(in);
		String[] parts = line.split(" ", 3);
		if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
			throw new ProtocolException("Malformed status line: '" + line + "'");
		}
		return new Response(Integer.parseInt(parts[1]), readHeaders(in), new byte[0]);
	}

	static boolean mayHaveBody(int status) {
		return status >= 200 && status != 204 && status != 304;
	}

	static byte[] head(String startLine, Headers headers) {
		StringBuilder head = new StringBuilder(startLine).append("\r\n");
		for (Headers.Field field : headers.fields()) {
			head.append(field).append("\r\n");
		}
		return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
	}

	static byte[] chunk(byte[] content) {
		byte[] size = (Integer.toHexString(content.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
		return concat(concat(size, content), "\r\n".getBytes(StandardCharsets.US_ASCII));
	}

	static byte[] concat(byte[] first, byte[] second) {
		byte[] result = new byte[first.length + second.length];
		System.arraycopy(first, 0, result, 0, first.length);
		System.arraycopy(second, 0, result, first.length, second.length);
		return result;
	}

	/**
	 * Read a body whose end the headers tell.
	 * @return the body, or {@code null} if the headers do not tell
	 */
	private static byte @Nullable [] readFramedBody(InputStream in, Headers headers) throws IOException {
		if (headers.hasToken("Transfer-Encoding", "chunked")) {
			return readChunked(in);
		}
		String length = headers.first("Content-Length");
		return (length != null) ? readFully(in, parseSize(length.strip(), 10)) : null;
	}

	private static byte[] readChunked(InputStream in) throws IOException {
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		while (body.size() <= MAX_BODY) {
			String line = readLine(in);
			int extension = line.indexOf(';');
			int size = parseSize(((extension < 0) ? line : line.substring(0, extension)).strip(), 16);
			if (size == 0) {
				readHeaders(in);
				return body.toByteArray();
			}
			body.writeBytes(readFully(in, size));
			if (!readLine(in).isEmpty()) {
				throw new ProtocolException("Chunk is longer than its size of " + size);
			}
		}
		throw new ProtocolException("Chunked body is longer than " + MAX_BODY + " bytes");
	}

	private static int parseSize(String text, int radix) throws IOException {
		try {
			int size = Integer.parseInt(text, radix);
			if (size >= 0 && size <= MAX_BODY) {
				return size;
			}
		}
		catch (NumberFormatException ex) {
			// reported below
		}
		throw new ProtocolException("Size '" + text + "' (expected: 0 to " + MAX_BODY + " bytes)");
	}

	private static byte[] readFully(InputStream in, int length) throws IOException {
		byte[] bytes = in.readNBytes(length);
		if (bytes.length < length) {
			throw new EOFException("Body ended after " + bytes.length + " of " + length + " bytes");
		}
		return bytes;
	}

	private static Headers readHeaders(InputStream in) throws IOException {
		List<Headers.Field> fields = new ArrayList<>();
		while (fields.size() < MAX_FIELDS) {
			String line = readLine(in);
			if (line.isEmpty()) {
				return Headers.ofFields(fields);
			}
			int colon = line.indexOf(':');
			if (colon <= 0) {
				throw new ProtocolException("Malformed header: '" + line + "'");
			}
			fields.add(new Headers.Field(line.substring(0, colon), line.substring(colon + 1).strip()));
		}
		throw new ProtocolException("More than " + MAX_FIELDS + " headers");
	}

	private static String readLine(InputStream in) throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		while (line.size() < MAX_LINE) {
			int b = in.read();
			if (b < 0) {
				throw new EOFException("Message ended within its head or framing");
			}
			if (b == '\n') {
				String text = line.toString(StandardCharsets.ISO_8859_1);
				return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
			}
			line.write(b);
		}
		throw new ProtocolException("Line is longer than " + MAX_LINE + " bytes");
	}

	/**
	 * Request line and headers.
	 */
	record RequestHead(String method, String target, String version, Headers headers) {

		boolean wantsKeepAlive() {
			if (this.version.equals("HTTP/1.0")) {
				return this.headers.hasToken("Connection", "keep-alive");
			}
			return !this.headers.hasToken("Connection", "close");
		}

	}

	/**
	 * Status, headers and body without any transfer coding.
	 */
	record Response(int status, Headers headers, byte[] body) {

	}

}
