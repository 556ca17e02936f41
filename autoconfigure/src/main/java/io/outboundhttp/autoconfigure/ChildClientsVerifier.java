package io.outboundhttp.autoconfigure;

import java.util.Set;

import io.outboundhttp.client.OutboundHttpClients;

import org.springframework.core.env.Environment;

/**
 * Checks that a child context, which shares the clients of its parent, does not configure
 * one that the parent does not have. It would be missing without a word.
 */
final class ChildClientsVerifier {

	ChildClientsVerifier(Environment environment, OutboundHttpClients clients) {
		Set<String> configured = ClientNames.find(environment);
		for (String client : EnabledClients.find(environment)) {
			if (configured.contains(client) && !clients.names().contains(client)) {
				throw new OutboundHttpConfigurationException(
						"Client '%s' below '%s' is configured in a child context, which shares the clients of its parent: %s."
							.formatted(client, KnownKeys.clientPrefix(client), clients.names()),
						"Configure the client where the parent context sees it.");
			}
		}
	}

}
