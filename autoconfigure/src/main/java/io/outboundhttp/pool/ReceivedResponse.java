package io.outboundhttp.pool;

import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Response that knows where it was read from.
 */
final class ReceivedResponse extends BasicClassicHttpResponse {

	private static final long serialVersionUID = 1L;

	private transient @Nullable SessionInputBuffer input;

	ReceivedResponse(int status, @Nullable String reasonPhrase) {
		super(status, reasonPhrase);
	}

	void input(SessionInputBuffer input) {
		this.input = input;
	}

	/**
	 * Return what is received on the connection and not read yet.
	 * @return the buffer of the connection
	 */
	@Nullable SessionInputBuffer input() {
		return this.input;
	}

}
