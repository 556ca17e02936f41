package io.outboundhttp.client;

import java.util.Set;

/**
 * The definitions of all clients of an application.
 *
 * @since 0.1.0
 */
public interface ClientDefinitions {

	/**
	 * Return the names of the clients: the configured ones that are enabled,
	 * {@code default}, and the HTTP service groups.
	 * @return the names, {@code default} first
	 */
	Set<String> names();

	/**
	 * Return the definition of a client.
	 * @param name name of the client
	 * @return the definition
	 * @throws IllegalArgumentException if there is no such client; the message lists
	 * those there are
	 */
	ClientDefinition get(String name);

}
