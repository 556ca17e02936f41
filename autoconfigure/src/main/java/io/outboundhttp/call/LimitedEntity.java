package io.outboundhttp.call;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Supplier;

import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.jspecify.annotations.Nullable;

import io.outboundhttp.ResponseTooLargeException;

/**
 * Body of a response that fails once more bytes than allowed were read from it. It counts
 * what the application gets, after decompression.
 */
final class LimitedEntity extends HttpEntityWrapper {

	private final long maxBytes;

	private final Supplier<String> message;

	private final ExecRuntime runtime;

	private @Nullable InputStream content;

	LimitedEntity(HttpEntity entity, long maxBytes, Supplier<String> message, ExecRuntime runtime) {
		super(entity);
		this.maxBytes = maxBytes;
		this.message = message;
		this.runtime = runtime;
	}

	@Override
	public InputStream getContent() throws IOException {
		InputStream content = this.content;
		if (content == null) {
			content = new LimitedInputStream(super.getContent());
			this.content = content;
		}
		return content;
	}

	@Override
	public void writeTo(OutputStream out) throws IOException {
		try (InputStream content = getContent()) {
			content.transferTo(out);
		}
	}

	/**
	 * Counts and fails.
	 */
	private final class LimitedInputStream extends FilterInputStream {

		private long count;

		LimitedInputStream(InputStream content) {
			super(content);
		}

		@Override
		public int read() throws IOException {
			check(Math.max(0, getContentLength()));
			int read = super.read();
			count((read < 0) ? 0 : 1);
			return read;
		}

		@Override
		public int read(byte[] buffer, int offset, int length) throws IOException {
			check(Math.max(0, getContentLength()));
			int read = super.read(buffer, offset, length);
			count(Math.max(0, read));
			return read;
		}

		@Override
		public long skip(long bytes) throws IOException {
			check(Math.max(0, getContentLength()));
			long skipped = super.skip(bytes);
			count(skipped);
			return skipped;
		}

		private void count(long bytes) throws IOException {
			this.count += bytes;
			check(this.count);
		}

		private void check(long bytes) throws IOException {
			if (bytes > LimitedEntity.this.maxBytes) {
				LimitedEntity.this.runtime.discardEndpoint();
				throw new ResponseTooLargeException(LimitedEntity.this.message.get(), LimitedEntity.this.maxBytes);
			}
		}

	}

}
