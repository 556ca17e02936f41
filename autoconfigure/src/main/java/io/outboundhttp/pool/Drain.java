package io.outboundhttp.pool;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.apache.hc.core5.util.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the remainder of a response that its caller has closed, within bounds: closing
 * must be fast, and a large remainder costs more than a new connection. Immutable.
 */
final class Drain {

	private static final int BUFFER_SIZE = 4096;

	private static final Logger logger = LoggerFactory.getLogger(Drain.class);

	private final long maxBytes;

	private final long timeoutNanos;

	private final TimeSource timeSource;

	Drain(PoolSettings settings, TimeSource timeSource) {
		this.maxBytes = settings.getDrainMaxBytes();
		this.timeoutNanos = settings.getDrainTimeout().toNanos();
		this.timeSource = timeSource;
	}

	/**
	 * Read a body to its end.
	 * @param body the body
	 * @param connection its connection
	 * @return {@code false} if that would take too long, or has failed
	 */
	boolean finish(TrackedInputStream body, PooledConnection connection) {
		long remaining = body.remainingBytes();
		if (remaining == 0 || remaining > this.maxBytes) {
			return remaining == 0;
		}
		try {
			return read(body, connection);
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Remainder of a response on connection {} could not be read", connection.id(), ex);
			return false;
		}
	}

	private boolean read(TrackedInputStream body, PooledConnection connection) throws IOException {
		byte[] buffer = new byte[BUFFER_SIZE];
		long startNanos = this.timeSource.nanos();
		long bytes = 0;
		while (bytes <= this.maxBytes) {
			long millis = TimeUnit.NANOSECONDS.toMillis(this.timeoutNanos - (this.timeSource.nanos() - startNanos));
			if (millis <= 0) {
				return false;
			}
			connection.setSocketTimeout(Timeout.ofMilliseconds(millis));
			int read = body.readRemainder(buffer);
			if (read < 0) {
				return true;
			}
			bytes += read;
		}
		return false;
	}

}
