package io.outboundhttp.pool;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLSocket;

import org.apache.hc.client5.http.EndpointInfo;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.ConnectionHolder;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Identifiable;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a pool, open or about to be opened. It holds its place in
 * HttpClient's own pool until it is disposed of.
 */
final class PooledConnection {

	/*
	 * Times, `used`, `input` and `idleSocketTimeout` are written by the lessee and read
	 * by the next lessee, who got the connection through the admission, which orders
	 * both. The sweep reads the times of idle connections; it may see a connection that
	 * was taken in this instant, and then fails to take it. `lease` is written by lessees
	 * and read by the upkeep thread, `kept` is written by the upkeep thread alone,
	 * `retired` by any thread, and never taken back.
	 */

	/** What is taken off the time for which the other side keeps it, a fifth at most. */
	private static final long LARGEST_MARGIN_NANOS = TimeUnit.SECONDS.toNanos(2);

	private static final Logger logger = LoggerFactory.getLogger(PooledConnection.class);

	private final Generation generation;

	private final HttpRoute route;

	private final ConnectionEndpoint endpoint;

	private final ReuseAge reuseAge;

	private volatile @Nullable TrackedLease lease;

	private @Nullable Timeout idleSocketTimeout;

	private @Nullable SessionInputBuffer input;

	private volatile boolean used;

	private volatile boolean opened;

	private volatile long expiresNanos;

	private volatile boolean expires;

	private volatile long endOfLifeNanos;

	private volatile boolean mortal;

	private volatile long idleSinceNanos;

	private volatile @Nullable CloseReason closeReason;

	private volatile boolean closedInBackground;

	private volatile boolean kept;

	private volatile @Nullable InetAddress address;

	private volatile boolean retired;

	PooledConnection(Generation generation, HttpRoute route, ConnectionEndpoint endpoint, ReuseAge reuseAge) {
		this.generation = generation;
		this.route = route;
		this.endpoint = endpoint;
		this.reuseAge = reuseAge;
	}

	Generation generation() {
		return this.generation;
	}

	HttpRoute route() {
		return this.route;
	}

	/**
	 * Return what is known of the idle time that the server allows.
	 */
	ReuseAge reuseAge() {
		return this.reuseAge;
	}

	String id() {
		return ((Identifiable) this.endpoint).getId();
	}

	/**
	 * Return HttpClient's connection.
	 * @return the connection, {@code null} once it is disposed of
	 */
	@Nullable ManagedHttpClientConnection raw() {
		return (ManagedHttpClientConnection) ((ConnectionHolder) this.endpoint).get();
	}

	@Nullable EndpointInfo info() {
		return this.endpoint.getInfo();
	}

	// Life

	void connect(@Nullable TimeValue timeout, HttpContext context) throws IOException {
		this.generation.manager().connect(this.endpoint, timeout, context);
		ManagedHttpClientConnection raw = raw();
		if (raw != null) {
			this.idleSocketTimeout = raw.getSocketTimeout();
			this.address = (raw.getRemoteAddress() instanceof InetSocketAddress remote) ? remote.getAddress() : null;
		}
	}

	void upgrade(HttpContext context) throws IOException {
		this.generation.manager().upgrade(this.endpoint, context);
	}

	/**
	 * Note that the connection is open.
	 * @param lifeNanos how long it may be used, {@code null} for any time
	 * @param nowNanos the current reading of the clock
	 * @return whether it was not open before
	 */
	boolean opened(@Nullable Long lifeNanos, long nowNanos) {
		if (this.opened) {
			return false;
		}
		this.opened = true;
		this.mortal = lifeNanos != null;
		this.endOfLifeNanos = nowNanos + ((lifeNanos != null) ? lifeNanos : 0);
		return true;
	}

	/**
	 * Return the address that it is connected to, of the proxy if there is one.
	 * @return the address, {@code null} if it has none
	 */
	@Nullable InetAddress address() {
		return this.address;
	}

	/**
	 * Note that it must not be used again.
	 * @return whether that is new
	 */
	boolean retire() {
		boolean first = !this.retired;
		this.retired = true;
		return first;
	}

	boolean isRetired() {
		return this.retired;
	}

