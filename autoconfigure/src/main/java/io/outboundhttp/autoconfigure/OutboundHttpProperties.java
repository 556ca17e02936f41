package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.outboundhttp.client.Problem;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;

/**
 * {@link ConfigurationProperties Configuration properties} of managed outbound HTTP.
 *
 * @since 0.1.0
 */
@ConfigurationProperties(OutboundHttpProperties.PREFIX)
public class OutboundHttpProperties {

	static final String PREFIX = "outbound-http";

	/**
	 * Whether outbound HTTP is managed at all.
	 */
	private boolean enabled = true;

	/**
	 * Whether Spring Boot's own RestClient.Builder, RestTemplateBuilder and HTTP service
	 * groups use managed pools.
	 */
	private boolean takeover = true;

	/**
	 * Name of the client whose RestClient and RestTemplate are injected without a
	 * qualifier.
	 */
	private @Nullable String primary;

	/**
	 * Whether an unknown key stops the start. Otherwise it is a warning.
	 */
	private boolean failOnUnknown = true;

	/**
	 * Settings that all clients inherit.
	 */
	@NestedConfigurationProperty
	private final ClientSettingsProperties defaults = new ClientSettingsProperties();

	/**
	 * Settings of single clients by name. The name 'default' is the client behind Spring
	 * Boot's builders; an HTTP service group uses the client of its own name.
	 */
	private Map<String, Client> clients = new LinkedHashMap<>();

	private final Health health = new Health();

	private final Metrics metrics = new Metrics();

	private final Shutdown shutdown = new Shutdown();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public boolean isTakeover() {
		return this.takeover;
	}

	public void setTakeover(boolean takeover) {
		this.takeover = takeover;
	}

	public @Nullable String getPrimary() {
		return this.primary;
	}

	public void setPrimary(@Nullable String primary) {
		this.primary = primary;
	}

	public boolean isFailOnUnknown() {
		return this.failOnUnknown;
	}

	public void setFailOnUnknown(boolean failOnUnknown) {
		this.failOnUnknown = failOnUnknown;
	}

	public Health getHealth() {
		return this.health;
	}

	public Metrics getMetrics() {
		return this.metrics;
	}

	public Shutdown getShutdown() {
		return this.shutdown;
	}

	public ClientSettingsProperties getDefaults() {
		return this.defaults;
	}

	public Map<String, Client> getClients() {
		return this.clients;
	}

	public void setClients(Map<String, Client> clients) {
		this.clients = clients;
	}

	/**
	 * Health of all clients.
	 */
	public static class Health {

		/**
		 * Problems that turn the health of a client DOWN. Others are only shown.
		 */
		private Set<Problem> downOn = new LinkedHashSet<>(List.of(Problem.LEAKING, Problem.MAINTENANCE));

		/**
		 * Share of a route's limit, held by leaked connections, from which a client is
		 * leaking, above 0 and up to 1.
		 */
		private double leakRatio = 0.5;

		/**
		 * Time for which some caller always waited and none was served until a client is
		 * starving.
		 */
		private Duration starvationThreshold = Duration.ofSeconds(10);

		public Set<Problem> getDownOn() {
			return this.downOn;
		}

		public void setDownOn(Set<Problem> downOn) {
			this.downOn = downOn;
		}

		public double getLeakRatio() {
			return this.leakRatio;
		}

		public void setLeakRatio(double leakRatio) {
			this.leakRatio = leakRatio;
		}

		public Duration getStarvationThreshold() {
			return this.starvationThreshold;
		}

		public void setStarvationThreshold(Duration starvationThreshold) {
			this.starvationThreshold = starvationThreshold;
		}

	}

	/**
	 * Meters of all clients.
	 */
	public static class Metrics {

		private final RouteTag routeTag = new RouteTag();

		public RouteTag getRouteTag() {
			return this.routeTag;
		}

		/**
		 * The tag 'route'.
		 */
		public static class RouteTag {

			/**
			 * Whether meters that can tell routes apart have the tag 'route', as
			 * scheme://host:port.
			 */
			private boolean enabled;

			/**
			 * Number of routes per pool that have meters of their own. All further ones
			 * share those of the route 'other'.
			 */
			private int max = 50;

			public boolean isEnabled() {
				return this.enabled;
			}

			public void setEnabled(boolean enabled) {
				this.enabled = enabled;
			}

			public int getMax() {
				return this.max;
			}

			public void setMax(int max) {
				this.max = max;
			}

		}

	}

	/**
	 * The end of all clients.
	 */
	public static class Shutdown {

		/**
		 * Longest wait for connections in use when the application context closes, of all
		 * clients together. Zero closes them at once.
		 */
		private Duration drainTimeout = Duration.ofSeconds(10);

		public Duration getDrainTimeout() {
			return this.drainTimeout;
		}

		public void setDrainTimeout(Duration drainTimeout) {
			this.drainTimeout = drainTimeout;
		}

	}

	/**
	 * Settings of one client.
	 */
	public static class Client extends ClientSettingsProperties {

		/**
		 * Base of relative URIs: an http or https URL, or lb://service where Spring Cloud
		 * LoadBalancer resolves it.
		 */
		private @Nullable String baseUrl;

		public @Nullable String getBaseUrl() {
			return this.baseUrl;
		}

		public void setBaseUrl(@Nullable String baseUrl) {
			this.baseUrl = baseUrl;
		}

	}

}
