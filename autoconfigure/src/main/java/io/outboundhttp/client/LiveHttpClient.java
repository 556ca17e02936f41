package io.outboundhttp.client;

import java.io.IOException;

import org.apache.hc.client5.http.config.Configurable;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.CloseableHttpResponse;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/**
 * HttpClient of a client that stays the same while what it is built with changes: each
 * call goes to the latest HttpClient that was built. Safe for use by several threads.
 */
final class LiveHttpClient extends CloseableHttpClient implements Configurable {

	private volatile CloseableHttpClient delegate;

	LiveHttpClient(CloseableHttpClient delegate) {
		this.delegate = delegate;
	}

	/**
	 * Let the calls to come go to another HttpClient. Calls in progress go on.
	 * @param delegate the HttpClient
	 */
	void change(CloseableHttpClient delegate) {
		this.delegate = delegate;
	}

	/**
	 * {@inheritDoc}
	 * @return the configuration of the latest HttpClient, without which Spring would
	 * replace its timeouts by those of HttpClient
	 */
	@Override
	public @Nullable RequestConfig getConfig() {
		return (this.delegate instanceof Configurable configurable) ? configurable.getConfig() : null;
	}

	@Override
	@SuppressWarnings("deprecation")
	protected CloseableHttpResponse doExecute(@Nullable HttpHost target, ClassicHttpRequest request,
			@Nullable HttpContext context) throws IOException {
		return this.delegate.execute(target, request, context);
	}

	@Override
	public void close() throws IOException {
		this.delegate.close();
	}

	@Override
	public void close(CloseMode closeMode) {
		this.delegate.close(closeMode);
	}

	@Override
	public String toString() {
		return this.delegate.toString();
	}

}
