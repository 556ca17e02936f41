package io.outboundhttp.client;

import java.util.List;

import io.outboundhttp.pool.egress.EgressPolicy;
import io.outboundhttp.pool.egress.EgressRule;
import org.jspecify.annotations.Nullable;

/**
 * Egress policy of a client, made from its definition.
 */
final class ClientEgress {

	private ClientEgress() {
	}

	/**
	 * Return the policy that a definition asks for.
	 * @param definition what the client is
	 * @return the policy
	 */
	static EgressPolicy policy(ClientDefinition definition) {
		List<EgressRule> deny = rules(definition.get(ClientSetting.EGRESS_DENY));
		return new EgressPolicy(rules(definition.get(ClientSetting.EGRESS_ALLOW)), (deny != null) ? deny : List.of(),
				definition.require(ClientSetting.EGRESS_MODE), definition.require(ClientSetting.EGRESS_UNRESOLVABLE));
	}

	private static @Nullable List<EgressRule> rules(@Nullable List<String> rules) {
		return (rules != null) ? rules.stream().map(EgressRule::parse).toList() : null;
	}

}
