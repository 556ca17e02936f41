package io.outboundhttp.pool.connect;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Remembers for a while which addresses could not be reached, so that others of the same
 * name are tried first. An address in the box is tried all the same if there is no other.
 * Never blocks for longer than a look into a map; safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class PenaltyBox {

	/** How long an address is tried last. */
	public static final Duration PENALTY = Duration.ofSeconds(30);

	private static final int MOST_ADDRESSES = 1000;

	private final ReentrantLock lock = new ReentrantLock();

	/** Addresses and when their penalty began, the oldest first. Guarded by the lock. */
	private final Map<InetSocketAddress, Long> since = new LinkedHashMap<>();

	private final LongSupplier clock;

	/** Whether there is anything in the map. */
	private volatile boolean used;

	/**
	 * Create an empty box.
	 * @param clock monotonic clock in nanoseconds
	 */
	public PenaltyBox(LongSupplier clock) {
		this.clock = clock;
	}

	/**
	 * Note that an address could not be reached.
	 * @param address the address
	 */
	public void failed(InetSocketAddress address) {
		this.lock.lock();
		try {
			this.since.remove(address);
			this.since.put(address, this.clock.getAsLong());
			if (this.since.size() > MOST_ADDRESSES) {
				this.since.remove(this.since.keySet().iterator().next());
			}
			this.used = true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Note that an address was reached.
	 * @param address the address
	 */
	public void reached(InetSocketAddress address) {
		if (this.used) {
			this.lock.lock();
			try {
				this.since.remove(address);
				this.used = !this.since.isEmpty();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	/**
	 * Put the addresses that were not reached lately last.
	 * @param addresses the addresses of a name
	 * @return the same addresses in the order in which to try them
	 */
	public List<InetSocketAddress> order(List<InetSocketAddress> addresses) {
		if (!this.used || addresses.size() < 2) {
			return addresses;
		}
		long nowNanos = this.clock.getAsLong();
		List<InetSocketAddress> healthy = new ArrayList<>();
		List<InetSocketAddress> penalized = new ArrayList<>();
		this.lock.lock();
		try {
			for (InetSocketAddress address : addresses) {
				Long began = this.since.get(address);
				boolean penalty = began != null && nowNanos - began < PENALTY.toNanos();
				(penalty ? penalized : healthy).add(address);
			}
		}
		finally {
			this.lock.unlock();
		}
		healthy.addAll(penalized);
		return healthy;
	}

}
