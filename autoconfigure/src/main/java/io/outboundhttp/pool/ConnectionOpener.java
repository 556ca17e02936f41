package io.outboundhttp.pool;

import java.io.IOException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Opens connections to one target that nobody has asked for yet, the way an HttpClient
 * opens them for a request, by {@link ConnectionPool#openIdle}. Must be safe for use by
 * several threads.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ConnectionOpener {

	/**
	 * Open one connection. Blocks until it is open.
	 * @param limit the time that it may take, {@code null} for the connect timeout
	 * @return whether it was opened; if not, the pool has no room to spare
	 * @throws IOException if it could not be opened
	 */
	boolean open(@Nullable Duration limit) throws IOException;

}
