package io.outboundhttp.autoconfigure.endpoint;

import java.util.HashSet;
import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * {@link ConfigurationProperties Properties} of the endpoint, besides those that Spring
 * Boot has for every endpoint.
 */
@ConfigurationProperties("management.endpoint.outboundhttp")
class OutboundHttpEndpointProperties {

	/**
	 * When to show stack traces and names of threads.
	 */
	private Show showValues = Show.NEVER;

	/**
	 * Roles of which a user must have one to be shown stack traces and names of threads.
	 * When empty, all authenticated users are.
	 */
	private final Set<String> roles = new HashSet<>();

	public Show getShowValues() {
		return this.showValues;
	}

	public void setShowValues(Show showValues) {
		this.showValues = showValues;
	}

	public Set<String> getRoles() {
		return this.roles;
	}

}
