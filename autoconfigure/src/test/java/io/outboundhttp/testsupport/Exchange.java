package io.outboundhttp.testsupport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;

/**
 * One request at a {@link TestHttpServer} and the means to answer it, well or badly. Used
 * by one {@link Handler} on one thread.
 */
public final class Exchange {

	private final ServerConnection connection;

	private final RecordedRequest request;

	// taken before the journal shows the request, so that no release is missed
	private final CountDownLatch stallLatch;

	private boolean keepAlive;

	private boolean answered;

	Exchange(ServerConnection connection, RecordedRequest request, boolean keepAlive) {
		this.connection = connection;
		this.request = request;
		this.stallLatch = connection.stallLatch();
		this.keepAlive = keepAlive;
	}

	/**
	 * Return the request.
	 * @return the request, as the journal has it
	 */
	public RecordedRequest request() {
		return this.request;
	}

	/**
	 * Return the method of the request.
	 * @return the method
	 */
	public String method() {
		return this.request.method();
	}

	/**
	 * Return the target of the request.
	 * @return the target, with its query
	 */
	public String target() {
		return this.request.target();
	}

	/**
	 * Return the value of the first request header of that name.
	 * @param name the name, whose case does not matter
	 * @return the value, or {@code null} if there is none
	 */
	public @Nullable String header(String name) {
		return this.request.header(name);
	}

	/**
	 * Answer with a status and an empty body.
	 * @param status the status
	 * @throws IOException if the client left
	 */
	public void respond(int status) throws IOException {
		respond(status, Headers.none(), "");
	}

	/**
	 * Answer with a status and a text.
	 * @param status the status
	 * @param body the text, sent as UTF-8
	 * @throws IOException if the client left
	 */
	public void respond(int status, String body) throws IOException {
		respond(status, Headers.of("Content-Type", "text/plain;charset=UTF-8"), body);
	}

	/**
	 * Answer 200 with JSON.
	 * @param body the JSON
	 * @throws IOException if the client left
	 */
	public void respondJson(String body) throws IOException {
		respond(200, Headers.of("Content-Type", "application/json"), body);
	}

	/**
	 * Answer with a status, headers and a text.
	 * @param status the status
	 * @param headers the headers
	 * @param body the text, sent as UTF-8
	 * @throws IOException if the client left
	 */
	public void respond(int status, Headers headers, String body) throws IOException {
		respond(status, headers, body.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Answer with a status, headers and a body. {@code Content-Length} is added unless it
	 * is among the headers; {@code Connection: close} is added when the connection ends,
	 * and ends it when it is among the headers. HEAD, 204 and 304 go without the body.
	 * @param status the status
	 * @param headers the headers
	 * @param body the body
	 * @throws IOException if the client left
	 */
	public void respond(int status, Headers headers, byte[] body) throws IOException {
		Headers complete = headers;
		if (!headers.contains("Content-Length") && HttpWire.mayHaveBody(status)) {
			complete = complete.with("Content-Length", String.valueOf(body.length));
		}
		byte[] head = head(status, complete);
		boolean bodiless = this.request.method().equals("HEAD") || !HttpWire.mayHaveBody(status);
		write(bodiless ? head : HttpWire.concat(head, body));
	}

	/**
	 * Answer with chunked transfer coding, each chunk flushed on its own.
	 * @param status the status
	 * @param headers the headers
	 * @param chunks the chunks, sent as UTF-8
	 * @throws IOException if the client left
	 */
	public void respondChunked(int status, Headers headers, String... chunks) throws IOException {
		write(head(status, headers.with("Transfer-Encoding", "chunked")));
		for (String chunk : chunks) {
			if (!chunk.isEmpty()) {
				write(HttpWire.chunk(chunk.getBytes(StandardCharsets.UTF_8)));
			}
		}
		write(HttpWire.chunk(new byte[0]));
	}

	/**
	 * Write bytes as they are and flush them; the request counts as answered.
	 * @param bytes the bytes
	 * @throws IOException if the client left
	 */
	public void write(byte[] bytes) throws IOException {
		this.answered = true;
		this.connection.write(bytes);
	}

	/**
	 * Write characters as ISO-8859-1 and flush them; the request counts as answered.
	 * @param text the text
	 * @throws IOException if the client left
	 */
	public void write(String text) throws IOException {
		write(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	/**
	 * Announce {@code Connection: close} in the answer and close after it.
	 */
	public void closeAfterResponse() {
		this.keepAlive = false;
	}

	/**
	 * Close the connection in good order (FIN) when the handler returns, without
	 * announcing it; after an answer or instead of one.
	 */
	public void hangUp() {
		this.answered = true;
		this.connection.hangUp();
	}

	/**
	 * Reset the connection now (RST); what was not yet delivered is lost.
	 */
	public void closeAbruptly() {
		this.answered = true;
		this.connection.abort();
	}

	/**
	 * Wait without answering until {@link TestHttpServer#releaseStalled()}. Ends with an
	 * exception, and with it the connection, when the client leaves or the server closes.
	 * After {@value ServerConnection#MAX_WAIT_SECONDS} seconds the exchange fails, which
	 * {@link TestHttpServer#failures()} shows.
	 * @throws IOException as said
	 */
	public void stall() throws IOException {
		await(this.stallLatch);
	}

	/**
	 * Wait for a latch of the test, with the same ends as {@link #stall()}.
	 * @param latch the latch
	 * @throws IOException as for {@link #stall()}
	 */
	public void await(CountDownLatch latch) throws IOException {
		if (!this.connection.await(latch, ServerConnection.MAX_WAIT)) {
			throw new IllegalStateException("Nobody released the exchange within " + ServerConnection.MAX_WAIT);
		}
	}

	/**
	 * Let time pass before going on, with the same ends as {@link #stall()}.
	 * @param duration the time
	 * @throws IOException if the client leaves or the server closes
	 */
	public void pause(Duration duration) throws IOException {
		this.connection.await(new CountDownLatch(1), duration);
	}

	ServerConnection connection() {
		return this.connection;
	}

	boolean isAnswered() {
		return this.answered;
	}

	boolean keepsAlive() {
		return this.keepAlive;
	}

	private byte[] head(int status, Headers headers) {
		Headers complete = headers;
		if (headers.hasToken("Connection", "close")) {
			this.keepAlive = false;
		}
		else if (!this.keepAlive) {
			complete = headers.with("Connection", "close");
		}
		return HttpWire.head("HTTP/1.1 " + status + " Status " + status, complete);
	}

}
