package io.outboundhttp.pool.connect;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import org.apache.hc.core5.net.InetAddressUtils;
import org.jspecify.annotations.Nullable;

/**
 * Resolves names within a time, which the system does not: a look-up runs on a thread of
 * its own, and who waits for it stops when its time is up. Callers that ask for the same
 * name share a look-up. At most 32 are under way, so that a name server that does not
 * answer costs a bounded number of threads; they end ten seconds after their last
 * look-up. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class NameResolver implements AutoCloseable {

	private static final int MOST_LOOKUPS = 32;

	private static final int IDLE_SECONDS = 10;

	private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final ConcurrentMap<String, Lookup> lookups = new ConcurrentHashMap<>();

	private final AtomicInteger threads = new AtomicInteger();

	private final ThreadPoolExecutor executor = new ThreadPoolExecutor(0, MOST_LOOKUPS, IDLE_SECONDS, TimeUnit.SECONDS,
			new SynchronousQueue<>(), this::thread);

	private final AddressHistory history = new AddressHistory();

	private final HostLookup system;

	private final LongSupplier clock;

	/**
	 * Create a resolver without a thread.
	 * @param system what looks names up
	 * @param clock monotonic clock in nanoseconds
	 */
	public NameResolver(HostLookup system, LongSupplier clock) {
		this.system = system;
		this.clock = clock;
	}

	private Thread thread(Runnable lookups) {
		Thread thread = new Thread(null, lookups, "outbound-http-dns-" + this.threads.incrementAndGet(), 0, false);
		thread.setContextClassLoader(NameResolver.class.getClassLoader());
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Resolve a host. An address is returned as it is, without a look-up.
	 * @param host name or address
	 * @param nanos longest wait
	 * @param waiter tells whether the answer is still wanted
	 * @return the addresses, {@code null} if there is no answer in time or it is not
	 * wanted any more
	 * @throws UnknownHostException if the host has no address, or too many look-ups hang
	 * @throws InterruptedException if the caller is interrupted
	 */
	public @Nullable List<InetAddress> resolve(String host, long nanos, Waiter waiter)
			throws UnknownHostException, InterruptedException {
		if (isAddress(host)) {
			return List.of(InetAddress.getByName(host));
		}
		Lookup lookup = lookup(host);
		long startNanos = this.clock.getAsLong();
		while (true) {
			long remaining = nanos - (this.clock.getAsLong() - startNanos);
			if (remaining <= 0 || !waiter.isWaiting()) {
				return null;
			}
			try {
				return List.of(lookup.get(Math.min(remaining, POLL_NANOS), TimeUnit.NANOSECONDS));
			}
			catch (TimeoutException ex) {
				// look whether the answer is still wanted
			}
			catch (ExecutionException ex) {
				throw unknown(host, ex.getCause());
			}
			catch (CancellationException ex) {
				throw unknown(host, new RejectedExecutionException(ex));
			}
		}
	}

	/**
	 * Return whether a host is an address, which needs no look-up.
	 * @param host name or address
	 * @return whether it is an address
	 */
	public static boolean isAddress(String host) {
		return InetAddressUtils.isIPv4(host) || InetAddressUtils.isIPv6(host)
				|| InetAddressUtils.isIPv6URLBracketed(host);
	}

	/**
	 * Look a name up in the background, so that {@link #isGone} knows, unless it was only
	 * just done. Never blocks.
	 * @param host the name
	 */
	public void refresh(String host) {
		if (this.history.isDue(key(host), this.clock.getAsLong())) {
			try {
				lookup(host);
			}
			catch (UnknownHostException ex) {
				// too many look-ups are under way; another time
			}
		}
	}

	/**
	 * Return whether a name had an address once and has it no more: two answers in a row,
	 * five seconds apart, must say so. A name whose addresses come and go has them all.
	 * @param host the name
	 * @param address the address
	 * @return whether the address is gone
	 */
	public boolean isGone(String host, InetAddress address) {
		return this.history.isGone(key(host), address, this.clock.getAsLong());
	}

	private static String key(String host) {
		return host.toLowerCase(Locale.ROOT);
	}

	private Lookup lookup(String host) throws UnknownHostException {
		Lookup lookup = new Lookup(host);
		Lookup other = this.lookups.putIfAbsent(host, lookup);
		while (other != null) {
			if (!other.isDone()) {
				return other;
			}
			// its answer is of before, and its thread about to remove it
			this.lookups.remove(host, other);
			other = this.lookups.putIfAbsent(host, lookup);
		}
		try {
			this.executor.execute(lookup);
			return lookup;
		}
		catch (RejectedExecutionException ex) {
			this.lookups.remove(host, lookup);
			lookup.cancel(false);
			throw unknown(host, ex);
		}
	}

	private InetAddress[] answer(String host) throws UnknownHostException {
		InetAddress[] addresses = this.system.lookUp(host);
		this.history.answered(key(host), List.of(addresses), this.clock.getAsLong());
		return addresses;
	}

	private static UnknownHostException unknown(String host, @Nullable Throwable cause) {
		if (cause instanceof UnknownHostException ex) {
			// who shares a look-up must not share the stack of another thread
			UnknownHostException unknown = new UnknownHostException(ex.getMessage());
			unknown.initCause(ex);
			return unknown;
		}
		String reason = (cause instanceof RejectedExecutionException)
				? "%d look-ups of names are under way and do not end".formatted(MOST_LOOKUPS) : "its look-up failed";
		UnknownHostException unknown = new UnknownHostException(host + ": " + reason);
		unknown.initCause(cause);
		return unknown;
	}

	/**
	 * End the threads. One whose look-up hangs ends with it.
	 */
	@Override
	public void close() {
		this.executor.shutdownNow();
	}

	/**
	 * One look-up, for all callers that wait for it.
	 */
	private final class Lookup extends FutureTask<InetAddress[]> {

		private final String host;

		Lookup(String host) {
			super(() -> NameResolver.this.answer(host));
			this.host = host;
		}

		@Override
		protected void done() {
			NameResolver.this.lookups.remove(this.host, this);
		}

	}

	/**
	 * Who waits for an answer.
	 */
	@FunctionalInterface
	public interface Waiter {

		/**
		 * Return whether the answer is still wanted.
		 * @return whether it is
		 */
		boolean isWaiting();

	}

}
