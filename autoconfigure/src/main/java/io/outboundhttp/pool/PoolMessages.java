package io.outboundhttp.pool;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

import java.io.IOException;

import io.outboundhttp.CallPhase;
import io.outboundhttp.CallTimeoutException;
import io.outboundhttp.ClientClosedException;
import io.outboundhttp.ConnectTimeoutException;
import io.outboundhttp.EgressDeniedException;
import io.outboundhttp.LeaseReclaimedException;
import io.outboundhttp.LeaseSnapshot;
import io.outboundhttp.PoolExhaustedException;
import io.outboundhttp.PoolExhaustedException.RouteSnapshot;
import io.outboundhttp.PoolQueueFullException;
import io.outboundhttp.ReadTimeoutException;
import io.outboundhttp.pool.egress.EgressDenial;

/**
 * The words of a pool: texts of exceptions, and what lines of the log share. Nothing here
 * names a header, a query string or the path of a request whose template is not known.
 */
final class PoolMessages {

	/** Elements of keys that need no brackets. */
	private static final Pattern PLAIN_ELEMENT = Pattern.compile("[a-z0-9][a-z0-9-]*");

	private final String pool;

	private final String prefix;

	PoolMessages(String pool) {
		this.pool = pool;
		int number = pool.indexOf('#');
		String client = (number >= 0) ? pool.substring(0, number) : pool;
		this.prefix = "outbound-http.clients"
				+ (PLAIN_ELEMENT.matcher(client).matches() ? "." + client : "[" + client + "]") + ".";
	}

	/**
	 * Return the full key of a setting of this pool's client.
	 */
	String key(String setting) {
		return this.prefix + setting;
	}

	PoolExhaustedException exhausted(RouteSnapshot route, List<LeaseSnapshot> oldest, long waitedMillis) {
		String message = "Client '%s': no connection for route %s within %d ms (%s)%s. %s".formatted(this.pool,
				route.route(), waitedMillis, counts(route), held(route, oldest), remedy(route, ""));
		return new PoolExhaustedException(message, route, oldest);
	}

	PoolQueueFullException queueFull(RouteSnapshot route, List<LeaseSnapshot> oldest, int maxPending) {
		String message = "Client '%s': %d callers wait for a connection of route %s already (%s)%s. %s".formatted(
				this.pool, maxPending, route.route(), counts(route), held(route, oldest),
				remedy(route, key("pool.max-pending") + " or "));
		return new PoolQueueFullException(message, route, oldest);
	}

	private static String counts(RouteSnapshot route) {
		return "leased=%d, available=%d, pending=%d, max-per-route=%d, total=%d, max-total=%d".formatted(route.leased(),
				route.available(), route.pending(), route.maxPerRoute(), route.total(), route.maxTotal());
	}

	private static String held(RouteSnapshot route, List<LeaseSnapshot> oldest) {
		String leases = oldest.isEmpty() ? "" : "; held for longest: "
				+ oldest.stream().map(PoolMessages::describe).collect(Collectors.joining("; "));
		return (route.heldByCaller() > 0) ? leases + "; this thread itself holds " + route.heldByCaller() : leases;
	}

	private String remedy(RouteSnapshot route, String more) {
		boolean total = route.leased() < route.maxPerRoute() && route.total() >= route.maxTotal();
		return "Look for responses that are not closed, or raise " + more
				+ key(total ? "pool.max-total" : "pool.max-per-route");
	}

	/**
	 * Return a lease in words.
	 */
	static String describe(LeaseSnapshot lease) {
		StringBuilder text = new StringBuilder();
		text.append(request(lease)).append(", ");
		text.append(lease.ageMillis()).append(" ms, ");
		text.append(lease.phase().name().toLowerCase(Locale.ROOT).replace('_', ' '));
		text.append(", thread ").append(lease.thread());
		lease.applicationFrame().ifPresent((frame) -> text.append(", at ").append(frame));
		return text.toString();
	}

	static String request(LeaseSnapshot lease) {
		String method = lease.method().isEmpty() ? "unknown request" : lease.method();
		String template = lease.uriTemplate();
		return (template != null) ? method + " " + withoutQuery(template) : method + " " + lease.route();
	}

	private static String withoutQuery(String template) {
		int query = template.indexOf('?');
		return (query >= 0) ? template.substring(0, query) : template;
	}

	ClientClosedException closed(@Nullable Throwable cause) {
		return new ClientClosedException(
				"Client '%s': its pool is closed, since the application context is closing".formatted(this.pool),
				cause);
	}

