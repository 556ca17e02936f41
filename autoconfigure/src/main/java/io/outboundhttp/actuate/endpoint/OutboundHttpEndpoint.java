package io.outboundhttp.actuate.endpoint;

import java.time.Clock;

import io.outboundhttp.advice.Advisor;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.OutboundHttpClients;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@link Endpoint} that shows the outbound HTTP clients and their pools, and lets
 * operators change limits for a while and close connections. Reading it opens no pool and
 * sends no request.
 *
 * @since 0.1.0
 */
@Endpoint(id = "outboundhttp", defaultAccess = Access.READ_ONLY)
public class OutboundHttpEndpoint {

	private static final String OPERATOR = "jmx";

	private final ClientDescriptions descriptions;

	private final OperatorActions actions;

	private final Show showValues;

	/**
	 * Create the endpoint.
	 * @param clients the clients to show
	 * @param rules rules by which their status is judged
	 * @param advisor tells what to change
	 * @param audit where it is told what operators do
	 * @param showValues when to show stacks and names of threads
	 * @param access what the endpoint allows
	 */
	public OutboundHttpEndpoint(OutboundHttpClients clients, HealthRules rules, Advisor advisor, AuditTrail audit,
			Show showValues, Access access) {
		this.descriptions = new ClientDescriptions(clients, rules, advisor, access);
		this.actions = new OperatorActions(clients, audit, Clock.systemUTC());
		this.showValues = showValues;
	}

	/**
	 * Return all clients.
	 * @return one entry per client, and per pool that is kept apart
	 */
	@ReadOperation
	public ClientsDescriptor clients() {
		return this.descriptions.all();
	}

	/**
	 * Return one client.
	 * @param client name of the client
	 * @return the client, or {@code null} if there is none of that name
	 */
	@ReadOperation
	public @Nullable ClientDescriptor client(@Selector String client) {
		return this.descriptions.one(client, this.showValues.isShown(true));
	}

	/**
	 * Change the limits of a client for a while. Callers that wait are served at once if
	 * one rises.
	 * @param client name of the client
	 * @param maxTotal limit of all connections, 1 to 10,000; {@code null} to leave it
	 * @param maxPerRoute limit of a route, 1 to 10,000; {@code null} to leave it
	 * @param revertAfter duration after which the configured limits hold again, 1s to
	 * 24h; {@code null} for 1h
	 * @return the limits, or {@code null} if there is no such client
	 * @throws org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException
	 * if it cannot be done
	 */
	@WriteOperation
	public @Nullable LimitsChangeDescriptor changeLimits(@Selector String client, @Nullable String maxTotal,
			@Nullable String maxPerRoute, @Nullable String revertAfter) {
		return this.actions.limits(client, maxTotal, maxPerRoute, revertAfter, OPERATOR);
	}

	/**
	 * Close connections of a client.
	 * @param client name of the client
	 * @param scope which ones: {@code idle}, {@code expired}, {@code suspected} or
	 * {@code all}
	 * @return what was closed, or {@code null} if there is no such client
	 * @throws org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException
	 * if there is no such scope
	 */
	@DeleteOperation
	public @Nullable ClosedDescriptor closeConnections(@Selector String client, @Nullable String scope) {
		return this.actions.close(client, scope, OPERATOR);
	}

	ClientDescriptions descriptions() {
		return this.descriptions;
	}

	OperatorActions actions() {
		return this.actions;
	}

}
