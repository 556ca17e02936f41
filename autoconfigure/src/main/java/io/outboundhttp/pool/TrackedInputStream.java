package io.outboundhttp.pool;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Body of a response that tells its lease of each byte that comes. As long as a read is
 * under way, the lease is waiting for the upstream, not forgotten.
 */
final class TrackedInputStream extends FilterInputStream {

	private static final long UNKNOWN = -1;

	private final LeasedExchange exchange;

	private final long length;

	private long count;

	/**
	 * Create a stream.
	 * @param content the content
	 * @param length number of its bytes, negative if it is not known
	 * @param exchange exchange that it belongs to
	 */
	TrackedInputStream(InputStream content, long length, LeasedExchange exchange) {
		super(content);
		this.length = length;
		this.exchange = exchange;
	}

	@Override
	public int read() throws IOException {
		this.exchange.beginRead();
		try {
			int read = super.read();
			progress((read < 0) ? read : 1);
			return read;
		}
		catch (IOException | RuntimeException ex) {
			throw this.exchange.bodyFailed(ex);
		}
		finally {
			this.exchange.endRead();
		}
	}

	@Override
	public int read(byte[] buffer, int offset, int length) throws IOException {
		if (length == 0) {
			return 0;
		}
		this.exchange.beginRead();
		try {
			int read = super.read(buffer, offset, length);
			progress(read);
			return read;
		}
		catch (IOException | RuntimeException ex) {
			throw this.exchange.bodyFailed(ex);
		}
		finally {
			this.exchange.endRead();
		}
	}

	@Override
	public long skip(long count) throws IOException {
		this.exchange.beginRead();
		try {
			long skipped = super.skip(count);
			this.count += skipped;
			return skipped;
		}
		catch (IOException | RuntimeException ex) {
			throw this.exchange.bodyFailed(ex);
		}
		finally {
			this.exchange.endRead();
		}
	}

	/**
	 * Close the content. Does not throw: what cannot be read any more is not missed.
	 */
	@Override
	public void close() {
		this.exchange.closeBody(this);
	}

	/**
	 * Return how many bytes are still to come.
	 * @return the number, negative if it is not known
	 */
	long remainingBytes() {
		return (this.length >= 0) ? this.length - this.count : UNKNOWN;
	}

	/**
	 * Read on for nobody.
	 * @param buffer where to put what comes
	 * @return number of bytes, negative at the end
	 * @throws IOException if there is nothing to be read
	 */
	int readRemainder(byte[] buffer) throws IOException {
		return this.in.read(buffer);
	}

	private void progress(int read) {
		if (read < 0) {
			this.exchange.complete();
		}
		else {
			this.count += read;
		}
	}

}
