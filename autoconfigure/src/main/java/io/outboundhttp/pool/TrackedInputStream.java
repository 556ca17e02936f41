package io.outboundhttp.pool;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Body of a response that tells its lease of each byte that comes. As long as a read is
 * under way, the lease is waiting for the upstream, not forgotten.
 */
final class TrackedInputStream extends FilterInputStream {

	private final TrackedLease lease;

	TrackedInputStream(InputStream content, TrackedLease lease) {
		super(content);
		this.lease = lease;
	}

	@Override
	public int read() throws IOException {
		this.lease.beginRead();
		try {
			int read = super.read();
			return progress(read);
		}
		catch (IOException | RuntimeException ex) {
			throw failed(ex);
		}
		finally {
			this.lease.endRead();
		}
	}

	@Override
	public int read(byte[] buffer, int offset, int length) throws IOException {
		this.lease.beginRead();
		try {
			int read = super.read(buffer, offset, length);
			return progress(read);
		}
		catch (IOException | RuntimeException ex) {
			throw failed(ex);
		}
		finally {
			this.lease.endRead();
		}
	}

	@Override
	public long skip(long count) throws IOException {
		this.lease.beginRead();
		try {
			return super.skip(count);
		}
		catch (IOException | RuntimeException ex) {
			throw failed(ex);
		}
		finally {
			this.lease.endRead();
		}
	}

	@Override
	public void close() throws IOException {
		this.lease.closeBody(super::close);
	}

	private int progress(int read) {
		if (read < 0) {
			this.lease.complete();
		}
		return read;
	}

	private IOException failed(Exception exception) {
		if (!this.lease.isActive()) {
			return this.lease.ended(exception);
		}
		this.lease.failed();
		return Translations.translate(exception);
	}

}
