package io.outboundhttp.sample.upstream;

import java.util.Locale;

/**
 * Services that the embedded upstream plays, each below a path of its own name.
 */
enum Upstream {

	CATALOG, PAYMENTS, SHIPPING;

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
