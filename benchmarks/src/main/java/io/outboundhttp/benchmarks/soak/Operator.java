package io.outboundhttp.benchmarks.soak;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.outboundhttp.actuate.endpoint.OutboundHttpEndpoint;

import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * What an operator and a monitoring system do to a running application, all at once:
 * limits change, connections are closed by hand, settings are refreshed, and everything
 * is looked at. Used by one thread.
 */
final class Operator {

	private static final String PREFIX = "outbound-http.defaults.pool.";

	private static final int MIN_PER_ROUTE = 8;

	private static final int LIMITS_EVERY = 4;

	private static final int CLOSE_EVERY = 8;

	private static final int REFRESH_EVERY = 20;

	private final ConfigurableApplicationContext context;

	private final OutboundHttpEndpoint endpoint;

	private final PrometheusMeterRegistry registry;

	private final Map<String, Object> properties = new ConcurrentHashMap<>();

	private final Random random;

	private int limitChanges;

	private int refreshes;

	Operator(ConfigurableApplicationContext context, long seed) {
		this.context = context;
		this.endpoint = context.getBean(OutboundHttpEndpoint.class);
		this.registry = context.getBean(PrometheusMeterRegistry.class);
		this.random = new Random(seed);
		context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("soak", this.properties));
	}

	/**
	 * Do what is due, by chance.
	 */
	void step() {
		if (this.random.nextInt(LIMITS_EVERY) == 0) {
			changeLimits();
		}
		if (this.random.nextInt(CLOSE_EVERY) == 0) {
			this.endpoint.closeConnections(client(), pick(List.of("idle", "expired", "suspected", "all")));
		}
		if (this.random.nextInt(REFRESH_EVERY) == 0) {
			refresh();
		}
		this.endpoint.clients();
		this.endpoint.client(client());
		this.registry.scrape();
	}

	private void changeLimits() {
		int perRoute = MIN_PER_ROUTE + this.random.nextInt(SoakLoad.CALLERS);
		this.endpoint.changeLimits(client(), String.valueOf(2 * perRoute), String.valueOf(perRoute),
				(1 + this.random.nextInt(10)) + "s");
		this.limitChanges++;
	}

	/**
	 * Change a setting that the pool can follow, or one that needs other connections.
	 */
	private void refresh() {
		boolean isMinor = this.random.nextBoolean();
		String key = PREFIX + (isMinor ? "idle-timeout" : "buffer-size");
		this.properties.put(key, isMinor ? (5 + this.random.nextInt(10)) + "s" : pick(List.of("4KB", "8KB", "16KB")));
		this.context.publishEvent(new EnvironmentChangeEvent(this.context, Set.of(key)));
		this.refreshes++;
	}

	/**
	 * Close the idle connections of all clients.
	 */
	void closeIdle() {
		SoakClients.NAMES.forEach((client) -> this.endpoint.closeConnections(client, "idle"));
	}

	private String client() {
		return pick(SoakClients.NAMES);
	}

	private String pick(List<String> values) {
		return values.get(this.random.nextInt(values.size()));
	}

	int limitChanges() {
		return this.limitChanges;
	}

	int refreshes() {
		return this.refreshes;
	}

}
