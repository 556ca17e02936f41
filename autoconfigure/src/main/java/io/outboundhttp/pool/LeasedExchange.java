package io.outboundhttp.pool;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;

import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.CallPhase;
import io.outboundhttp.LeaseSnapshot.Phase;

/**
 * How far the holder of a lease has come with it: what it waits for, when something came
 * last, how its exchanges end.
 */
final class LeasedExchange {

	/*
	 * All is written by the thread of the caller. The upkeep thread reads `phase`,
	 * `reading` and `progressNanos`, and may see them late; it looks every so often.
	 */

	/** A body of this size never waits for the other side to take it. */
	private static final int UNWATCHED_BYTES = 8 * 1024;

	static final long NOT_REUSED = -1;

	/** What fails later than that was not closed before. */
	private static final long STALE_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final VarHandle PROGRESS;

	static {
		try {
			PROGRESS = MethodHandles.lookup().findVarHandle(LeasedExchange.class, "progressNanos", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final TrackedLease lease;

	private volatile Phase phase = Phase.UNUSED;

	@SuppressWarnings("unused") // through PROGRESS
	private long progressNanos;

	/** Bytes that the connection had received when the exchange began. */
	private long receivedBefore;

	/** Longest silence of the other side in the exchange under way. */
	private @Nullable Timeout silence;

	/** Whether the caller is inside a read of the body. */
	private boolean reading;

	/** For how long the connection had lain idle, negative if it is new. */
	private final long idleNanos;

	/** Exchanges that have begun. */
	private int count;

	/** When the exchange under way began. */
	private long sentNanos;

	/** Whether an exchange has failed on the connection. */
	private volatile boolean failed;

	/** Whether that was because the other side had closed it in the meantime. */
	private volatile boolean stale;

	/** Whether the body of the latest response was read to its end. */
	private volatile boolean complete;

	/**
	 * Create a record.
	 * @param lease the lease
	 * @param sinceNanos when it began
	 * @param idleNanos for how long the connection lay idle, negative if it is new
	 */
	LeasedExchange(TrackedLease lease, long sinceNanos, long idleNanos) {
		this.lease = lease;
		this.progressNanos = sinceNanos;
		this.sentNanos = sinceNanos;
		this.idleNanos = idleNanos;
	}

	/**
	 * Note that the caller opens the connection.
	 * @return the phase until now
	 */
	Phase beginConnecting() {
		Phase before = this.phase;
		this.phase = Phase.CONNECTING;
		return before;
	}

	/**
	 * Note that the caller is done with opening.
	 * @param before the phase before
	 */
	void endConnecting(Phase before) {
		this.phase = before;
		progress();
	}

	/**
	 * Return what the caller is told whose other side is silent.
	 * @param phase the phase
	 * @param cause how the caller met it
	 * @return the exception
	 */
	IOException silent(CallPhase phase, @Nullable Exception cause) {
		IOException callTimedOut = this.lease.call().timedOut(cause);
		if (callTimedOut != null) {
			return callTimedOut;
		}
		return this.lease.getPool()
			.messages()
			.readTimeout(this.lease.getRoute(), this.lease.call().readTimeout(), silenceMillis(), phase, cause);
	}

	/**
	 * Set the longest silence of the other side.
	 * @param timeout the time, zero for any
	 */
	void setSocketTimeout(Timeout timeout) {
		this.silence = timeout;
		this.lease.connection().setSocketTimeout(timeout);
	}

	private long silenceMillis() {
		Timeout silence = (this.silence != null) ? this.silence : this.lease.connection().idleSocketTimeout();
		return (silence != null) ? silence.toMilliseconds() : 0;
	}

	/**
	 * Note that a request is about to be sent.
	 * @param request the request
	 */
	void beginExchange(HttpRequest request) {
		boolean tunnel = Method.CONNECT.isSame(request.getMethod());
		boolean atOnce = this.count == 0 && this.lease.isReused();
		this.sentNanos = atOnce ? this.lease.sinceNanos() : progress();
		this.count++;
		this.phase = Phase.AWAITING_RESPONSE;
		this.complete = false;
		if (tunnel) {
			this.lease.call().enter(CallPhase.CONNECT);
			return;
		}
		this.lease.connected();
		this.lease.call().enter(CallPhase.HEAD);
		this.lease.call().progress(CallContext.Progress.SENT);
		this.receivedBefore = this.lease.isReused() ? this.lease.connection().receivedBytes() : 0;
	}

	/**
	 * Watch the writes of an exchange, unless its request fits into the buffers of the
	 * system.
	 * @param request the request
	 * @return what watches, {@code null} if there is no need
	 */
	@Nullable WriteWatch watchWrites(ClassicHttpRequest request) {
		HttpEntity entity = request.getEntity();
		if (entity == null || (entity.getContentLength() >= 0 && entity.getContentLength() <= UNWATCHED_BYTES)
				|| silenceMillis() <= 0) {
			return null;
		}
		long silenceNanos = TimeUnit.MILLISECONDS.toNanos(silenceMillis());
		WriteWatch watch = new WriteWatch(this.lease, silenceNanos);
		this.lease.getPool().clock().add(watch, silenceNanos);
		return watch;
	}

	/**
	 * Note that the application could not produce the body of the request.
	 * @param exception what it has thrown
	 */
	void bodyOfRequestFailed(IOException exception) {
		this.lease.call().failBody(exception);
	}

	void writing() {
		this.lease.call().enter(CallPhase.WRITE);
	}

	void awaitingResponse() {
		progress();
		this.lease.call().enter(CallPhase.HEAD);
	}

	/**
	 * Return what the caller is told whose exchange has failed.
	 * @param exception how it failed
	 * @return the exception
	 */
	IOException exchangeFailed(Exception exception) {
		if (!this.lease.isActive()) {
			return this.lease.ended(exception);
		}
		if (exception == this.lease.call().getBodyFailure()) {
			return Translations.translate(exception);
		}
		if (exception instanceof SocketTimeoutException) {
			return silent(CallPhase.HEAD, exception);
		}
		if (this.lease.isReused() && this.lease.connection().receivedBytes() == this.receivedBefore) {
			this.lease.call().progress(CallContext.Progress.STALE);
			this.stale = true;
			learn();
		}
		return Translations.translate(exception);
	}

	private boolean isFirstOfReused() {
		return this.count == 1 && this.idleNanos != NOT_REUSED;
	}

	private void learn() {
		long nowNanos = this.lease.getPool().nanos();
		// an interrupt closes the socket of a virtual thread
		if (isFirstOfReused() && nowNanos - this.sentNanos < STALE_WITHIN_NANOS
				&& !Thread.currentThread().isInterrupted()) {
			this.lease.connection().reuseAge().failed(this.idleNanos, nowNanos);
		}
	}

	/**
	 * Return what the caller is told for whom the body could not be read.
	 * @param exception how it failed
	 * @return the exception
	 */
	IOException bodyFailed(Exception exception) {
		if (!this.lease.isActive()) {
			return this.lease.ended(exception);
		}
		failed();
		if (exception instanceof SocketTimeoutException) {
			return silent(CallPhase.BODY, exception);
		}
		return Translations.translate(exception);
	}

	void failed() {
		this.failed = true;
	}

	void responseReceived() {
		progress();
		this.lease.call().enter(CallPhase.BODY);
		this.phase = Phase.RESPONSE_UNREAD;
		if (isFirstOfReused()) {
			this.lease.connection().reuseAge().proven(this.idleNanos);
		}
	}

	/**
	 * Note that the caller has asked for the body.
	 */
	void touched() {
		this.phase = Phase.READING;
	}

	void complete() {
		this.complete = true;
	}

	/**
	 * Note that the caller waits for a part of the body.
	 */
	void beginRead() {
		this.reading = true;
	}

	/**
	 * Note that the caller has what it waited for.
	 */
	void endRead() {
		progress();
		this.reading = false;
	}

	/**
	 * Close the body for its holder. A small remainder is read, so that the connection
	 * can be used again.
	 * @param body the body
	 */
	void closeBody(TrackedInputStream body) {
		if (this.lease.isEnded()) {
			this.lease.noticed();
			return;
		}
		this.reading = true;
		try {
			if (this.complete || this.lease.getPool().drain().finish(body, this.lease.connection())) {
				this.complete = true;
			}
			else {
				this.lease.close(CloseMode.IMMEDIATE);
			}
		}
		finally {
			this.reading = false;
		}
	}

	/**
	 * Return whether the caller waits for the upstream right now.
	 * @return whether it does
	 */
	boolean isWaitingForUpstream() {
		Phase phase = this.phase;
		return this.reading || phase == Phase.CONNECTING || phase == Phase.AWAITING_RESPONSE;
	}

	private long progress() {
		long nowNanos = this.lease.getPool().nanos();
		PROGRESS.setOpaque(this, nowNanos);
		return nowNanos;
	}

	long progressNanos() {
		return (long) PROGRESS.getOpaque(this);
	}

	Phase phase() {
		return this.phase;
	}

	/**
	 * Return why a connection is closed that its holder gives back.
	 * @return the reason
	 */
	CloseReason closeReason() {
		if (this.failed) {
			return this.stale ? CloseReason.STALE : CloseReason.ERROR;
		}
		boolean partial = !this.complete && (this.phase == Phase.READING || this.phase == Phase.RESPONSE_UNREAD);
		if (partial) {
			return CloseReason.PARTIAL;
		}
		return this.lease.connection().hasUnreadBytes() ? CloseReason.ERROR : CloseReason.EXPIRED;
	}

}
