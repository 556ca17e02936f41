package io.outboundhttp.pool;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.LeakReport;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.LeaseSnapshot.Phase;
import io.outboundhttp.pool.admission.Slot;

/**
 * One lease, from the moment in which a caller gets a connection to the one in which the
 * connection is back. What the caller holds is a {@link LeasedEndpoint}; the lease is its
 * phantom, so that a dropped one can be told.
 */
final class TrackedLease extends PhantomReference<@Nullable LeasedEndpoint> implements Lease {

	/*
	 * The lease ends once, whoever ends it: the caller (release), HttpClient for a caller
	 * that aborts (close and release on another thread), or we (take). Each step is a CAS
	 * on `state`; the winner of the step does what belongs to it:
	 *
	 * LEASED, CLOSED -> CONNECTING -> LEASED: the caller opens the connection.
	 *
	 * LEASED -> CLOSING -> CLOSED: the connection was closed by its holder, who may open
	 * it anew (after a challenge of a proxy, for example) or give it back. Nobody opens
	 * it while it is CLOSING: a connection of HttpClient that is closed before its socket
	 * is bound stays open for good.
	 *
	 * LEASED, CLOSING, CLOSED -> RELEASED: by release(); the winner gives the slot back.
	 *
	 * LEASED, CLOSING, CLOSED -> TAKEN: by take(); the winner closes the connection at
	 * once and gives the slot back. A caller inside an exchange gets an I/O error, which
	 * is translated.
	 *
	 * CONNECTING -> ABORTED (by its holder) or DOOMED (by take): only the socket is
	 * closed. The connecting thread sees it when connect() is over, whatever came of it,
	 * closes the connection and gives the slot back. Nobody else may: a connection that
	 * is given back in the middle of connect() would be bound to a socket afterwards, and
	 * the next caller would send its request over a half-open connection, possibly in
	 * clear text.
	 *
	 * Who loses a CAS looks again: a connect that is just over has moved the state.
	 *
	 * RELEASED and TAKEN are final, so a second release, a late close and a late take are
	 * no-ops and never reach the next caller of the connection.
	 *
	 * `takenFor` is written before the CAS to TAKEN or DOOMED. Two threads that take at
	 * the same time may leave either reason: harmless, both are true.
	 *
	 * The lease must never reach its LeasedEndpoint, the request or the response, or the
	 * collector could not tell that they were dropped.
	 */

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(TrackedLease.class, "state", State.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final ConnectionPool pool;

	private final Slot<PooledConnection> slot;

	private final PooledConnection connection;

	private final CallContext call;

	private final WeakReference<Thread> thread;

	private final String threadName;

	private final boolean reused;

	private final @Nullable Throwable stack;

	private final long sinceNanos;

	private final LeasedExchange exchange;

	/** Opening of the connection, as long as it goes on. */
	private @Nullable ConnectPhase connectPhase;

	/** Earlier lease of the same call that had not ended when this one began. */
	private @Nullable TrackedLease earlier;

	private volatile State state = State.LEASED;

	private volatile @Nullable TakeReason takenFor;

	/** Whether the lease is suspected now. */
	private volatile boolean suspected;

	/** Whether the lease was ever reported as suspected. Touched by the upkeep thread. */
	private boolean reported;

	/** Whether the lease was found to be abandoned. */
	private volatile boolean abandoned;

	TrackedLease(LeasedEndpoint endpoint, @Nullable ReferenceQueue<? super LeasedEndpoint> queue, ConnectionPool pool,
			Slot<PooledConnection> slot, PooledConnection connection, CallContext call, ThreadCalls thread,
			@Nullable Throwable stack, long sinceNanos) {
		super(endpoint, queue);
		this.pool = pool;
		this.slot = slot;
		this.connection = connection;
		this.call = call;
		this.thread = thread.reference();
		this.threadName = Thread.currentThread().getName();
		this.reused = connection.isUsed();
		this.stack = stack;
		this.sinceNanos = sinceNanos;
		this.exchange = new LeasedExchange(this, sinceNanos,
				this.reused ? sinceNanos - connection.idleSinceNanos() : LeasedExchange.NOT_REUSED);
	}

	// The caller's side

	/**
	 * Open the connection.
	 * @param timeout longest wait, {@code null} for that of the connection manager
	 * @param context context of the exchange
	 * @throws IOException if the connection could not be opened, or the lease has ended
	 */
	void connect(@Nullable TimeValue timeout, HttpContext context) throws IOException {
		ConnectPhase phase = this.connectPhase;
		if (phase == null) {
			phase = new ConnectPhase(this, timeout);
			this.connectPhase = phase;
		}
		ConnectPhase connecting = phase;
		open(connecting, () -> connecting.connect(this.connection, context));
		if (!getRoute().isTunnelled()) {
			connecting.end();
		}
	}

	/**
	 * Put TLS on the connection, through the tunnel of a proxy.
	 * @param context context of the exchange
	 * @throws IOException if TLS could not be put on, or the lease has ended
	 */
	void upgrade(HttpContext context) throws IOException {
		ConnectPhase phase = this.connectPhase;
		boolean upgraded = false;
		try {
			open(phase, () -> this.connection.upgrade(context));
			upgraded = true;
		}
		finally {
			if (phase != null) {
				phase.upgraded(upgraded);
				phase.end();
			}
		}
	}

	private void open(@Nullable ConnectPhase connecting, Opening opening) throws IOException {
		if (!advance(State.LEASED, State.CONNECTING)) {
			if (!advance(State.CLOSED, State.CONNECTING)) {
				throw ended(null);
			}
			this.pool.connections().reopening(this.connection);
		}
		Phase before = this.exchange.beginConnecting();
		Exception failure = null;
		boolean alive = true;
		ThreadCalls thread = this.pool.calls().current();
		thread.connecting(connecting);
		if (connecting != null) {
			connecting.begin();
		}
		try {
			opening.open();
			this.pool.connections().opened(this.connection);
		}
		catch (IOException | RuntimeException ex) {
			failure = ex;
			this.exchange.failed();
			if (connecting != null) {
				connecting.end();
			}
		}
		finally {
			thread.connecting(null);
			this.exchange.endConnecting(before);
			alive = endConnecting();
		}
		if (!alive) {
			throw ended(failure);
		}
		IOException callTimedOut = (failure != null) ? this.call.timedOut(failure) : null;
		if (callTimedOut != null) {
			throw callTimedOut;
		}
		if (failure != null && connecting != null && connecting.isTimeout(failure)) {
			throw connecting.timedOut(failure);
		}
		if (failure instanceof IOException ex) {
			throw ex;
		}
		if (failure != null) {
			throw Translations.translate(failure);
		}
	}

	private boolean endConnecting() {
		if (advance(State.CONNECTING, State.LEASED)) {
			return true;
		}
		boolean taken = advance(State.DOOMED, State.TAKEN);
		if (!taken) {
			this.state = State.RELEASED;
		}
		this.connection.close(CloseMode.IMMEDIATE);
		TakeReason reason = taken ? this.takenFor : null;
		this.pool.giveBack(this, (reason != null) ? reason.closeReason() : CloseReason.ERROR);
		return false;
	}

	/**
	 * Close the connection for its holder. The lease goes on until it is released.
	 * @param mode how to close it
	 */
	void close(CloseMode mode) {
		noticed();
		while (this.state == State.LEASED || this.state == State.CONNECTING) {
			if (advance(State.LEASED, State.CLOSING)) {
				this.connection.close(mode);
				advance(State.CLOSING, State.CLOSED);
				return;
			}
			if (advance(State.CONNECTING, State.ABORTED)) {
				this.connection.closeSocket();
				return;
			}
		}
	}

	/**
	 * End the lease for its holder. Once it has ended, nothing happens.
	 * @param newState state of the connection, {@code null} for none
	 * @param keepAlive for how long the connection may be kept, negative for any time,
	 * {@code null} or zero to close it
	 */
	void release(@Nullable Object newState, @Nullable TimeValue keepAlive) {
		noticed();
		boolean keep = keepAlive != null && keepAlive.getDuration() != 0 && this.state == State.LEASED
				&& this.connection.isReusable();
		if (keep && keepAlive != null && advance(State.LEASED, State.RELEASED)) {
			this.slot.setState(newState);
			this.pool.giveBack(this, keepAlive);
			return;
		}
		while (this.state.isOpen()) {
			if (end(State.RELEASED)) {
				this.pool.giveBack(this, this.exchange.closeReason());
			}
			else if (advance(State.CONNECTING, State.ABORTED)) {
				this.connection.closeSocket();
			}
		}
	}

	/**
	 * Note that the holder has not forgotten the lease.
	 */
	void noticed() {
		CallDeadline deadline = this.call.deadline();
		if (deadline != null) {
			deadline.noticed();
		}
	}

	// Our side

	/**
	 * End the lease against its holder. The connection is closed at once; no user code is
	 * called.
	 * @param reason why
	 * @return whether the lease ends because of it
	 */
	boolean take(TakeReason reason) {
		while (this.state.isOpen()) {
			this.takenFor = reason;
			if (end(State.TAKEN)) {
				this.connection.close(CloseMode.IMMEDIATE);
				this.pool.giveBack(this, reason.closeReason());
				return true;
			}
			if (advance(State.CONNECTING, State.DOOMED)) {
				this.connection.closeSocket();
				return true;
			}
		}
		return false;
	}

	private boolean end(State end) {
		return advance(State.LEASED, end) || advance(State.CLOSING, end) || advance(State.CLOSED, end);
	}

	private boolean advance(State from, State to) {
		return this.state == from && STATE.compareAndSet(this, from, to);
	}

	boolean isActive() {
		return this.state == State.LEASED;
	}

	boolean isConnecting() {
		return this.state == State.CONNECTING;
	}

	boolean isEnded() {
		return this.state.isFinal();
	}

	/**
	 * Return whether the lease was ended against its holder.
	 * @return whether it was
	 */
	boolean isTaken() {
		return this.state == State.TAKEN;
	}

	/**
	 * Return whether the lease was ended against its holder, possibly by a thread that
	 * must call nobody.
	 * @return whether it was
	 */
	boolean isTakenInBackground() {
		return isTaken() && this.takenFor != TakeReason.SHUTDOWN;
	}

	/**
	 * Return whether the lease was ended, or will be, against its holder for a reason.
	 * @param reason the reason
	 * @return whether it was
	 */
	boolean isTakenFor(TakeReason reason) {
		State state = this.state;
		return (state == State.TAKEN || state == State.DOOMED) && this.takenFor == reason;
	}

	/**
	 * Return what a caller is told whose lease has ended under its hands.
	 * @param cause how it met it
	 * @return the exception
	 */
	IOException ended(@Nullable Exception cause) {
		TakeReason reason = (this.state == State.TAKEN || this.state == State.DOOMED) ? this.takenFor : null;
		if (reason == null) {
			return Translations.aborted(cause);
		}
		CallDeadline deadline = this.call.deadline();
		ConnectPhase connecting = this.connectPhase;
		if (reason == TakeReason.CALL_TIMEOUT && deadline != null) {
			return deadline.exceeded(cause);
		}
		if (reason == TakeReason.CONNECT_TIMEOUT && connecting != null) {
			return connecting.timedOut(cause);
		}
		if (reason == TakeReason.WRITE_TIMEOUT) {
			return this.exchange.silent(CallPhase.WRITE, cause);
		}
		return this.pool.messages().taken(this, reason, cause);
	}

	/**
	 * Note that what goes on now belongs to no connect any more.
	 */
	void connected() {
		ConnectPhase connecting = this.connectPhase;
		if (connecting != null) {
			connecting.end();
			this.connectPhase = null;
		}
	}

	// Reading

	LeasedExchange exchange() {
		return this.exchange;
	}

	PooledConnection connection() {
		return this.connection;
	}

	Slot<PooledConnection> slot() {
		return this.slot;
	}

	CallContext call() {
		return this.call;
	}

	long sinceNanos() {
		return this.sinceNanos;
	}

	/**
	 * Return whether this belongs to no caller: the connection is opened in advance.
	 */
	boolean isWarmUp() {
		return this.call == CallContext.WARM_UP;
	}

	@Nullable Thread thread() {
		return this.thread.get();
	}

	boolean isHeldBy(ThreadCalls thread) {
		return this.thread == thread.reference();
	}

	@Nullable TrackedLease earlier() {
		return this.earlier;
	}

	void earlier(@Nullable TrackedLease earlier) {
		this.earlier = earlier;
	}

	/**
	 * Return whether nobody expects the lease to end by itself any more.
	 */
	boolean isLeaked() {
		return this.suspected || isAbandoned();
	}

	boolean isSuspected() {
		return this.suspected;
	}

	/**
	 * Suspect the lease. Called by the upkeep thread alone.
	 * @return whether it was never suspected before
	 */
	boolean suspect() {
		this.suspected = true;
		boolean first = !this.reported;
		this.reported = true;
		return first;
	}

	/**
	 * Clear the lease of suspicion.
	 * @return whether it was suspected until now
	 */
	boolean clearSuspicion() {
		if (!this.suspected) {
			return false;
		}
		this.suspected = false;
		return true;
	}

	boolean isAbandoned() {
		return this.abandoned;
	}

	/**
	 * Note that the lease is abandoned. Called once, when its phantom comes.
	 * @return whether the lease was still open
	 */
	boolean abandon() {
		if (isEnded()) {
			return false;
		}
		this.suspected = false;
		this.abandoned = true;
		return true;
	}

	@Override
	public ConnectionPool getPool() {
		return this.pool;
	}

	@Override
	public HttpRoute getRoute() {
		return this.connection.route();
	}

	@Override
	public String getMethod() {
		return this.call.method();
	}

	@Override
	public @Nullable String getUriTemplate() {
		return this.call.uriTemplate();
	}

	@Override
	public boolean isReused() {
		return this.reused;
	}

	@Override
	public LeaseSnapshot snapshot() {
		long now = this.pool.nanos();
		return new LeaseSnapshot(this.pool.getName(), Routes.target(getRoute()), getMethod(), getUriTemplate(),
				this.threadName, millis(now - this.sinceNanos), millis(now - this.exchange.progressNanos()),
				this.reused, this.exchange.phase(), leak(),
				(this.stack != null) ? List.of(this.stack.getStackTrace()) : List.of());
	}

	private LeakReport.@Nullable Kind leak() {
		return this.abandoned ? LeakReport.Kind.ABANDONED : this.suspected ? LeakReport.Kind.SUSPECTED : null;
	}

	private static long millis(long nanos) {
		return Math.max(0, nanos) / 1_000_000;
	}

	/**
	 * Where a lease stands.
	 */
	enum State {

		LEASED, CONNECTING, CLOSING, CLOSED, ABORTED, DOOMED, RELEASED, TAKEN;

		boolean isOpen() {
			return this == LEASED || this == CONNECTING || this == CLOSING || this == CLOSED;
		}

		boolean isFinal() {
			return this == RELEASED || this == TAKEN;
		}

	}

	/**
	 * Why a lease is ended against its holder.
	 */
	enum TakeReason {

		ABANDONED, OVERDUE, BY_HAND, SUPERSEDED, SHUTDOWN, CALL_TIMEOUT, CONNECT_TIMEOUT, WRITE_TIMEOUT,

		/** A caller needs the place of a connection that nobody has asked for. */
		NEEDED;

		CloseReason closeReason() {
			return switch (this) {
				case SHUTDOWN -> CloseReason.SHUTDOWN;
				case CALL_TIMEOUT, CONNECT_TIMEOUT, WRITE_TIMEOUT -> CloseReason.ERROR;
				case ABANDONED, OVERDUE, BY_HAND, SUPERSEDED -> CloseReason.RECLAIMED;
				case NEEDED -> CloseReason.IDLE;
			};
		}

	}

	/**
	 * What opens a connection.
	 */
	private interface Opening {

		void open() throws IOException;

	}

}