	IOException taken(Lease lease, TrackedLease.TakeReason reason, @Nullable Exception cause) {
		LeaseSnapshot snapshot = lease.snapshot();
		if (reason == TrackedLease.TakeReason.SHUTDOWN) {
			return new ClientClosedException(
					"Client '%s': the connection of %s was closed after %d ms, since the application context is closing. Let it end earlier, or change %s"
						.formatted(this.pool, request(snapshot), snapshot.ageMillis(), ShutdownDrain.KEY),
					cause);
		}
		String why = switch (reason) {
			case ABANDONED -> "its response could not be reached any more";
			case OVERDUE -> "nothing was read from it for too long";
			case BY_HAND -> "an operator has asked for it";
			case SUPERSEDED -> "a later response of the same call took its place";
			case NEEDED -> "a caller needed its place";
			case SHUTDOWN, CALL_TIMEOUT, CONNECT_TIMEOUT, WRITE_TIMEOUT ->
				throw new IllegalArgumentException(reason.name());
		};
		return new LeaseReclaimedException(
				"Client '%s': the connection of %s was taken back after %d ms, since %s. Close responses in time, or change %s"
					.formatted(this.pool, request(snapshot), snapshot.ageMillis(), why,
							key((reason == TrackedLease.TakeReason.OVERDUE) ? "leak-detection.reclaim-after"
									: "leak-detection.reclaim")),
				cause);
	}

	CallTimeoutException callTimeout(String request, Duration limit, CallPhase phase, Map<CallPhase, Duration> times,
			@Nullable Throwable cause) {
		String spent = times.entrySet()
			.stream()
			.map((entry) -> name(entry.getKey()) + " " + entry.getValue().toMillis() + " ms")
			.collect(Collectors.joining(", "));
		return new CallTimeoutException(
				"Client '%s': %s was not over within %d ms; it was in phase %s (%s). Look at the slow phase, or change %s"
					.formatted(this.pool, request, limit.toMillis(), name(phase), spent, key("call-timeout")),
				phase, times, cause);
	}

	ConnectTimeoutException connectTimeout(HttpRoute route, TimeLimit limit, long millis, CallPhase phase,
			List<String> tried, @Nullable Throwable cause) {
		HttpHost host = (route.getProxyHost() != null) ? route.getProxyHost() : route.getTargetHost();
		String attempts = tried.isEmpty() ? "" : "; tried " + String.join(", ", tried);
		return new ConnectTimeoutException(
				"Client '%s': no connection to %s within %s; it was in phase %s%s. Look at the network, or change %s"
					.formatted(this.pool, route(route), limit.describe(millis), name(phase), attempts,
							key("connect-timeout")),
				host, phase, tried, cause);
	}

	ReadTimeoutException readTimeout(HttpRoute route, TimeLimit limit, long millis, CallPhase phase,
			@Nullable Throwable cause) {
		String what = switch (phase) {
			case WRITE -> "took nothing of the request";
			case BODY -> "sent nothing more of the response";
			default -> "sent no response";
		};
		return new ReadTimeoutException("Client '%s': %s %s for %s. Look at the upstream, or change %s".formatted(
				this.pool, Routes.target(route), what, limit.describe(millis), key("read-timeout")), phase, cause);
	}

	String notWarm(HttpRoute route, int ready, int wanted, Exception cause) {
		String reason = (cause.getMessage() != null) ? cause.getMessage() : cause.toString();
		String prefix = "Client '%s': ".formatted(this.pool);
		return "%sno connection to %s could be opened in advance, %d of %d are ready; it is tried again (%s). Look at the upstream, or change %s"
			.formatted(prefix, route(route), ready, wanted,
					reason.startsWith(prefix) ? reason.substring(prefix.length()) : reason, key("pool.min-idle"));
	}

	String tooLarge(CallContext call, HttpRoute route, long maxBytes) {
		String template = call.uriTemplate();
		return "Client '%s': the response of %s %s is larger than %d bytes. Ask for less, or change %s".formatted(
				this.pool, call.method(), (template != null) ? template : Routes.target(route), maxBytes,
				key("max-response-size"));
	}

	EgressDeniedException egressDenied(EgressDenial denial) {
		String message = "Client '%s': %s is denied, since %s. Call another target, or change %s".formatted(this.pool,
				denial.target(), describe(denial), key(egressKey(denial)));
		return new EgressDeniedException(message, denial.target().toString(), denial.reason(), denial.rule());
	}

	/**
	 * Return why a target is denied in words.
	 */
	static String describe(EgressDenial denial) {
		String what = (denial.address() != null) ? "its address " + denial.address() : "it";
		return switch (denial.reason()) {
			case DENY_RULE -> what + " matches the rule '" + denial.rule() + "'";
			case NO_ALLOW_RULE -> what + " matches none of the rules that allow";
			case UNRESOLVABLE -> "it is behind a proxy and its addresses are not known here";
		};
	}

	/**
	 * Return the key to change if a target is not to be denied.
	 */
	static String egressKey(EgressDenial denial) {
		return switch (denial.reason()) {
			case DENY_RULE -> "egress.deny";
			case NO_ALLOW_RULE -> "egress.allow";
			case UNRESOLVABLE -> "egress.unresolvable";
		};
	}

	private static String name(CallPhase phase) {
		return phase.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * Return the route in words, for lines of the log.
	 */
	static String route(HttpRoute route) {
		String proxy = Routes.proxy(route);
		return proxy.isEmpty() ? Routes.target(route) : Routes.target(route) + " via " + proxy;
	}

}
