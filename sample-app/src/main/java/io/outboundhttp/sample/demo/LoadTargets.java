package io.outboundhttp.sample.demo;

import java.net.URI;
import java.util.Set;

import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Where load would go. It must stay on this machine: whoever points a client at a server
 * elsewhere can place orders there, but not 5,000 a second.
 */
@Component
class LoadTargets {

	private static final Set<String> CLIENTS = Set.of("catalog", "payments", "shipping");

	private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

	private final Environment environment;

	LoadTargets(Environment environment) {
		this.environment = environment;
	}

	/**
	 * Check that all clients talk to this machine.
	 * @throws LoadRefusedException if one does not
	 */
	void requireLoopback() {
		for (String client : CLIENTS) {
			String key = "outbound-http.clients." + client + ".base-url";
			String host = URI.create(this.environment.getProperty(key, "")).getHost();
			if (host == null || !LOOPBACK.contains(host)) {
				throw new LoadRefusedException(
						"Load stays on this machine, but '" + key + "' leads to " + host + " (expected: localhost)");
			}
		}
	}

}
