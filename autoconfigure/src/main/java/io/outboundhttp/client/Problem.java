package io.outboundhttp.client;

/**
 * What can be wrong with a client.
 *
 * @since 0.1.0
 */
public enum Problem {

	/** Leaked leases hold a considerable share of a route's limit. */
	LEAKING("Responses are not closed. The actuator endpoint 'outboundhttp' shows for this client who holds them; "
			+ "DELETE with 'scope=suspected' takes them back"),

	/** The background work is late, or the pool has lost count. */
	MAINTENANCE("Look for a PoolListener that blocks one of the threads 'outbound-http-upkeep' and "
			+ "'outbound-http-clock', and for errors in the log"),

	/** Callers wait, and for some time none was served. */
	STARVING("All connections are in use and none comes back: see 'phase' of the leases in the actuator endpoint "
			+ "'outboundhttp'. If the upstream is slow, lower 'read-timeout'; if not, raise 'pool.max-per-route'");

	private final String action;

	Problem(String action) {
		this.action = action;
	}

	/**
	 * Return what an operator can do about it.
	 * @return a text
	 */
	public String getAction() {
		return this.action;
	}

}
