package io.outboundhttp.client;

import io.outboundhttp.pool.Calls;

import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestInitializer;

/**
 * {@link ClientHttpRequestInitializer} that notes the call a thread is in, so that the
 * pool can name it. Unlike an interceptor, it does not make Spring buffer anything.
 *
 * @since 0.1.0
 */
public final class CallInitializer implements ClientHttpRequestInitializer {

	private final Calls calls;

	/**
	 * Create an initializer.
	 * @param calls where calls are noted
	 */
	public CallInitializer(Calls calls) {
		this.calls = calls;
	}

	@Override
	public void initialize(ClientHttpRequest request) {
		this.calls.begin(new SpringCall(request));
	}

}
