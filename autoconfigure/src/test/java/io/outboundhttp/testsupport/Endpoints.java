package io.outboundhttp.testsupport;

import java.util.List;

import io.outboundhttp.actuate.endpoint.AuditTrail;
import io.outboundhttp.actuate.endpoint.OutboundHttpEndpoint;
import io.outboundhttp.advice.Advisor;
import io.outboundhttp.advice.ApplicationTraits;
import io.outboundhttp.client.HealthRules;
import io.outboundhttp.client.OutboundHttpClients;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.Show;

/**
 * Endpoints without an application around them.
 */
public final class Endpoints {

	private Endpoints() {
	}

	/**
	 * Create an endpoint that shows neither stacks nor threads.
	 * @param clients the clients to show
	 * @return the endpoint
	 */
	public static OutboundHttpEndpoint create(OutboundHttpClients clients) {
		return create(clients, HealthRules.DEFAULT);
	}

	/**
	 * Create an endpoint that shows neither stacks nor threads.
	 * @param clients the clients to show
	 * @param rules rules by which their status is judged
	 * @return the endpoint
	 */
	public static OutboundHttpEndpoint create(OutboundHttpClients clients, HealthRules rules) {
		return new OutboundHttpEndpoint(clients, rules, new Advisor(clients, () -> ApplicationTraits.NONE, List::of),
				new AuditTrail((event) -> {
				}), Show.NEVER, Access.READ_ONLY);
	}

}
