package io.outboundhttp.pool;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLException;

import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.EgressDeniedException;
import io.outboundhttp.pool.connect.NameResolver;

/**
 * The opening of one connection, from the look-up of the name to the end of the
 * negotiation of TLS, with the tunnel of a proxy in between. It is bounded as a whole:
 * each address gets a slice of the time that is left, and what hangs all the same is
 * ended by the clock.
 */
final class ConnectPhase implements Clock.Task, EgressGuard.Names {

	/*
	 * `step`, `tried`, `addresses` and `address` belong to the connecting thread.
	 * `sliceEndNanos` is set by it for each attempt, and put off by the clock once the
	 * slice is over. The clock ends the lease or the one attempt, which is safe at any
	 * time.
	 */

	private static final long SHORTEST_SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private final TrackedLease lease;

	private final ConnectionPool pool;

	private final long startNanos;

	private final long limitNanos;

	private final EgressGuard guard;

	private final List<String> tried = new ArrayList<>(2);

	private CallPhase step = CallPhase.CONNECT;

	/** When the step under way began of which nobody was told yet. */
	private @Nullable Long stepNanos;

	private @Nullable List<InetSocketAddress> addresses;

	private int next;

	private @Nullable InetSocketAddress address;

	private long attemptNanos;

	/** When the attempt under way must have a TCP connection. */
	private volatile long sliceEndNanos;

	ConnectPhase(TrackedLease lease, @Nullable TimeValue limit) {
		this.lease = lease;
		this.pool = lease.getPool();
		this.guard = new EgressGuard(this.pool, lease.getRoute());
		this.startNanos = this.pool.nanos();
		this.limitNanos = (limit != null && TimeValue.isPositive(limit)) ? limit.toNanoseconds()
				: this.pool.getSettings().getConnectTimeout().value().toNanos();
		this.sliceEndNanos = this.startNanos + this.limitNanos;
		this.attemptNanos = this.startNanos;
	}

	// The clock

	void begin() {
		this.pool.clock().add(this, this.limitNanos);
	}

	void end() {
		this.pool.clock().remove(this);
	}

	@Override
	public long look(long nowNanos) {
		long remaining = remainingNanos(nowNanos);
		if (remaining <= 0) {
			this.lease.take(TrackedLease.TakeReason.CONNECT_TIMEOUT);
			return Long.MAX_VALUE;
		}
		long ofSlice = this.sliceEndNanos - nowNanos;
		if (ofSlice > 0) {
			return Math.min(ofSlice, remaining);
		}
		// first, since the connecting thread sets it for the next address
		this.sliceEndNanos = nowNanos + remaining;
		this.lease.connection().closeUnconnectedSocket();
		return remaining;
	}

	private long remainingNanos(long nowNanos) {
		return this.limitNanos - (nowNanos - this.startNanos);
	}

	// The connecting thread

