package io.outboundhttp;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.outboundhttp.pool.TimeSource;

/**
 * {@link TimeSource} that stands still until a test turns it on. Thread-safe.
 */
public final class FakeTimeSource implements TimeSource {

	private final AtomicLong nanos;

	/**
	 * Create a clock at an arbitrary reading, as that of the JVM is.
	 * @param nanos the reading
	 */
	public FakeTimeSource(long nanos) {
		this.nanos = new AtomicLong(nanos);
	}

	@Override
	public long nanos() {
		return this.nanos.get();
	}

	/**
	 * Turn the clock on.
	 * @param duration by how much
	 * @return the new reading
	 */
	public long advance(Duration duration) {
		return this.nanos.addAndGet(duration.toNanos());
	}

}