	void notOpened() {
		this.opened = false;
		this.used = false;
	}

	boolean wasOpened() {
		return this.opened;
	}

	ClassicHttpResponse execute(String id, ClassicHttpRequest request,
			ConnectionEndpoint.RequestExecutor requestExecutor, HttpContext context) throws IOException, HttpException {
		return this.endpoint.execute(id, request, requestExecutor, context);
	}

	/**
	 * Note that a response was received.
	 */
	void received(ClassicHttpResponse response) {
		if (response instanceof ReceivedResponse received) {
			this.input = received.input();
		}
	}

	/**
	 * Return whether there are bytes that nobody has read. After the end of a response,
	 * and while the connection lies idle, nobody has asked for them: to the next caller
	 * they would be the response.
	 * @return whether there are, as far as can be told without looking at the socket
	 */
	boolean hasUnreadBytes() {
		SessionInputBuffer input = this.input;
		return input != null && input.length() > 0;
	}

	/**
	 * Return the address that the connection is connected to.
	 * @return the address, {@code null} if there is none
	 */
	@Nullable InetAddress remoteAddress() {
		ManagedHttpClientConnection raw = raw();
		Socket socket = (raw != null) ? raw.getSocket() : null;
		return (socket != null) ? socket.getInetAddress() : null;
	}

	/**
	 * Return the socket timeout that the connection was opened with.
	 */
	@Nullable Timeout idleSocketTimeout() {
		return this.idleSocketTimeout;
	}

	/**
	 * Return how many bytes of responses have come so far.
	 */
	long receivedBytes() {
		ManagedHttpClientConnection raw = raw();
		EndpointDetails details = (raw != null) ? raw.getEndpointDetails() : null;
		return (details != null) ? details.getReceivedBytesCount() : 0;
	}

	void setSocketTimeout(Timeout timeout) {
		ManagedHttpClientConnection raw = raw();
		if (raw != null && raw.isOpen()) {
			raw.setSocketTimeout(timeout);
		}
	}

	boolean isOpen() {
		ManagedHttpClientConnection raw = raw();
		return raw != null && raw.isOpen();
	}

	boolean isReusable() {
		ManagedHttpClientConnection raw = raw();
		return raw != null && raw.isOpen() && raw.isConsistent() && !hasUnreadBytes();
	}

	/**
	 * Make an idle connection ready for use.
	 */
	void activate() {
		ManagedHttpClientConnection raw = raw();
		if (raw != null) {
			raw.activate();
			Timeout timeout = this.idleSocketTimeout;
			if (timeout != null) {
				// else that of the last request would stay
				raw.setSocketTimeout(timeout);
			}
		}
	}

	/**
	 * Make a connection ready to lie idle. It is not used for quite as long as the other
	 * side keeps it, since a request needs time to get there.
	 * @param keepAlive how long the other side keeps it, negative for any time
	 * @param nowNanos the current reading of the clock
	 * @return whether it can lie idle
	 */
	boolean passivate(TimeValue keepAlive, long nowNanos) {
		this.used = true;
		this.idleSinceNanos = nowNanos;
		boolean announced = keepAlive.getDuration() > 0;
		long keepAliveNanos = announced ? keepAlive.toNanoseconds() : 0;
		long usableNanos = keepAliveNanos - Math.min(keepAliveNanos / 5, LARGEST_MARGIN_NANOS);
		this.reuseAge.announced(announced ? usableNanos : ReuseAge.NONE);
		this.expires = announced;
		this.expiresNanos = nowNanos + usableNanos;
		ManagedHttpClientConnection raw = raw();
		try {
			if (raw != null) {
				raw.passivate();
			}
			return true;
		}
		catch (RuntimeException ex) {
			logger.warn("Connection {} cannot be kept", id(), ex);
			return false;
		}
	}

	boolean isUsed() {
		return this.used;
	}

	/**
	 * Return whether the connection is kept beyond the idle timeout, should it lie idle.
	 */
	boolean isKept() {
		return this.kept;
	}

	void kept(boolean kept) {
		this.kept = kept;
	}

	long idleSinceNanos() {
		return this.idleSinceNanos;
	}

