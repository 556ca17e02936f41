package io.outboundhttp.autoconfigure;

import io.outboundhttp.LeakDetectedEvent;
import io.outboundhttp.LeakReport;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolListener;

import org.springframework.context.ApplicationEventPublisher;

/**
 * {@link PoolListener} that publishes leaks as application events.
 */
final class LeakEventPublisher implements PoolListener {

	private final ApplicationEventPublisher publisher;

	LeakEventPublisher(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public void leakDetected(ConnectionPool pool, LeakReport report) {
		this.publisher.publishEvent(new LeakDetectedEvent(pool, report));
	}

}
