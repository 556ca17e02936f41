package io.outboundhttp.pool;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.outboundhttp.LeakReport;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.pool.egress.EgressDenial;
import io.outboundhttp.pool.egress.EgressMode;
import io.outboundhttp.pool.egress.EgressTarget;
import org.apache.hc.client5.http.HttpRoute;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link PoolListener} that writes the life of each pool to the log: its beginning and
 * end and leaks that were cleared at info, leaks and targets that an egress policy only
 * reports at warn, leases at debug level. What looks the same is one line, then one a
 * minute.
 *
 * @since 0.1.0
 */
public final class LoggingPoolListener implements PoolListener {

	private static final Logger logger = LoggerFactory.getLogger(LoggingPoolListener.class);

	private static final int FRAMES = 40;

	private final LeakLogLimit limit = new LeakLogLimit();

	private final LogLimit<Denied> denials = new LogLimit<>();

	@Override
	public void poolOpened(ConnectionPool pool) {
		if (logger.isInfoEnabled()) {
			PoolSnapshot snapshot = pool.snapshot();
			logger.info("Client '{}': pool opened (max-total={}, max-per-route={})", snapshot.name(),
					snapshot.maxTotal(), snapshot.maxPerRoute());
		}
	}

	@Override
	public void poolClosed(ConnectionPool pool) {
		logger.info("Client '{}': pool closed", pool.getName());
	}

	@Override
	public void leaseAcquired(Lease lease, long waitedNanos) {
		if (logger.isDebugEnabled()) {
			logger.debug("Client '{}': leased a connection to {} ({} after {} us)", lease.getPool().getName(),
					PoolMessages.route(lease.getRoute()), lease.isReused() ? "reused" : "new", waitedNanos / 1000);
		}
	}

	@Override
	public void leaseReleased(Lease lease, long heldNanos) {
		if (logger.isDebugEnabled()) {
			logger.debug("Client '{}': released a connection to {} (held for {} us)", lease.getPool().getName(),
					PoolMessages.route(lease.getRoute()), heldNanos / 1000);
		}
	}

	@Override
	public void connectionClosed(ConnectionPool pool, HttpRoute route, CloseReason reason) {
		if (logger.isDebugEnabled()) {
			logger.debug("Client '{}': closed a connection to {} ({})", pool.getName(), PoolMessages.route(route),
					reason.name().toLowerCase(Locale.ROOT));
		}
	}

	@Override
	public void leakDetected(ConnectionPool pool, LeakReport report) {
		long similar = this.limit.admit(report, pool.nanos());
		if (similar < 0 || !logger.isWarnEnabled()) {
			return;
		}
		LeaseSnapshot lease = report.lease();
		logger.warn("Client '{}': {} ({}){}{}{}{}", pool.getName(), what(report), PoolMessages.describe(lease),
				report.reclaimed() ? "; the connection was taken back" : "",
				(similar > 0) ? "; " + similar + " more like it since the last line" : "",
				stack("the connection was taken", lease.stack()), stack("now the thread is", report.threadNow()));
	}

	private static String what(LeakReport report) {
		return switch (report.kind()) {
			case ABANDONED -> "a response was dropped without being closed";
			case SUSPECTED -> report.reclaimed() ? "a connection was held for too long"
					: "a connection is held, and nothing was read from it for " + report.lease().idleMillis()
							+ " ms: is its response not closed?";
			case SUPERSEDED ->
				"a response was left open by an interceptor that sent the request again, or threw" + culprit(report);
		};
	}

	/**
	 * Return the interceptors in the stack of the caller, the innermost first. The stack
	 * does not tell which of them left the response open.
	 */
	private static String culprit(LeakReport report) {
		List<StackTraceElement> stack = report.lease().stack();
		String interceptors = IntStream.range(1, stack.size())
			.filter((i) -> isInterceptorChain(stack.get(i)) && !isInterceptorChain(stack.get(i - 1)))
			.mapToObj((i) -> interceptor(stack.get(i - 1)))
			.distinct()
			.collect(Collectors.joining(", "));
		return interceptors.isEmpty() ? "" : ": " + interceptors;
	}

	/**
	 * Return whether a frame is one of those between interceptors: what it calls is one.
	 */
	private static boolean isInterceptorChain(StackTraceElement frame) {
		return frame.getClassName().equals("org.springframework.http.client.ClientHttpRequestInterceptor");
	}

	private static String interceptor(StackTraceElement frame) {
		String method = frame.getMethodName();
		return method.equals("intercept") ? frame.getClassName() : frame.getClassName() + "." + method;
	}

	private static String stack(String title, List<StackTraceElement> frames) {
		if (frames.isEmpty()) {
			return "";
		}
		return frames.stream()
			.limit(FRAMES)
			.map((frame) -> "\n\t\tat " + frame)
			.collect(Collectors.joining("", "\n\t" + title + ":", ""));
	}

	@Override
	public void leakCleared(Lease lease) {
		LeaseSnapshot snapshot = lease.snapshot();
		if (this.limit.wasLogged(snapshot) && logger.isInfoEnabled()) {
			logger.info("Client '{}': the connection that was suspected to be leaked is back, or in use again ({})",
					snapshot.client(), PoolMessages.describe(snapshot));
		}
	}

	@Override
	public void egressDenied(ConnectionPool pool, EgressDenial denial, EgressMode mode) {
		if (mode == EgressMode.ENFORCE) {
			// the caller is told
			return;
		}
		long similar = this.denials.admit(new Denied(pool.getName(), denial.target()), pool.nanos());
		if (similar >= 0) {
			logger.warn("Client '{}': {} would be denied, since {}{}; see {}", pool.getName(), denial.target(),
					PoolMessages.describe(denial),
					(similar > 0) ? "; " + similar + " more connections to it since the last line" : "",
					pool.messages().key(PoolMessages.egressKey(denial)));
		}
	}

	/**
	 * What makes two reports of a policy look the same.
	 */
	private record Denied(String client, EgressTarget target) {

	}

}
