package io.outboundhttp;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A call took longer than its {@code call-timeout}. Its connection is closed, and the
 * request is not sent again.
 *
 * @since 0.1.0
 */
public final class CallTimeoutException extends InterruptedIOException {

	private static final long serialVersionUID = 1L;

	private final CallPhase phase;

	private final transient @Nullable Map<CallPhase, Duration> times;

	/**
	 * Create an exception.
	 * @param message what happened, and the key to change
	 * @param phase the phase that the call was in
	 * @param times time spent in each phase
	 * @param cause how the caller met it
	 */
	public CallTimeoutException(String message, CallPhase phase, Map<CallPhase, Duration> times,
			@Nullable Throwable cause) {
		super(message);
		this.phase = phase;
		this.times = Map.copyOf(times);
		initCause(cause);
	}

	/**
	 * Return the phase that the call was in when its time was up.
	 * @return the phase
	 */
	public CallPhase getPhase() {
		return this.phase;
	}

	/**
	 * Return the time that was spent in each phase, all attempts together.
	 * @return an immutable map with the phases that the call has reached, empty after
	 * serialization
	 */
	public Map<CallPhase, Duration> getTimes() {
		return (this.times != null) ? this.times : Map.of();
	}

}
