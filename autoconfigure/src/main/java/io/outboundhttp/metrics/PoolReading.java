package io.outboundhttp.metrics;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.PoolFigures;

/**
 * Figures of a pool that all its meters share during one scrape, so that a scrape reads
 * the pool once. Safe for use by several threads.
 */
final class PoolReading {

	/* Two scrapes at the same time may both read: that costs a little and is no harm. */

	private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final ConnectionPool pool;

	private volatile @Nullable Reading latest;

	PoolReading(ConnectionPool pool) {
		this.pool = pool;
	}

	PoolFigures figures() {
		long nowNanos = this.pool.nanos();
		Reading reading = this.latest;
		if (reading == null || nowNanos - reading.atNanos >= FRESH_NANOS) {
			reading = new Reading(this.pool.figures(), nowNanos);
			this.latest = reading;
		}
		return reading.figures;
	}

	private record Reading(PoolFigures figures, long atNanos) {

	}

}
