package io.outboundhttp.pool;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * {@link PoolListener} that writes down what it is told.
 */
final class RecordingPoolListener implements PoolListener {

	private final List<String> events = new CopyOnWriteArrayList<>();

	@Override
	public void poolOpened(ConnectionPool pool) {
		this.events.add("opened " + pool.getName());
	}

	@Override
	public void poolClosed(ConnectionPool pool) {
		this.events.add("closed " + pool.getName());
	}

	List<String> events() {
		return List.copyOf(this.events);
	}

}
