package io.outboundhttp.pool;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import io.outboundhttp.CallPhase;
import io.outboundhttp.pool.egress.EgressMode;

/**
 * Counts what happens to calls. Safe for use by several threads.
 */
final class CallCounts {

	private final LongAdder notServed = new LongAdder();

	private final LongAdder rejected = new LongAdder();

	private final Map<RetryReason, LongAdder> retries = counts(RetryReason.class);

	private final Map<RetryDenial, LongAdder> denials = counts(RetryDenial.class);

	private final Map<CallPhase, LongAdder> timeouts = counts(CallPhase.class);

	private final Map<EgressMode, LongAdder> egressDenied = counts(EgressMode.class);

	private static <E extends Enum<E>> Map<E, LongAdder> counts(Class<E> type) {
		Map<E, LongAdder> counts = new EnumMap<>(type);
		for (E constant : type.getEnumConstants()) {
			counts.put(constant, new LongAdder());
		}
		return Map.copyOf(counts);
	}

	void retried(RetryReason reason) {
		increment(this.retries, reason);
	}

	void denied(RetryDenial reason) {
		increment(this.denials, reason);
	}

	void timedOut(CallPhase phase) {
		increment(this.timeouts, phase);
	}

	void egressDenied(EgressMode mode) {
		increment(this.egressDenied, mode);
	}

	private static <E extends Enum<E>> void increment(Map<E, LongAdder> counts, E constant) {
		LongAdder count = counts.get(constant);
		if (count != null) {
			count.increment();
		}
	}

	/**
	 * Count a caller that got no connection in time.
	 */
	void notServed() {
		this.notServed.increment();
	}

	long notServedCount() {
		return this.notServed.sum();
	}

	/**
	 * Count a caller that was turned away.
	 */
	void rejected() {
		this.rejected.increment();
	}

	long rejectedCount() {
		return this.rejected.sum();
	}

	PoolSnapshot.Calls snapshot() {
		return new PoolSnapshot.Calls(read(this.retries, RetryReason.class), read(this.denials, RetryDenial.class),
				read(this.timeouts, CallPhase.class), read(this.egressDenied, EgressMode.class));
	}

	private static <E extends Enum<E>> Map<E, Long> read(Map<E, LongAdder> counts, Class<E> type) {
		Map<E, Long> read = new EnumMap<>(type);
		counts.forEach((constant, count) -> read.put(constant, count.sum()));
		return read;
	}

}
