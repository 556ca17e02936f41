package io.outboundhttp.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.outboundhttp.pool.LeakDetection;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.http.client.HttpCookieHandling;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.util.unit.DataSize;

/**
 * Settings of a client that it may inherit. {@code null} means not set.
 *
 * @since 0.1.0
 */
public class ClientSettingsProperties {

	/**
	 * Whether the client exists.
	 */
	private @Nullable Boolean enabled;

	/**
	 * Headers of every request by name. Merged with inherited ones.
	 */
	private Map<String, List<String>> defaultHeader = new LinkedHashMap<>();

	/**
	 * Value of the header User-Agent. Falls back to 'spring.application.name'.
	 */
	private @Nullable String userAgent;

	/**
	 * Longest time to establish a connection: look-up of the name, all addresses, tunnel
	 * of a proxy and TLS together.
	 */
	private @Nullable Duration connectTimeout;

	/**
	 * Longest silence of the other side, while it sends the response or takes the
	 * request. Falls back to 10s, for the client 'default' and HTTP service groups to
	 * 30s.
	 */
	private @Nullable Duration readTimeout;

	/**
	 * Handling of redirects.
	 */
	private @Nullable HttpRedirects redirects;

	/**
	 * Handling of cookies. A shared cookie store mixes users.
	 */
	private @Nullable HttpCookieHandling cookieHandling;

	/**
	 * Longest time of a whole call, from before it has a connection until its response is
	 * read, with redirects and retries. 0 for any time.
	 */
	private @Nullable Duration callTimeout;

	/**
	 * Most bytes of the body of a response, after decompression. 0 for any number.
	 */
	private @Nullable DataSize maxResponseSize;

	private final Redirect redirect = new Redirect();

	private final Drain drain = new Drain();

	@NestedConfigurationProperty
	private final RetryProperties retry = new RetryProperties();

	private final Ssl ssl = new Ssl();

	private final Proxy proxy = new Proxy();

	@NestedConfigurationProperty
	private final EgressProperties egress = new EgressProperties();

	private final Pool pool = new Pool();

	private final Leaks leakDetection = new Leaks();

	private final Health health = new Health();

	public @Nullable Boolean getEnabled() {
		return this.enabled;
	}

	public void setEnabled(@Nullable Boolean enabled) {
		this.enabled = enabled;
	}

	public Map<String, List<String>> getDefaultHeader() {
		return this.defaultHeader;
	}

	public void setDefaultHeader(Map<String, List<String>> defaultHeader) {
		this.defaultHeader = defaultHeader;
	}

	public @Nullable String getUserAgent() {
		return this.userAgent;
	}

	public void setUserAgent(@Nullable String userAgent) {
		this.userAgent = userAgent;
	}

	public @Nullable Duration getConnectTimeout() {
		return this.connectTimeout;
	}

	public void setConnectTimeout(@Nullable Duration connectTimeout) {
		this.connectTimeout = connectTimeout;
	}

	public @Nullable Duration getReadTimeout() {
		return this.readTimeout;
	}

	public void setReadTimeout(@Nullable Duration readTimeout) {
		this.readTimeout = readTimeout;
	}

	public @Nullable Duration getCallTimeout() {
		return this.callTimeout;
	}

	public void setCallTimeout(@Nullable Duration callTimeout) {
		this.callTimeout = callTimeout;
	}

	public @Nullable DataSize getMaxResponseSize() {
		return this.maxResponseSize;
	}

	public void setMaxResponseSize(@Nullable DataSize maxResponseSize) {
		this.maxResponseSize = maxResponseSize;
	}

	public Redirect getRedirect() {
		return this.redirect;
	}

	public Drain getDrain() {
		return this.drain;
	}

	public RetryProperties getRetry() {
		return this.retry;
	}

	public @Nullable HttpRedirects getRedirects() {
		return this.redirects;
	}

	public void setRedirects(@Nullable HttpRedirects redirects) {
		this.redirects = redirects;
	}

	public @Nullable HttpCookieHandling getCookieHandling() {
		return this.cookieHandling;
	}

	public void setCookieHandling(@Nullable HttpCookieHandling cookieHandling) {
		this.cookieHandling = cookieHandling;
	}

	public Ssl getSsl() {
		return this.ssl;
	}

	public Proxy getProxy() {
		return this.proxy;
	}

	public EgressProperties getEgress() {
		return this.egress;
	}

	public Pool getPool() {
		return this.pool;
	}

	public Leaks getLeakDetection() {
		return this.leakDetection;
	}

	public Health getHealth() {
		return this.health;
	}

	/**
	 * TLS of the client.
	 */
	public static class Ssl {

		/**
		 * Name of the SSL bundle.
		 */
		private @Nullable String bundle;

		public @Nullable String getBundle() {
			return this.bundle;
		}

		public void setBundle(@Nullable String bundle) {
			this.bundle = bundle;
		}

	}

