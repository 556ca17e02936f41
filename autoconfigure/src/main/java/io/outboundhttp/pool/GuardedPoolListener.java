package io.outboundhttp.pool;

import java.util.List;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Composite that calls each {@link PoolListener} in turn and stops what one throws from
 * reaching the pool or the other listeners.
 */
final class GuardedPoolListener implements PoolListener {

	private static final Logger logger = LoggerFactory.getLogger(GuardedPoolListener.class);

	private final List<PoolListener> listeners;

	GuardedPoolListener(List<PoolListener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	@Override
	public void poolOpened(ConnectionPool pool) {
		each(pool, (listener) -> listener.poolOpened(pool));
	}

	@Override
	public void poolClosed(ConnectionPool pool) {
		each(pool, (listener) -> listener.poolClosed(pool));
	}

	private void each(ConnectionPool pool, Consumer<PoolListener> event) {
		for (PoolListener listener : this.listeners) {
			try {
				event.accept(listener);
			}
			catch (RuntimeException | Error ex) {
				logger.warn("Client '{}': pool listener {} failed", pool.getName(), listener.getClass().getName(), ex);
			}
		}
	}

}
