package io.outboundhttp.faults;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

import io.outboundhttp.ResponseTooLargeException;
import io.outboundhttp.testsupport.Exchange;
import io.outboundhttp.testsupport.Handler;
import io.outboundhttp.testsupport.Headers;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.TruncatedChunkException;

import static io.outboundhttp.faults.Fault.closing;
import static io.outboundhttp.faults.Fault.fault;
import static io.outboundhttp.faults.Fault.resetting;
import static io.outboundhttp.faults.Fault.sending;

/**
 * Faults in the body of a response. No request is sent again: its response has begun.
 */
final class BodyFaults {

	private static final String LENGTH_100 = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";

	private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

	private static final byte[] ZIPPED = gzip("hello hello hello hello".getBytes(StandardCharsets.US_ASCII));

	private BodyFaults() {
	}

	static List<Fault> all() {
		return List.of(
		// @formatter:off
				closing("FIN instead of a body", LENGTH_100).fails(ConnectionClosedException.class),
				closing("FIN within a body", LENGTH_100 + "hello").fails(ConnectionClosedException.class),
				resetting("RST within a body", LENGTH_100 + "hello").fails(SocketException.class),
				closing("FIN instead of the first chunk", CHUNKED).fails(ConnectionClosedException.class),
				closing("FIN within a chunk", CHUNKED + "5\r\nhel").fails(TruncatedChunkException.class),
				closing("FIN between two chunks", CHUNKED + "5\r\nhello\r\n").fails(ConnectionClosedException.class),
				resetting("RST within a chunk", CHUNKED + "5\r\nhel").fails(SocketException.class),
				closing("FIN instead of the end of the trailers", CHUNKED + "5\r\nhello\r\n0\r\n").answers(200, "hello").thenGet(),
				sending("a chunk size that is no number", CHUNKED + "five\r\nhello\r\n0\r\n\r\n").fails(MalformedChunkCodingException.class),
				sending("a negative chunk size", CHUNKED + "-5\r\nhello\r\n0\r\n\r\n").fails(MalformedChunkCodingException.class),
				sending("a chunk size beyond all numbers", CHUNKED + "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n").fails(MalformedChunkCodingException.class),
				sending("a chunk that is longer than its size", CHUNKED + "2\r\nhello\r\n0\r\n\r\n").fails(MalformedChunkCodingException.class),
				sending("no chunk size", CHUNKED + "\r\nhello\r\n0\r\n\r\n").fails(MalformedChunkCodingException.class),
				sending("a trailer without a colon", CHUNKED + "5\r\nhello\r\n0\r\nnonsense\r\n\r\n").fails(IOException.class),
				closing("no length and a FIN", "HTTP/1.1 200 OK\r\n\r\nhello").answers(200, "hello"),
				resetting("no length and a RST", "HTTP/1.1 200 OK\r\n\r\nhello").fails(SocketException.class),
				fault("gzip that is cut", zipped(Arrays.copyOf(ZIPPED, ZIPPED.length - 10))).fails(EOFException.class),
				fault("gzip without its end", zipped(Arrays.copyOf(ZIPPED, ZIPPED.length - 4))).fails(EOFException.class),
				fault("gzip with a wrong checksum", zipped(damaged())).fails(ZipException.class),
				fault("gzip that is none", zipped("hello hello".getBytes(StandardCharsets.US_ASCII))).fails(ZipException.class),
				fault("gzip of nothing", zipped(new byte[0])).answers(200, ""),
				fault("gzip that grows large", zipped(gzip(new byte[10_000_000]))).fails(ResponseTooLargeException.class),
				sending("deflate that is none", "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: 5\r\n\r\nhello").fails(IOException.class),
				fault("a body that is too large", (exchange) -> exchange.respond(200, "x".repeat(100_000))).fails(ResponseTooLargeException.class),
				fault("chunks without end", BodyFaults::chunksWithoutEnd).fails(ResponseTooLargeException.class),
				fault("a body without end", BodyFaults::bodyWithoutEnd).fails(ResponseTooLargeException.class),
				fault("a chunk extension without end", (exchange) -> endless(exchange, CHUNKED + "5;x=", "y")).fails(MessageConstraintException.class, MalformedChunkCodingException.class),
				fault("trailers without end", (exchange) -> endless(exchange, CHUNKED + "5\r\nhello\r\n0\r\n", "X: y\r\n")).fails(IOException.class));
		// @formatter:on
	}

	private static Handler zipped(byte[] bytes) {
		return (exchange) -> exchange.respond(200, Headers.of("Content-Encoding", "gzip"), bytes);
	}

	private static byte[] gzip(byte[] bytes) {
		ByteArrayOutputStream zipped = new ByteArrayOutputStream();
		try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
			out.write(bytes);
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
		return zipped.toByteArray();
	}

	private static byte[] damaged() {
		byte[] bytes = ZIPPED.clone();
		bytes[bytes.length - 6] ^= 1;
		return bytes;
	}

	private static void chunksWithoutEnd(Exchange exchange) throws IOException {
		endless(exchange, CHUNKED, "400\r\n" + "x".repeat(1024) + "\r\n");
	}

	private static void bodyWithoutEnd(Exchange exchange) throws IOException {
		endless(exchange, "HTTP/1.1 200 OK\r\n\r\n", "x".repeat(1024));
	}

	/**
	 * Send something, and then something else until the client leaves.
	 */
	static void endless(Exchange exchange, String begin, String repeated) throws IOException {
		exchange.write(begin);
		String block = repeated.repeat(Math.max(1, 4096 / repeated.length()));
		while (true) {
			exchange.write(block);
		}
	}

}
