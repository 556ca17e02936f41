package io.outboundhttp.faults;

import java.util.Locale;

/**
 * Whether a fault is met within TLS.
 */
enum Scheme {

	HTTP, HTTPS;

	/**
	 * Return the address of a path at a port of this machine.
	 */
	String url(String host, int port, String path) {
		return name().toLowerCase(Locale.ROOT) + "://" + host + ":" + port + path;
	}

}
