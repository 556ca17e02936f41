package io.outboundhttp.benchmarks.load;

import java.io.IOException;

/**
 * A request and its response. Called by many threads at once.
 */
@FunctionalInterface
public interface Exchange {

	/**
	 * Send the request, and read the response to its end.
	 * @param buffer scratch space of the calling thread, longer than the body
	 * @return length of the body in bytes
	 * @throws IOException if it fails; any unchecked exception means the same
	 */
	int send(byte[] buffer) throws IOException;

}
