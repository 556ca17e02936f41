package io.outboundhttp.sample.upstream;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of the embedded upstream.
 */
@ConfigurationProperties("sample.upstream")
public class UpstreamProperties {

	/**
	 * Whether catalog, payments and shipping are served by this process.
	 */
	private boolean enabled = true;

	/**
	 * Port on which they are served.
	 */
	private int port = 8081;

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public int getPort() {
		return this.port;
	}

	public void setPort(int port) {
		this.port = port;
	}

}
