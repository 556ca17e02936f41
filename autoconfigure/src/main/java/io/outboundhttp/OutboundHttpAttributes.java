package io.outboundhttp;

/**
 * Names of the attributes by which one request differs from the settings of its client:
 * {@code restClient.get().attribute(OutboundHttpAttributes.LEAK_EXEMPT, true)}, or the
 * same in the {@code HttpClientContext} where HttpClient is used without Spring.
 *
 * @since 0.1.0
 */
public final class OutboundHttpAttributes {

	/**
	 * Whether the response of this request may be held for any time without being
	 * suspected to be leaked: a {@link Boolean}.
	 */
	public static final String LEAK_EXEMPT = "io.outboundhttp.leakExempt";

	/**
	 * Time by which this call must be over, from before it has a connection until its
	 * response is read, in place of the client's {@code call-timeout}: a
	 * {@link java.time.Duration}, zero for any time.
	 */
	public static final String CALL_TIMEOUT = "io.outboundhttp.callTimeout";

	private OutboundHttpAttributes() {
	}

}
