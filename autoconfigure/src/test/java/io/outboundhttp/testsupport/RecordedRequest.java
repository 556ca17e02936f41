package io.outboundhttp.testsupport;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;

import org.jspecify.annotations.Nullable;

/**
 * One request as the server received it, complete with its body. Immutable.
 */
public final class RecordedRequest {

	private final Origin origin;

	private final String method;

	private final String target;

	private final String version;

	private final Headers headers;

	private final byte[] body;

	private final long receivedNanos = System.nanoTime();

	RecordedRequest(Origin origin, HttpWire.RequestHead head, byte[] body) {
		this.origin = origin;
		this.method = head.method();
		this.target = head.target();
		this.version = head.version();
		this.headers = head.headers();
		this.body = body;
	}

	/**
	 * Return the number of the connection, counted from 1 in the order of acceptance.
	 * @return the number of the connection
	 */
	public int connection() {
		return this.origin.connection();
	}

	/**
	 * Return the client's port.
	 * @return the port
	 */
	public int remotePort() {
		return this.origin.remotePort();
	}

	/**
	 * Return who the client's certificate says it is.
	 * @return the principal, or {@code null} without TLS or without a certificate
	 */
	public @Nullable Principal peerPrincipal() {
		return this.origin.peerPrincipal();
	}

	/**
	 * Return the method, such as {@code GET}.
	 * @return the method
	 */
	public String method() {
		return this.method;
	}

	/**
	 * Return the request target exactly as it was on the wire.
	 * @return the target, with its query
	 */
	public String target() {
		return this.target;
	}

	/**
	 * Return the path of the target, without scheme, authority and query.
	 * @return the raw path
	 */
	public String path() {
		String path = this.target;
		if (!path.startsWith("/") && path.contains("://")) {
			String rawPath = URI.create(path).getRawPath();
			return (rawPath == null || rawPath.isEmpty()) ? "/" : rawPath;
		}
		int query = path.indexOf('?');
		return (query < 0) ? path : path.substring(0, query);
	}

	/**
	 * Return the query of the target.
	 * @return the raw query, or {@code null} if there is none
	 */
	public @Nullable String query() {
		int query = this.target.indexOf('?');
		return (query < 0) ? null : this.target.substring(query + 1);
	}

	/**
	 * Return the protocol version, such as {@code HTTP/1.1}.
	 * @return the version
	 */
	public String version() {
		return this.version;
	}

	/**
	 * Return the headers.
	 * @return the headers
	 */
	public Headers headers() {
		return this.headers;
	}

	/**
	 * Return the value of the first header of that name.
	 * @param name the name, whose case does not matter
	 * @return the value, or {@code null} if there is none
	 */
	public @Nullable String header(String name) {
		return this.headers.first(name);
	}

	/**
	 * Return the body, with any transfer coding removed.
	 * @return a copy of the bytes
	 */
	public byte[] body() {
		return this.body.clone();
	}

	/**
	 * Return the body read as UTF-8.
	 * @return the body
	 */
	public String bodyAsString() {
		return new String(this.body, StandardCharsets.UTF_8);
	}

	/**
	 * Return when the last byte of the request had arrived, in terms of
	 * {@link System#nanoTime()}.
	 * @return the time
	 */
	public long receivedNanos() {
		return this.receivedNanos;
	}

	@Override
	public String toString() {
		return this.method + " " + this.target + " (connection " + connection() + ")";
	}

	/**
	 * Where a request came from.
	 */
	record Origin(int connection, int remotePort, @Nullable Principal peerPrincipal) {
	}

}