	/**
	 * Try one address after the other.
	 * @param connection the connection
	 * @param context context of the exchange
	 * @throws IOException if none can be reached
	 */
	void connect(PooledConnection connection, HttpContext context) throws IOException {
		// a proxy may close the connection with its challenge: then all begins anew
		this.addresses = null;
		this.next = 0;
		this.guard.checkTarget(this);
		enter(CallPhase.CONNECT);
		while (true) {
			this.address = null;
			begin(CallPhase.CONNECT);
			try {
				// the clock may come in an instant in which there is no socket to close;
				// rounded up, else the socket gives up before the time is up, and the
				// caller is told of the wrong limit
				long nanos = Math.min(remainingNanos(this.pool.nanos()), this.lease.call().getRemainingNanos());
				long millis = TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos)) + 1;
				connection.connect(Timeout.ofMilliseconds(millis), context);
				this.guard.check(connection.remoteAddress());
				if (this.address != null) {
					this.pool.penalties().reached(this.address);
				}
				ended(true);
				return;
			}
			catch (EgressDeniedException | RuntimeException ex) {
				connection.close(CloseMode.IMMEDIATE);
				throw ex;
			}
			catch (IOException ex) {
				if (ex.getCause() instanceof EgressDeniedException denied) {
					throw denied;
				}
				failed(ex);
				if (!hasNext()) {
					throw ex;
				}
				// else HttpClient takes it for open: it is bound to a socket, if a dead
				// one
				connection.close(CloseMode.IMMEDIATE);
			}
		}
	}

	private boolean hasNext() {
		List<InetSocketAddress> addresses = this.addresses;
		return this.address != null && addresses != null && this.next < addresses.size() && this.lease.isConnecting()
				&& remainingNanos(this.pool.nanos()) > 0;
	}

	private void failed(IOException exception) {
		ended(false);
		InetSocketAddress address = this.address;
		if (address == null) {
			return;
		}
		boolean bad = !(exception instanceof SSLException) || exception.getCause() instanceof SocketTimeoutException;
		if ((bad && this.lease.isConnecting()) || this.lease.isTakenFor(TrackedLease.TakeReason.CONNECT_TIMEOUT)) {
			this.pool.penalties().failed(address);
		}
		this.tried.add(describe(address));
	}

	private String describe(InetSocketAddress address) {
		long millis = TimeUnit.NANOSECONDS.toMillis(this.pool.nanos() - this.attemptNanos);
		return "%s %s %d ms".formatted(address.getAddress().getHostAddress(),
				(this.step == CallPhase.TLS) ? "TLS" : "TCP", millis);
	}

	/**
	 * Return the next address to try. Called by HttpClient, within {@link #connect}.
	 * @param host the host
	 * @param port the port
	 * @return the address
	 * @throws UnknownHostException if there is none
	 */
	InetSocketAddress nextAddress(String host, int port) throws UnknownHostException {
		List<InetSocketAddress> addresses = this.addresses;
		if (addresses == null) {
			addresses = permitted(this.pool.penalties().order(lookUp(host, port)));
			this.addresses = addresses;
		}
		InetSocketAddress address = addresses.get(this.next++);
		this.address = address;
		begin(CallPhase.CONNECT);
		this.attemptNanos = this.pool.nanos();
		int left = addresses.size() - this.next + 1;
		long slice = remainingNanos(this.attemptNanos) / left;
		this.sliceEndNanos = this.attemptNanos + Math.max(SHORTEST_SLICE_NANOS, slice);
		if (left > 1) {
			// the clock knows the whole time only
			this.pool.clock().add(this, slice);
		}
		return address;
	}

	/**
	 * What throws here goes through HttpClient, to which a resolver may fail in one way
	 * only.
	 */
	private List<InetSocketAddress> permitted(List<InetSocketAddress> addresses) throws UnknownHostException {
		try {
			return this.guard.permitted(addresses);
		}
		catch (EgressDeniedException ex) {
			UnknownHostException denied = new UnknownHostException(ex.getMessage());
			denied.initCause(ex);
			throw denied;
		}
	}

	@Override
	public List<InetSocketAddress> lookUp(String host, int port) throws UnknownHostException {
		begin(CallPhase.DNS);
		if (NameResolver.isAddress(host)) {
			this.stepNanos = null;
		}
		boolean found = false;
		try {
			List<InetAddress> addresses = this.pool.names()
				.resolve(host, remainingNanos(this.pool.nanos()), this.lease::isConnecting);
			if (addresses != null) {
				found = true;
				return addresses.stream().map((address) -> new InetSocketAddress(address, port)).toList();
			}
			this.lease.take(TrackedLease.TakeReason.CONNECT_TIMEOUT);
			throw new UnknownHostException(host + ": no answer in time");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			UnknownHostException interrupted = new UnknownHostException(host + ": look-up was interrupted");
			interrupted.initCause(new InterruptedIOException());
			throw interrupted;
		}
		finally {
			ended(found);
		}
	}

	@Override
	public boolean isWanted() {
		return this.lease.isConnecting() && !Thread.currentThread().isInterrupted()
				&& remainingNanos(this.pool.nanos()) > 0;
	}

	/**
	 * Return whether this is the way to a proxy, whose address is not filtered as that of
	 * the target is.
	 * @return whether it is, and there is a filter
	 */
	boolean isFilteredBehindProxy() {
		return this.guard.isFilteredBehindProxy();
	}

	/**
	 * Note that the negotiation of TLS begins.
	 * @param address address of the other side
	 * @throws EgressDeniedException if there is none to be with it
	 */
	void beginTls(@Nullable InetAddress address) throws EgressDeniedException {
		this.guard.check(address);
		this.sliceEndNanos = this.startNanos + this.limitNanos;
		ended(true);
		begin(CallPhase.TLS);
	}

	/**
	 * Note how TLS through the tunnel of a proxy has ended.
	 * @param success whether it went well
	 */
	void upgraded(boolean success) {
		ended(success);
	}

	private void begin(CallPhase step) {
		enter(step);
		this.stepNanos = this.pool.nanos();
	}

	private void ended(boolean success) {
		Long begun = this.stepNanos;
		if (begun != null) {
			this.stepNanos = null;
			this.pool.listener()
				.connectStepEnded(this.pool, this.lease.getRoute(), this.step, this.pool.nanos() - begun, success);
		}
	}

	private void enter(CallPhase step) {
		this.step = step;
		this.lease.call().enter(step);
	}

	/**
	 * Return whether an exception says that the time of a phase was up, as seen by the
	 * socket before the clock came.
	 * @param exception the exception
	 * @return whether it does
	 */
	boolean isTimeout(Exception exception) {
		return exception instanceof SocketTimeoutException || remainingNanos(this.pool.nanos()) <= 0;
	}

	/**
	 * Return what the caller is told when the time is up.
	 * @param cause how it met it
	 * @return the exception
	 */
	IOException timedOut(@Nullable Exception cause) {
		return this.pool.messages()
			.connectTimeout(this.lease.getRoute(), this.pool.getSettings().getConnectTimeout(),
					TimeUnit.NANOSECONDS.toMillis(this.limitNanos), this.step, this.tried, cause);
	}

}
