package io.outboundhttp.pool;

/**
 * Monotonic clock of the pools, so that tests can turn time by hand.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TimeSource {

	/**
	 * Return the current reading. Only differences between two readings mean anything.
	 * @return nanoseconds since an arbitrary origin
	 */
	long nanos();

	/**
	 * Return the clock of this JVM.
	 * @return a source backed by {@link System#nanoTime()}
	 */
	static TimeSource system() {
		return System::nanoTime;
	}

}
