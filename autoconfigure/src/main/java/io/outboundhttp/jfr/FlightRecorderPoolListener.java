package io.outboundhttp.jfr;

import java.util.stream.Collectors;

import io.outboundhttp.LeakReport;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.Lease;
import io.outboundhttp.pool.PoolListener;
import org.apache.hc.client5.http.HttpRoute;

/**
 * {@link PoolListener} that writes events for the JDK's Flight Recorder. It costs nothing
 * while no recording runs.
 *
 * @since 0.1.0
 */
public final class FlightRecorderPoolListener implements PoolListener {

	@Override
	public void leaseReleased(Lease lease, long heldNanos) {
		LeaseEvent event = new LeaseEvent();
		if (event.isEnabled()) {
			event.client = lease.getPool().getName();
			event.route = lease.getRoute().getTargetHost().toURI();
			event.method = lease.getMethod();
			event.uriTemplate = lease.getUriTemplate();
			event.held = heldNanos;
			event.reused = lease.isReused();
			event.commit();
		}
	}

	@Override
	public void leaseTimedOut(ConnectionPool pool, HttpRoute route, long waitedNanos) {
		timeout(pool, route, waitedNanos, false);
	}

	@Override
	public void leaseRejected(ConnectionPool pool, HttpRoute route) {
		timeout(pool, route, 0, true);
	}

	private static void timeout(ConnectionPool pool, HttpRoute route, long waitedNanos, boolean rejected) {
		LeaseTimeoutEvent event = new LeaseTimeoutEvent();
		if (event.isEnabled()) {
			event.client = pool.getName();
			event.route = route.getTargetHost().toURI();
			event.waited = waitedNanos;
			event.rejected = rejected;
			event.commit();
		}
	}

	@Override
	public void leakDetected(ConnectionPool pool, LeakReport report) {
		LeakEvent event = new LeakEvent();
		if (event.isEnabled()) {
			LeaseSnapshot lease = report.lease();
			event.client = lease.client();
			event.route = lease.route();
			event.kind = report.kind().name();
			event.method = lease.method();
			event.uriTemplate = lease.uriTemplate();
			event.thread = lease.thread();
			event.age = lease.ageMillis();
			event.reclaimed = report.reclaimed();
			event.stack = lease.stack().stream().map(String::valueOf).collect(Collectors.joining("\n"));
			event.commit();
		}
	}

}