	/**
	 * Forward proxy of the client.
	 */
	public static class Proxy {

		/**
		 * Host of the forward proxy. Falls back to the settings of the JVM; an empty
		 * value connects directly.
		 */
		private @Nullable String host;

		/**
		 * Port of the forward proxy.
		 */
		private @Nullable Integer port;

		/**
		 * User at the forward proxy.
		 */
		private @Nullable String username;

		/**
		 * Password at the forward proxy.
		 */
		private @Nullable String password;

		/**
		 * Hosts reached without the forward proxy; a name may start or end with '*'.
		 * Replaces an inherited list.
		 */
		private @Nullable List<String> nonProxyHosts;

		public @Nullable String getHost() {
			return this.host;
		}

		public void setHost(@Nullable String host) {
			this.host = host;
		}

		public @Nullable Integer getPort() {
			return this.port;
		}

		public void setPort(@Nullable Integer port) {
			this.port = port;
		}

		public @Nullable String getUsername() {
			return this.username;
		}

		public void setUsername(@Nullable String username) {
			this.username = username;
		}

		public @Nullable String getPassword() {
			return this.password;
		}

		public void setPassword(@Nullable String password) {
			this.password = password;
		}

		public @Nullable List<String> getNonProxyHosts() {
			return this.nonProxyHosts;
		}

		public void setNonProxyHosts(@Nullable List<String> nonProxyHosts) {
			this.nonProxyHosts = nonProxyHosts;
		}

	}

	/**
	 * Connection pool of the client.
	 */
	public static class Pool {

		/**
		 * Limit of the connections of a route, from 1 to 10000. Falls back to 50, or to
		 * max-total where that is set and lower.
		 */
		private @Nullable Integer maxPerRoute;

		/**
		 * Limit of the connections of the client, from 1 to 100000. Falls back to ten
		 * times max-per-route.
		 */
		private @Nullable Integer maxTotal;

		/**
		 * Limits of single routes by scheme://host:port. Replaces an inherited map.
		 */
		private @Nullable Map<String, Integer> maxPerRouteOverrides;

		/**
		 * Callers that may wait per route; one more fails at once. 0 lets nobody wait, -1
		 * any number.
		 */
		private @Nullable Integer maxPending;

		/**
		 * Longest wait for a connection of the pool.
		 */
		private @Nullable Duration acquireTimeout;

		/**
		 * Age at which a connection is not used again, 0 for never.
		 */
		private @Nullable Duration timeToLive;

		/**
		 * Share of time-to-live that is taken off at random for each connection, from 0
		 * to 0.9, so that they do not end together.
		 */
		private @Nullable Double timeToLiveJitter;

		/**
		 * Idle time after which a connection is closed, 0 for never. Falls back to 15s,
		 * or to time-to-live where that is set and lower.
		 */
		private @Nullable Duration idleTimeout;

		/**
		 * Idle time after which a connection is checked before use, 0 for always. Falls
		 * back to 2s, or to idle-timeout where that is lower.
		 */
		private @Nullable Duration validateAfterInactivity;

		/**
		 * Connections to base-url that are kept ready: opened before the application is
		 * ready, exempt from idle-timeout, and replaced one a second. 0 for none.
		 */
		private @Nullable Integer minIdle;

		/**
		 * Pause between two background sweeps. Falls back to a quarter of idle-timeout,
		 * at most 5s.
		 */
		private @Nullable Duration evictInterval;

		/**
		 * Size of the I/O buffer of a connection, from 512B to 16MB.
		 */
		private @Nullable DataSize bufferSize;

		public @Nullable Integer getMaxPerRoute() {
			return this.maxPerRoute;
		}

		public void setMaxPerRoute(@Nullable Integer maxPerRoute) {
			this.maxPerRoute = maxPerRoute;
		}

		public @Nullable Integer getMaxTotal() {
			return this.maxTotal;
		}

		public void setMaxTotal(@Nullable Integer maxTotal) {
			this.maxTotal = maxTotal;
		}

		public @Nullable Map<String, Integer> getMaxPerRouteOverrides() {
			return this.maxPerRouteOverrides;
		}

		public void setMaxPerRouteOverrides(@Nullable Map<String, Integer> maxPerRouteOverrides) {
			this.maxPerRouteOverrides = maxPerRouteOverrides;
		}

		public @Nullable Integer getMaxPending() {
			return this.maxPending;
		}

		public void setMaxPending(@Nullable Integer maxPending) {
			this.maxPending = maxPending;
		}

		public @Nullable Duration getAcquireTimeout() {
			return this.acquireTimeout;
		}

		public void setAcquireTimeout(@Nullable Duration acquireTimeout) {
			this.acquireTimeout = acquireTimeout;
		}

		public @Nullable Duration getTimeToLive() {
			return this.timeToLive;
		}

		public void setTimeToLive(@Nullable Duration timeToLive) {
			this.timeToLive = timeToLive;
		}

