package io.outboundhttp;

import java.util.List;

import org.apache.hc.core5.net.NamedEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * No connection was established within the {@code connect-timeout}, which bounds the
 * look-up of the name, all addresses, the tunnel of a proxy and the negotiation of TLS
 * together. The request was not sent.
 *
 * @since 0.1.0
 */
public final class ConnectTimeoutException extends org.apache.hc.client5.http.ConnectTimeoutException {

	private static final long serialVersionUID = 1L;

	private final CallPhase phase;

	private final String[] tried;

	/**
	 * Create an exception.
	 * @param message what happened, and the key to change
	 * @param host what was connected to
	 * @param phase the phase that took too long
	 * @param tried the addresses that were tried, and for how long
	 * @param cause how the caller met it
	 */
	public ConnectTimeoutException(String message, NamedEndpoint host, CallPhase phase, List<String> tried,
			@Nullable Throwable cause) {
		super(message, host);
		this.phase = phase;
		this.tried = tried.toArray(String[]::new);
		initCause(cause);
	}

	/**
	 * Return the phase that took too long.
	 * @return DNS, CONNECT or TLS
	 */
	public CallPhase getPhase() {
		return this.phase;
	}

	/**
	 * Return the addresses that were tried in vain.
	 * @return texts of address, step and milliseconds; immutable
	 */
	public List<String> getTried() {
		return List.of(this.tried);
	}

}
