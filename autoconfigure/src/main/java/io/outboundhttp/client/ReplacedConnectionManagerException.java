package io.outboundhttp.client;

/**
 * Thrown when application code has given an HttpClient of ours another connection
 * manager. The client would talk through connections that nobody bounds, shows or closes.
 *
 * @since 0.1.0
 */
public final class ReplacedConnectionManagerException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final String client;

	/**
	 * Create the exception.
	 * @param client name of the client
	 */
	public ReplacedConnectionManagerException(String client) {
		super(("Client '%s': application code replaced the connection manager of its HttpClient; remove the call of "
				+ "'setConnectionManager' and set 'outbound-http.clients.%s.pool.*'")
			.formatted(client, client));
		this.client = client;
	}

	/**
	 * Return the name of the client.
	 * @return the name
	 */
	public String getClient() {
		return this.client;
	}

}
