package io.outboundhttp.autoconfigure;

/**
 * Thrown when the configuration of outbound HTTP cannot be used.
 *
 * @since 0.1.0
 */
public final class OutboundHttpConfigurationException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String description;

	private final String action;

	OutboundHttpConfigurationException(String description, String action) {
		super(description);
		this.description = description;
		this.action = action;
	}

	/**
	 * Return what is wrong: keys, values and where they come from.
	 * @return the description
	 */
	public String getDescription() {
		return this.description;
	}

	/**
	 * Return what to do about it.
	 * @return the action
	 */
	public String getAction() {
		return this.action;
	}

}
