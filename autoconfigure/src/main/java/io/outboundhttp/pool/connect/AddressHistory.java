package io.outboundhttp.pool.connect;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Remembers the addresses of names, to tell which of them are gone. Never blocks for
 * longer than a look into a map; safe for use by several threads.
 * <p>
 * An address is gone if an earlier answer had it and two answers in a row, at least five
 * seconds apart, have not. An address that comes back shows that the name server gives
 * only some of its addresses each time: for ten minutes, none of that name is gone then.
 * Look-ups that fail tell nothing.
 */
final class AddressHistory {

	/* `lock` guards `names` and all that is in it. */

	static final long BETWEEN_ANSWERS_NANOS = TimeUnit.SECONDS.toNanos(5);

	private static final long MEMORY_NANOS = TimeUnit.MINUTES.toNanos(10);

	private static final int MOST_NAMES = 1000;

	private static final int MOST_ADDRESSES = 256;

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<String, Name> names = new LinkedHashMap<>(16, 0.75f, true);

	/**
	 * Note an answer.
	 * @param host the name
	 * @param addresses its addresses
	 * @param nowNanos the current reading of the clock
	 */
	void answered(String host, List<InetAddress> addresses, long nowNanos) {
		this.lock.lock();
		try {
			name(host).answered(addresses, nowNanos);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return whether an address is gone.
	 * @param host the name
	 * @param address the address
	 * @param nowNanos the current reading of the clock
	 * @return whether it is
	 */
	boolean isGone(String host, InetAddress address, long nowNanos) {
		this.lock.lock();
		try {
			Name name = this.names.get(host);
			return name != null && name.isGone(address, nowNanos);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return whether it is time to look a name up again, which the caller does then.
	 * @param host the name
	 * @param nowNanos the current reading of the clock
	 * @return whether it is
	 */
	boolean isDue(String host, long nowNanos) {
		this.lock.lock();
		try {
			Name name = name(host);
			Long asked = name.askedNanos;
			if (asked != null && nowNanos - asked < BETWEEN_ANSWERS_NANOS) {
				return false;
			}
			name.askedNanos = nowNanos;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private Name name(String host) {
		Name name = this.names.computeIfAbsent(host, (absent) -> new Name());
		if (this.names.size() > MOST_NAMES) {
			this.names.remove(this.names.keySet().iterator().next());
		}
		return name;
	}

	/**
	 * One name.
	 */
	private static final class Name {

		private final Map<InetAddress, Presence> addresses = new HashMap<>();

		/** When a look-up was begun for the sake of this history. */
		private @Nullable Long askedNanos;

		/** When an address came back. */
		private @Nullable Long returnedNanos;

		void answered(List<InetAddress> answer, long nowNanos) {
			for (InetAddress address : answer) {
				Presence before = this.addresses.get(address);
				if (before != null && before.absentSinceNanos() != null) {
					this.returnedNanos = nowNanos;
				}
				if (before != null || this.addresses.size() < MOST_ADDRESSES) {
					this.addresses.put(address, Presence.PRESENT);
				}
			}
			this.addresses
				.replaceAll((address, presence) -> answer.contains(address) ? presence : presence.absent(nowNanos));
			this.addresses.values().removeIf((presence) -> {
				Long since = presence.absentSinceNanos();
				return since != null && nowNanos - since > MEMORY_NANOS;
			});
		}

		boolean isGone(InetAddress address, long nowNanos) {
			Long returned = this.returnedNanos;
			if (returned != null && nowNanos - returned < MEMORY_NANOS) {
				return false;
			}
			Presence presence = this.addresses.get(address);
			return presence != null && presence.gone();
		}

	}

	/**
	 * Whether an address was in the latest answer.
	 *
	 * @param absentSinceNanos when the first answer in a row came that has not got it,
	 * {@code null} if the latest one has
	 * @param gone whether a later one confirms that
	 */
	private record Presence(@Nullable Long absentSinceNanos, boolean gone) {

		private static final Presence PRESENT = new Presence(null, false);

		Presence absent(long nowNanos) {
			Long since = this.absentSinceNanos;
			return (since == null) ? new Presence(nowNanos, false)
					: new Presence(since, this.gone || nowNanos - since >= BETWEEN_ANSWERS_NANOS);
		}

	}

}
