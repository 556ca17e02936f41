package io.outboundhttp.pool;

import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import io.outboundhttp.pool.connect.NameResolver;
import io.outboundhttp.pool.connect.PenaltyBox;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

import io.outboundhttp.ClientClosedException;
import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.pool.LeakDetection.Reclaim;
import io.outboundhttp.pool.LeakDetection.StackTraces;
import io.outboundhttp.pool.TrackedLease.TakeReason;
import io.outboundhttp.pool.admission.Occupancy;

/**
 * The one lease of a pool, for one round of a race. The sockets are stubs, and nothing
 * runs in the background; all the rest is real. What the actors lose, nobody brings back.
 */
final class RacedLease {

	/** The slot is back with its open connection, and ready for the next caller. */
	static final String POOLED = "pooled";

	/** The slot is back, its connection closed and forgotten. */
	static final String GONE = "gone";

	private static final HttpRoute ROUTE = new HttpRoute(new HttpHost("http", "upstream.example.org", 80));

	private static final TimeValue KEEP_ALIVE = TimeValue.ofMinutes(3);

	private static final Timeout LONGEST_WAIT = Timeout.ofSeconds(10);

	private static final Calls CALLS = new Calls();

	private static final PoolSettings SETTINGS = PoolSettings.builder()
		.leakDetection(
				new LeakDetection(false, null, StackTraces.NEVER, Reclaim.NEVER, LeakDetection.DEFAULT.reclaimAfter()))
		.build();

	private final StubNetwork network = new StubNetwork();

	private final PoolingHttpClientConnectionManager places = this.network.newManager();

	private static final Clock CLOCK = new Clock((nanos) -> {
	});

	private static final NameResolver NAMES = new NameResolver(SystemDefaultDnsResolver.INSTANCE::resolve,
			System::nanoTime);

	private final AtomicInteger ends = new AtomicInteger();

	private final Queue<String> failures = new ConcurrentLinkedQueue<>();

	private final ConnectionPool pool;

	private final ManagedConnectionManager manager;

	private final LeasedEndpoint endpoint;

	private RacedLease() {
		PoolSupport support = new PoolSupport(TimeSource.system(), new PoolListener() {

			@Override
			public void leaseReleased(Lease lease, long heldNanos) {
				RacedLease.this.ends.incrementAndGet();
			}

		}, CALLS, new ReferenceQueue<>(), Runnable::run, CLOCK, NAMES, new PenaltyBox(System::nanoTime), (nanos) -> {
		}, Runnable::run);
		this.places.setDefaultMaxPerRoute(1);
		this.places.setMaxTotal(1);
		ConnectionPool pool = new ConnectionPool("raced", SETTINGS, this.places, support);
		this.pool = pool;
		this.manager = new ManagedConnectionManager((self) -> pool);
		try {
			this.endpoint = lease();
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("no lease", ex);
		}
	}

	static RacedLease unconnected() {
		return new RacedLease();
	}

	static RacedLease connected() {
		RacedLease lease = new RacedLease();
		String told = lease.connect();
		if (!told.equals("connected")) {
			throw new IllegalStateException(told);
		}
		return lease;
	}

	private LeasedEndpoint lease() throws ExecutionException {
		try {
			return (LeasedEndpoint) this.manager.lease("race", ROUTE, Timeout.DISABLED, null).get(LONGEST_WAIT);
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new IllegalStateException("no slot", ex);
		}
	}

	// What actors do

	/**
	 * Connect, and return what the caller is told.
	 */
	String connect() {
		try {
			this.manager.connect(this.endpoint, Timeout.DISABLED, HttpClientContext.create());
			return "connected";
		}
		catch (LeaseReclaimedException ex) {
			return "reclaimed";
		}
		catch (ClientClosedException ex) {
			return "client closed";
		}
		catch (RequestFailedException ex) {
			return "aborted";
		}
		catch (IOException ex) {
			return "I/O error";
		}
		catch (RuntimeException ex) {
			return ex.toString();
		}
	}

	/**
	 * Give the connection back as one that may be used again.
	 */
	void release() {
		note(() -> this.manager.release(this.endpoint, null, KEEP_ALIVE));
	}

	/**
	 * End the exchange as HttpClient does on behalf of a thread that aborts it.
	 */
	void abort() {
		note(() -> {
			this.endpoint.close(CloseMode.IMMEDIATE);
			this.manager.release(this.endpoint, null, TimeValue.ZERO_MILLISECONDS);
		});
	}

	/**
	 * Take the lease, and return whether it ends because of it.
	 */
	boolean take(TakeReason reason) {
		return this.endpoint.lease().take(reason);
	}

	void closePool() {
		note(this.pool::close);
	}

	/**
	 * Lease again, and return what the next caller gets.
	 */
	String leaseNext() {
		try {
			LeasedEndpoint next = lease();
			return next.lease().isReused() ? "reused" : "fresh";
		}
		catch (ExecutionException ex) {
			return (ex.getCause() instanceof ClientClosedException) ? "client closed" : ex.toString();
		}
		catch (RuntimeException ex) {
			return ex.toString();
		}
	}

	private void note(Runnable action) {
		try {
			action.run();
		}
		catch (RuntimeException ex) {
			this.failures.add(ex.toString());
		}
	}

	// When all actors are done

	/**
	 * Return where the slot and its connection are: {@link #POOLED}, {@link #GONE}, or in
	 * detail where they must not be.
	 */
	String standing() {
		String details = holdings();
		return switch (details) {
			case "ends=1 leased=0 available=1 places=1 open=1 sockets=1" -> POOLED;
			case "ends=1 leased=0 available=0 places=0 open=0 sockets=0" -> GONE;
			default -> details;
		};
	}

	/**
	 * Return how many leases have ended, what the pool counts and what HttpClient's, how
	 * many connections are open, how many sockets, and what has failed.
	 */
	String holdings() {
		Occupancy occupancy = this.pool.admission().read();
		long open = this.pool.connections().all().stream().filter(PooledConnection::isOpen).count();
		return "ends=%d leased=%d available=%d places=%d open=%d sockets=%d%s".formatted(this.ends.get(),
				occupancy.leased(), occupancy.available(), this.places.getTotalStats().getLeased(), open,
				this.network.openSockets(), this.failures.isEmpty() ? "" : " " + this.failures);
	}

}
