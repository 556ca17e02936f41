package io.outboundhttp.pool;

import java.lang.ref.ReferenceQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

import io.outboundhttp.pool.connect.NameResolver;
import io.outboundhttp.pool.connect.PenaltyBox;

/**
 * What all pools of an owner share.
 *
 * @param timeSource the clock
 * @param listener what is told about the pools
 * @param calls the exchanges of threads
 * @param unreachable where leases come whose response is unreachable
 * @param events runs events on the upkeep thread
 * @param clock ends what takes too long
 * @param names resolves names
 * @param penalties addresses that could not be reached
 * @param waker makes sure that the upkeep thread runs within some nanoseconds
 * @param warmUps opens connections in advance
 */
record PoolSupport(TimeSource timeSource, PoolListener listener, Calls calls,
		ReferenceQueue<LeasedEndpoint> unreachable, Consumer<Runnable> events, Clock clock, NameResolver names,
		PenaltyBox penalties, LongConsumer waker, Executor warmUps) {

	void later(Runnable event) {
		this.events.accept(event);
	}

	void wakeWithin(long nanos) {
		this.waker.accept(nanos);
	}

}
