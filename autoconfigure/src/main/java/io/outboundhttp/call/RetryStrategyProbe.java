package io.outboundhttp.call;

import java.io.IOException;

import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retry strategy that decides nothing by itself, in the place of HttpClient's own, which
 * repeats a POST on 503 and waits as long as the server says. Where it is not asked,
 * application code has set another one, or turned retries off: then ours stay out of the
 * way.
 */
final class RetryStrategyProbe implements HttpRequestRetryStrategy {

	private static final Logger logger = LoggerFactory.getLogger(RetryStrategyProbe.class);

	private final String client;

	private volatile boolean asked;

	private volatile boolean replaced;

	RetryStrategyProbe(String client) {
		this.client = client;
	}

	/**
	 * Return whether application code decides about retries.
	 * @return whether it does, as far as is known
	 */
	boolean isReplaced() {
		return this.replaced;
	}

	/**
	 * Return whether it is known who decides about retries.
	 * @return whether it is
	 */
	boolean isKnown() {
		return this.asked || this.replaced;
	}

	/**
	 * Note that an exchange has got a response, after which HttpClient would have asked.
	 * @param request the request
	 */
	void succeeded(ClassicHttpRequest request) {
		HttpEntity entity = request.getEntity();
		if (entity == null || entity.isRepeatable()) {
			replaced();
		}
	}

	/**
	 * Note that HttpClient has decided about a retry without asking this strategy.
	 */
	void replaced() {
		if (!isKnown()) {
			this.replaced = true;
			logger.info("Client '{}': application code has set a retry strategy of HttpClient, or turned its retries "
					+ "off, so retry.* of this client has no effect", this.client);
		}
	}

	@Override
	public boolean retryRequest(HttpRequest request, IOException exception, int execCount, HttpContext context) {
		this.asked = true;
		return PendingRetry.ask(context);
	}

	@Override
	public boolean retryRequest(HttpResponse response, int execCount, HttpContext context) {
		this.asked = true;
		return PendingRetry.ask(context);
	}

	@Override
	public TimeValue getRetryInterval(HttpResponse response, int execCount, HttpContext context) {
		return TimeValue.ZERO_MILLISECONDS;
	}

}
