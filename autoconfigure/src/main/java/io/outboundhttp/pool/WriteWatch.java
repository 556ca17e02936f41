package io.outboundhttp.pool;

import java.io.IOException;
import java.io.OutputStream;

import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.io.IOCallback;

/**
 * Ends a lease whose other side takes nothing of a request for too long. What counts is
 * the time inside a write, not that which the application needs to produce the body.
 */
final class WriteWatch implements Clock.Task {

	/*
	 * `since` is written by the writing thread and read by the clock, which may see it
	 * late: it looks again after the time that it misses.
	 */

	/** A write of this size makes progress every now and then on any live connection. */
	private static final int SLICE = 32 * 1024;

	private static final long NOT_WRITING = Long.MIN_VALUE;

	private final TrackedLease lease;

	private final long silenceNanos;

	private volatile long since = NOT_WRITING;

	WriteWatch(TrackedLease lease, long silenceNanos) {
		this.lease = lease;
		this.silenceNanos = silenceNanos;
	}

	@Override
	public long look(long nowNanos) {
		long since = this.since;
		long remaining = (since != NOT_WRITING) ? this.silenceNanos - (nowNanos - since) : this.silenceNanos;
		if (remaining > 0) {
			return remaining;
		}
		this.lease.take(TrackedLease.TakeReason.WRITE_TIMEOUT);
		return Long.MAX_VALUE;
	}

	/**
	 * Do something that writes to the connection.
	 * @param write what writes
	 * @throws IOException if it fails
	 */
	void write(IOCallback<WriteWatch> write) throws IOException {
		this.since = this.lease.getPool().nanos();
		try {
			write.execute(this);
		}
		finally {
			this.since = NOT_WRITING;
		}
	}

	/**
	 * Note that the entity and what HttpClient wrote after it are written.
	 */
	void entityWritten() {
		this.since = NOT_WRITING;
	}

	/**
	 * Return an entity whose writes are watched.
	 * @param entity the entity
	 * @return the same with watched writes
	 */
	HttpEntity watched(HttpEntity entity) {
		return new WatchedEntity(entity);
	}

	/**
	 * Body of a request.
	 */
	private final class WatchedEntity extends HttpEntityWrapper {

		WatchedEntity(HttpEntity entity) {
			super(entity);
		}

		@Override
		public void writeTo(OutputStream out) throws IOException {
			WatchedOutputStream watched = new WatchedOutputStream(out);
			try {
				super.writeTo(watched);
				// HttpClient writes the rest of its buffer
				WriteWatch.this.since = WriteWatch.this.lease.getPool().nanos();
			}
			catch (IOException ex) {
				if (!watched.failed) {
					WriteWatch.this.lease.exchange().bodyOfRequestFailed(ex);
				}
				throw ex;
			}
		}

	}

	/**
	 * Writes in slices, each watched.
	 */
	private final class WatchedOutputStream extends OutputStream {

		private final OutputStream out;

		private boolean failed;

		WatchedOutputStream(OutputStream out) {
			this.out = out;
		}

		@Override
		public void write(int value) throws IOException {
			guarded((watch) -> this.out.write(value));
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			for (int done = 0; done < length; done += SLICE) {
				int from = offset + done;
				int count = Math.min(SLICE, length - done);
				guarded((watch) -> this.out.write(bytes, from, count));
			}
		}

		@Override
		public void flush() throws IOException {
			guarded((watch) -> this.out.flush());
		}

		@Override
		public void close() throws IOException {
			guarded((watch) -> this.out.close());
		}

		private void guarded(IOCallback<WriteWatch> write) throws IOException {
			boolean done = false;
			try {
				WriteWatch.this.write(write);
				done = true;
			}
			finally {
				this.failed |= !done;
			}
		}

	}

}
