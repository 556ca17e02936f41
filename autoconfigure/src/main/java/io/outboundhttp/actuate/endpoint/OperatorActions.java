package io.outboundhttp.actuate.endpoint;

import java.time.Clock;
import java.time.Duration;
import java.util.Locale;

import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.LimitOverride;
import io.outboundhttp.pool.PoolLimits;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * What an operator does to a client while the application runs. Safe for use by several
 * threads.
 */
final class OperatorActions {

	private final OutboundHttpClients clients;

	private final AuditTrail audit;

	private final Clock clock;

	OperatorActions(OutboundHttpClients clients, AuditTrail audit, Clock clock) {
		this.clients = clients;
		this.audit = audit;
		this.clock = clock;
	}

	/**
	 * Change the limits of a client for a while.
	 * @return what became of it, {@code null} if there is no such client
	 * @throws InvalidEndpointRequestException if it cannot be done
	 */
	@Nullable LimitsChangeDescriptor limits(String client, @Nullable String maxTotal, @Nullable String maxPerRoute,
			@Nullable String revertAfter, String by) {
		if (!exists(client)) {
			return null;
		}
		LimitsRequest request = LimitsRequest.parse(maxTotal, maxPerRoute, revertAfter);
		LiveClient live = this.clients.live(client);
		ConnectionPool pool = (live != null) ? live.pool() : this.clients.pool(client);
		PoolLimits before = pool.getLimits();
		PoolLimits after = request.applyTo(before);
		LimitOverride override = new LimitOverride(after, by, this.clock.instant().plus(request.revertAfter()));
		pool.override(override, request.revertAfter());
		this.audit.limitsChanged(client, before, override);
		return new LimitsChangeDescriptor(client, LimitsDescriptor.of(before), LimitsDescriptor.of(after),
				LimitsDescriptor.of(pool.getLimits()), OverrideDescriptor.of(pool.getOverride()));
	}

	/**
	 * Close connections of a client.
	 * @return what became of it, {@code null} if there is no such client
	 * @throws InvalidEndpointRequestException if there is no such scope
	 */
	@Nullable ClosedDescriptor close(String client, @Nullable String scopeName, String by) {
		if (!exists(client)) {
			return null;
		}
		Scope scope = scope(scopeName);
		LiveClient live = this.clients.live(client);
		int closed = 0;
		Integer closing = (scope == Scope.ALL) ? 0 : null;
		if (live != null) {
			ConnectionPool pool = live.pool();
			closing = (scope == Scope.ALL) ? Integer.valueOf(pool.retireAll()) : null;
			closed = close(pool, scope);
		}
		this.audit.closed(client, scope, closed, by);
		return new ClosedDescriptor(client, scope.toString(), closed, closing);
	}

	private static int close(ConnectionPool pool, Scope scope) {
		return switch (scope) {
			case IDLE, ALL -> pool.closeIdle(Duration.ZERO);
			case EXPIRED -> pool.closeExpired();
			case SUSPECTED -> pool.reclaimSuspected();
		};
	}

	private boolean exists(String client) {
		return this.clients.live(client) != null || this.clients.names().contains(client);
	}

	private static Scope scope(@Nullable String name) {
		for (Scope scope : Scope.values()) {
			if (name != null && scope.toString().equals(name.strip().toLowerCase(Locale.ROOT))) {
				return scope;
			}
		}
		String expected = "say one of 'scope=idle' (connections that are idle), 'scope=expired' (those of them at the "
				+ "end of their life), 'scope=suspected' (take back those that callers have leaked), "
				+ "'scope=all' (idle ones now, those in use after their response)";
		throw (name != null) ? LimitsRequest.invalid("there is no scope '%s': %s", LimitsRequest.shown(name), expected)
				: LimitsRequest.invalid("%s", expected);
	}

}