	/**
	 * Return whether its life time has ended, or the time for which the other side keeps
	 * it, by what that has said or shown, or its address is gone.
	 */
	boolean isExpired(long nowNanos) {
		return this.retired || (this.expires && nowNanos - this.expiresNanos >= 0)
				|| (this.mortal && nowNanos - this.endOfLifeNanos >= 0)
				|| this.reuseAge.isReached(nowNanos - this.idleSinceNanos, nowNanos);
	}

	/**
	 * Look whether the other side has closed the connection, or sent something that
	 * nobody asked for, such as a 408 for the next request. Takes a millisecond.
	 * @return why it must not be used, {@code null} if it may
	 */
	@Nullable CloseReason validate() {
		ManagedHttpClientConnection raw = raw();
		try {
			long received = receivedBytes();
			if (raw == null || raw.isStale()) {
				return CloseReason.STALE;
			}
			return (receivedBytes() != received || hasUnreadBytes()) ? CloseReason.ERROR : null;
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Connection {} is stale", id(), ex);
			return CloseReason.STALE;
		}
	}

	/**
	 * Look whether the other side has sent something that nobody asked for, without
	 * waiting. Sees nothing within TLS, and not that the other side has closed.
	 * @return whether the connection must not be used
	 */
	boolean hasUnsolicitedBytes() {
		ManagedHttpClientConnection raw = raw();
		Socket socket = (raw != null) ? raw.getSocket() : null;
		if (socket == null || socket instanceof SSLSocket) {
			return false;
		}
		try {
			return socket.getInputStream().available() > 0;
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Connection {} does not tell what has come", id(), ex);
			return false;
		}
	}

	// End

	/**
	 * Close the connection. It keeps its place in HttpClient's pool.
	 * @param mode how to close it
	 */
	void close(CloseMode mode) {
		try {
			ManagedHttpClientConnection raw = raw();
			if (raw != null) {
				// now: HttpClient may put a graceful close off until somebody comes by
				raw.close(mode);
			}
		}
		catch (RuntimeException | Error ex) {
			warnNotClosed(ex);
		}
		try {
			this.endpoint.close(CloseMode.IMMEDIATE);
		}
		catch (RuntimeException | Error ex) {
			logger.debug("Connection {} could not be discarded properly", id(), ex);
		}
	}

	/**
	 * End a connect that is under way on another thread. That thread closes the rest.
	 */
	void closeSocket() {
		ManagedHttpClientConnection raw = raw();
		Socket socket = (raw != null) ? raw.getSocket() : null;
		if (socket == null || socket instanceof SSLSocket) {
			// not bound yet, or on the point of being ready: nothing to interrupt
			return;
		}
		try {
			socket.close();
		}
		catch (IOException ex) {
			logger.debug("Socket of connection {} could not be closed", id(), ex);
		}
	}

	/**
	 * End the attempt of another thread to reach one address, unless it is reached.
	 */
	void closeUnconnectedSocket() {
		ManagedHttpClientConnection raw = raw();
		Socket socket = (raw != null) ? raw.getSocket() : null;
		if (socket != null && !socket.isConnected()) {
			closeSocket();
		}
	}

	/**
	 * Close the connection and give its place back.
	 * @param mode how to close it
	 */
	void dispose(CloseMode mode) {
		close(mode);
		try {
			this.generation.manager().release(this.endpoint, null, null);
		}
		catch (RuntimeException | Error ex) {
			warnNotClosed(ex);
		}
		finally {
			this.generation.leave();
		}
	}

	private void warnNotClosed(Throwable ex) {
		logger.warn("Connection {} could not be closed properly", id(), ex);
	}

	@Nullable CloseReason closeReason() {
		return this.closeReason;
	}

	void closeReason(CloseReason reason) {
		this.closeReason = reason;
	}

	boolean isClosedInBackground() {
		return this.closedInBackground;
	}

	/**
	 * Note that the connection is closed by a thread that must call nobody.
	 */
	void closedInBackground() {
		this.closedInBackground = true;
	}

	// Lease

	@Nullable TrackedLease lease() {
		return this.lease;
	}

	void lease(@Nullable TrackedLease lease) {
		this.lease = lease;
	}

}