		public @Nullable Double getTimeToLiveJitter() {
			return this.timeToLiveJitter;
		}

		public void setTimeToLiveJitter(@Nullable Double timeToLiveJitter) {
			this.timeToLiveJitter = timeToLiveJitter;
		}

		public @Nullable Duration getIdleTimeout() {
			return this.idleTimeout;
		}

		public void setIdleTimeout(@Nullable Duration idleTimeout) {
			this.idleTimeout = idleTimeout;
		}

		public @Nullable Duration getValidateAfterInactivity() {
			return this.validateAfterInactivity;
		}

		public void setValidateAfterInactivity(@Nullable Duration validateAfterInactivity) {
			this.validateAfterInactivity = validateAfterInactivity;
		}

		public @Nullable Integer getMinIdle() {
			return this.minIdle;
		}

		public void setMinIdle(@Nullable Integer minIdle) {
			this.minIdle = minIdle;
		}

		public @Nullable Duration getEvictInterval() {
			return this.evictInterval;
		}

		public void setEvictInterval(@Nullable Duration evictInterval) {
			this.evictInterval = evictInterval;
		}

		public @Nullable DataSize getBufferSize() {
			return this.bufferSize;
		}

		public void setBufferSize(@Nullable DataSize bufferSize) {
			this.bufferSize = bufferSize;
		}

	}

	/**
	 * Redirects.
	 */
	public static class Redirect {

		/**
		 * Headers that never go to another origin, besides Authorization,
		 * Proxy-Authorization, Cookie, X-Api-Key and X-Auth-Token.
		 */
		private @Nullable List<String> sensitiveHeaders;

		public @Nullable List<String> getSensitiveHeaders() {
			return this.sensitiveHeaders;
		}

		public void setSensitiveHeaders(@Nullable List<String> sensitiveHeaders) {
			this.sensitiveHeaders = sensitiveHeaders;
		}

	}

	/**
	 * Responses that are closed before they are read to their end.
	 */
	public static class Drain {

		/**
		 * Most bytes that are read so that the connection can be used again. A connection
		 * with a larger remainder is closed.
		 */
		private @Nullable DataSize maxBytes;

		/**
		 * Longest time for which the remainder is read.
		 */
		private @Nullable Duration timeout;

		public @Nullable DataSize getMaxBytes() {
			return this.maxBytes;
		}

		public void setMaxBytes(@Nullable DataSize maxBytes) {
			this.maxBytes = maxBytes;
		}

		public @Nullable Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(@Nullable Duration timeout) {
			this.timeout = timeout;
		}

	}

	/**
	 * Detection of leaked connections.
	 */
	public static class Leaks {

		/**
		 * Whether leaked connections are looked for.
		 */
		private @Nullable Boolean enabled;

		/**
		 * Time without progress after which a connection in use is suspected to be
		 * leaked, 0 for never.
		 */
		private @Nullable Duration threshold;

		/**
		 * Connections for which the stack of the caller is kept. "sampled" keeps some,
		 * and for ten minutes all of a route that leaked.
		 */
		private LeakDetection.@Nullable StackTraces stackTraces;

		/**
		 * Leaked connections that are taken back: none, those whose response is
		 * unreachable, or suspected ones older than reclaim-after too.
		 */
		private LeakDetection.@Nullable Reclaim reclaim;

		/**
		 * Age after which a suspected connection is taken back if "reclaim" is "overdue".
		 */
		private @Nullable Duration reclaimAfter;

		public @Nullable Boolean getEnabled() {
			return this.enabled;
		}

		public void setEnabled(@Nullable Boolean enabled) {
			this.enabled = enabled;
		}

		public @Nullable Duration getThreshold() {
			return this.threshold;
		}

		public void setThreshold(@Nullable Duration threshold) {
			this.threshold = threshold;
		}

		public LeakDetection.@Nullable StackTraces getStackTraces() {
			return this.stackTraces;
		}

		public void setStackTraces(LeakDetection.@Nullable StackTraces stackTraces) {
			this.stackTraces = stackTraces;
		}

		public LeakDetection.@Nullable Reclaim getReclaim() {
			return this.reclaim;
		}

		public void setReclaim(LeakDetection.@Nullable Reclaim reclaim) {
			this.reclaim = reclaim;
		}

		public @Nullable Duration getReclaimAfter() {
			return this.reclaimAfter;
		}

		public void setReclaimAfter(@Nullable Duration reclaimAfter) {
			this.reclaimAfter = reclaimAfter;
		}

	}

	/**
	 * Health of the client.
	 */
	public static class Health {

		/**
		 * Whether the client is part of health.
		 */
		private @Nullable Boolean enabled;

		public @Nullable Boolean getEnabled() {
			return this.enabled;
		}

		public void setEnabled(@Nullable Boolean enabled) {
			this.enabled = enabled;
		}

	}

}
