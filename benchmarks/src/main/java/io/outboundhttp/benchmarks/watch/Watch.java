package io.outboundhttp.benchmarks.watch;

import java.io.IOException;
import java.util.Locale;

import io.outboundhttp.benchmarks.load.Callers;
import io.outboundhttp.benchmarks.load.Exchange;
import io.outboundhttp.benchmarks.load.Repeated;
import io.outboundhttp.benchmarks.load.Window;

/**
 * A pool that is looked at while it is used, and what that takes. Used by one thread.
 */
final class Watch {

	private static final double NANOS_PER_MILLI = 1_000_000;

	private static final double NANOS_PER_SECOND = 1_000_000_000;

	private final WatchedPool pool;

	private final Exchange exchange;

	private final Repeated looks;

	private long nanos;

	private long upkeepNanos;

	Watch(WatchedPool pool, Look look) {
		this.pool = pool;
		this.exchange = pool.exchange();
		this.looks = new Repeated(look.at(pool.context()));
	}

	/**
	 * Measure callers meanwhile.
	 */
	Window measure(Callers callers, int millis) throws IOException, InterruptedException {
		long startNanos = System.nanoTime();
		long upkeepStartNanos = this.pool.upkeepNanos();
		this.looks.start();
		try {
			return callers.measure(this.exchange, millis).verifySuccess();
		}
		finally {
			this.looks.stop();
			this.nanos += System.nanoTime() - startNanos;
			this.upkeepNanos += this.pool.upkeepNanos() - upkeepStartNanos;
		}
	}

	String millisPerLook() {
		return this.looks.millis();
	}

	String millisPerSweep() {
		double sweeps = WatchedPool.SWEEPS_PER_SECOND * this.nanos / NANOS_PER_SECOND;
		return String.format(Locale.ROOT, "%.1f", this.upkeepNanos / NANOS_PER_MILLI / sweeps);
	}

}
