package io.outboundhttp.actuate.endpoint;

import java.time.Clock;
import java.time.Duration;
import java.util.Locale;

import io.outboundhttp.client.ClientDefinition;
import io.outboundhttp.client.ClientSetting;
import io.outboundhttp.client.LiveClient;
import io.outboundhttp.client.OutboundHttpClients;
import io.outboundhttp.pool.ConnectionPool;
import io.outboundhttp.pool.LimitsChange;
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
		LiveClient live = this.clients.live(client);
		if (live == null && !this.clients.names().contains(client)) {
			return null;
		}
		LimitsRequest request = LimitsRequest.parse(maxTotal, maxPerRoute, revertAfter);
		if (live == null) {
			// no pool is opened for a request that cannot be met
			request.applyTo(configured(this.clients.definition(client)));
		}
		ConnectionPool pool = (live != null) ? live.pool() : this.clients.pool(client);
		LimitsChange change = pool.override(request::applyTo, by, this.clock.instant().plus(request.revertAfter()),
				request.revertAfter());
		this.audit.limitsChanged(client, change);
		return new LimitsChangeDescriptor(client, LimitsDescriptor.of(change.before()),
				LimitsDescriptor.of(change.override().limits()), LimitsDescriptor.of(pool.getLimits()),
				OverrideDescriptor.of(pool.getOverride()));
	}

	private static PoolLimits configured(ClientDefinition definition) {
		return new PoolLimits(definition.require(ClientSetting.POOL_MAX_TOTAL),
				definition.require(ClientSetting.POOL_MAX_PER_ROUTE));
	}

	/**
	 * Close connections of a client.
	 * @return what became of it, {@code null} if there is no such client
	 * @throws InvalidEndpointRequestException if there is no such scope
	 */
	@Nullable ClosedDescriptor close(String client, @Nullable String scopeName, String by) {
		LiveClient live = this.clients.live(client);
		if (live == null && !this.clients.names().contains(client)) {
			return null;
		}
		Scope scope = scope(scopeName);
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
