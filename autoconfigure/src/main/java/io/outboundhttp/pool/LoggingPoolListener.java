package io.outboundhttp.pool;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link PoolListener} that writes the life of each pool to the log.
 *
 * @since 0.1.0
 */
public final class LoggingPoolListener implements PoolListener {

	private static final Logger logger = LoggerFactory.getLogger(LoggingPoolListener.class);

	@Override
	public void poolOpened(ConnectionPool pool) {
		if (logger.isInfoEnabled()) {
			PoolSnapshot snapshot = pool.snapshot();
			logger.info("Client '{}': pool opened (max-total={}, max-per-route={})", snapshot.name(),
					snapshot.maxTotal(), snapshot.maxPerRoute());
		}
	}

	@Override
	public void poolClosed(ConnectionPool pool) {
		logger.info("Client '{}': pool closed", pool.getName());
	}

}
