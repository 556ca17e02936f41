package io.outboundhttp.pool;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.jspecify.annotations.Nullable;

/**
 * Body of a response that tells its lease how far it is read.
 */
final class TrackedEntity extends HttpEntityWrapper {

	private final TrackedLease lease;

	private @Nullable TrackedInputStream content;

	TrackedEntity(HttpEntity entity, TrackedLease lease) {
		super(entity);
		this.lease = lease;
	}

	@Override
	public InputStream getContent() throws IOException {
		this.lease.exchange().touched();
		return content();
	}

	private TrackedInputStream content() throws IOException {
		TrackedInputStream content = this.content;
		if (content == null) {
			content = new TrackedInputStream(super.getContent(), getContentLength(), this.lease.exchange());
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

	@Override
	public void close() throws IOException {
		content().close();
	}

}
