package io.outboundhttp.actuate.endpoint;

import java.util.Locale;

/**
 * Which connections of a client an operator closes.
 */
enum Scope {

	/** Those that are idle. */
	IDLE,

	/** Those that are idle and at the end of their life. */
	EXPIRED,

	/** Those that callers are suspected to have leaked. */
	SUSPECTED,

	/** Those that are idle now, and those in use after their response. */
	ALL;

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
