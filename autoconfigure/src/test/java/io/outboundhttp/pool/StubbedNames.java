package io.outboundhttp.pool;

import java.util.List;

import io.outboundhttp.pool.connect.HostLookup;

/**
 * Owners of pools that look names up as a test says.
 */
public final class StubbedNames {

	private StubbedNames() {
	}

	/**
	 * Create an owner with the clock of the JVM.
	 * @param hosts what looks names up
	 * @return the owner
	 */
	public static ConnectionPools pools(HostLookup hosts) {
		return pools(TimeSource.system(), hosts);
	}

	static ConnectionPools pools(TimeSource timeSource, HostLookup hosts) {
		return new ConnectionPools(timeSource, List.of(new LoggingPoolListener()), hosts);
	}

}
