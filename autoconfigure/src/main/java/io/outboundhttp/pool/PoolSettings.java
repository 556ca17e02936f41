package io.outboundhttp.pool;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import io.outboundhttp.pool.egress.AddressFilter;
import io.outboundhttp.pool.egress.EgressPolicy;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ConnectionPool} must know beyond its connection manager. Immutable.
 *
 * @since 0.1.0
 */
public final class PoolSettings {

	private final @Nullable Duration timeToLive;

	private final double timeToLiveJitter;

	private final @Nullable Duration idleTimeout;

	private final @Nullable Duration validateAfterInactivity;

	private final Duration evictInterval;

	private final int maxPending;

	private final int minIdle;

	private final Map<HttpHost, Integer> maxPerRouteOverrides;

	private final LeakDetection leakDetection;

	private final TimeLimit connectTimeout;

	private final long drainMaxBytes;

	private final Duration drainTimeout;

	private final EgressPolicy egress;

	private final @Nullable AddressFilter addressFilter;

	private PoolSettings(Builder builder) {
		this.timeToLive = builder.timeToLive;
		this.timeToLiveJitter = builder.timeToLiveJitter;
		this.idleTimeout = builder.idleTimeout;
		this.validateAfterInactivity = builder.validateAfterInactivity;
		this.evictInterval = builder.evictInterval;
		this.maxPending = builder.maxPending;
		this.minIdle = builder.minIdle;
		this.maxPerRouteOverrides = Map.copyOf(builder.maxPerRouteOverrides);
		this.leakDetection = builder.leakDetection;
		this.connectTimeout = builder.connectTimeout;
		this.drainMaxBytes = builder.drainMaxBytes;
		this.drainTimeout = builder.drainTimeout;
		this.egress = builder.egress;
		this.addressFilter = builder.addressFilter;
	}

	/**
	 * Return a builder.
	 * @return a builder in which connections neither age nor are checked, any number of
	 * callers may wait, leaks are looked for as by default, a connect takes five seconds
	 * at most, 64 KB within 200 ms are read of a response that is closed, and every
	 * target is permitted
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Return the age at which a connection is not used again.
	 * @return the age or {@code null} for any age
	 */
	public @Nullable Duration getTimeToLive() {
		return this.timeToLive;
	}

	/**
	 * Return the share of the time to live that is taken off at random for each
	 * connection.
	 * @return zero to less than one
	 */
	public double getTimeToLiveJitter() {
		return this.timeToLiveJitter;
	}

	/**
	 * Return the idle time after which a connection is closed, in the background as well
	 * as on lease.
	 * @return the idle time or {@code null} if idle connections stay until they expire
	 */
	public @Nullable Duration getIdleTimeout() {
		return this.idleTimeout;
	}

	/**
	 * Return the idle time after which a connection is checked before it is used.
	 * @return the idle time, zero for every lease, {@code null} for never
	 */
	public @Nullable Duration getValidateAfterInactivity() {
		return this.validateAfterInactivity;
	}

	/**
	 * Return the pause between two background sweeps.
	 * @return the pause, positive
	 */
	public Duration getEvictInterval() {
		return this.evictInterval;
	}

	/**
	 * Return how many callers may wait per route.
	 * @return the number, negative for any
	 */
	public int getMaxPending() {
		return this.maxPending;
	}

	/**
	 * Return how many connections are kept ready of the route that is warmed up.
	 * @return the number, zero for none
	 */
	public int getMinIdle() {
		return this.minIdle;
	}

	/**
	 * Return the limits of single routes by target.
	 * @return an immutable map
	 */
	public Map<HttpHost, Integer> getMaxPerRouteOverrides() {
		return this.maxPerRouteOverrides;
	}

	/**
	 * Return how leaks are found and what is done about them.
	 * @return the settings
	 */
	public LeakDetection getLeakDetection() {
		return this.leakDetection;
	}

	/**
	 * Return the longest time that opening a connection may take, as a whole.
	 * @return the limit, positive
	 */
	public TimeLimit getConnectTimeout() {
		return this.connectTimeout;
	}

	/**
	 * Return how much of a response is read for the sake of its connection after its
	 * caller has closed it.
	 * @return bytes, zero for nothing
	 */
	public long getDrainMaxBytes() {
		return this.drainMaxBytes;
	}

	/**
	 * Return for how long a response is read for the sake of its connection after its
	 * caller has closed it.
	 * @return the time, zero for not at all
	 */
	public Duration getDrainTimeout() {
		return this.drainTimeout;
	}

	/**
	 * Return where connections may go.
	 * @return the policy
	 */
	public EgressPolicy getEgress() {
		return this.egress;
	}

	/**
	 * Return the filter of the addresses of targets.
	 * @return the filter or {@code null}
	 */
	public @Nullable AddressFilter getAddressFilter() {
		return this.addressFilter;
	}

	/**
	 * Builder of {@link PoolSettings}. Not safe for use by several threads.
	 */
	public static final class Builder {

		private @Nullable Duration timeToLive;

		private double timeToLiveJitter;

		private @Nullable Duration idleTimeout;

		private @Nullable Duration validateAfterInactivity;

		private Duration evictInterval = Duration.ofSeconds(5);

		private int maxPending = -1;

		private int minIdle;

		private Map<HttpHost, Integer> maxPerRouteOverrides = Map.of();

		private LeakDetection leakDetection = LeakDetection.DEFAULT;

		private TimeLimit connectTimeout = new TimeLimit(Duration.ofSeconds(5), "built-in");

		private long drainMaxBytes = 64 * 1024;

		private Duration drainTimeout = Duration.ofMillis(200);

		private EgressPolicy egress = EgressPolicy.NONE;

		private @Nullable AddressFilter addressFilter;

		private Builder() {
		}

		/**
		 * Set the age at which a connection is not used again.
		 * @param timeToLive the age, positive, or {@code null} for any
		 * @return this builder
		 */
		public Builder timeToLive(@Nullable Duration timeToLive) {
			this.timeToLive = positiveOrNull("timeToLive", timeToLive);
			return this;
		}

		/**
		 * Set the share of the time to live that is taken off at random for each
		 * connection, so that those that were opened together do not end together.
		 * @param share zero to less than one
		 * @return this builder
		 */
		public Builder timeToLiveJitter(double share) {
			if (!(share >= 0 && share < 1)) {
				throw new IllegalArgumentException("timeToLiveJitter: " + share + " (expected: >= 0 and < 1)");
			}
			this.timeToLiveJitter = share;
			return this;
		}

		/**
		 * Set the idle time after which a connection is closed.
		 * @param idleTimeout the idle time, positive, or {@code null} for never
		 * @return this builder
		 */
		public Builder idleTimeout(@Nullable Duration idleTimeout) {
			this.idleTimeout = positiveOrNull("idleTimeout", idleTimeout);
			return this;
		}

		/**
		 * Set the idle time after which a connection is checked before it is used.
		 * @param idleTime the idle time, zero for every lease, {@code null} for never
		 * @return this builder
		 */
		public Builder validateAfterInactivity(@Nullable Duration idleTime) {
			if (idleTime != null && idleTime.isNegative()) {
				throw new IllegalArgumentException(
						"validateAfterInactivity: " + idleTime + " (expected: >= 0 or null)");
			}
			this.validateAfterInactivity = idleTime;
			return this;
		}

		/**
		 * Set the pause between two background sweeps. Five seconds by default.
		 * @param evictInterval the pause, positive
		 * @return this builder
		 */
		public Builder evictInterval(Duration evictInterval) {
			this.evictInterval = Objects.requireNonNull(positiveOrNull("evictInterval", evictInterval));
			return this;
		}

		/**
		 * Set how many callers may wait per route.
		 * @param maxPending the number, negative for any
		 * @return this builder
		 */
		public Builder maxPending(int maxPending) {
			this.maxPending = maxPending;
			return this;
		}

		/**
		 * Set how many connections are kept ready of the route that is warmed up. None by
		 * default.
		 * @param minIdle the number, zero for none
		 * @return this builder
		 */
		public Builder minIdle(int minIdle) {
			if (minIdle < 0) {
				throw new IllegalArgumentException("minIdle: %d (expected: >= 0)".formatted(minIdle));
			}
			this.minIdle = minIdle;
			return this;
		}

		/**
		 * Set the limits of single routes.
		 * @param overrides limits by target (scheme, host, port)
		 * @return this builder
		 */
		public Builder maxPerRouteOverrides(Map<HttpHost, Integer> overrides) {
			this.maxPerRouteOverrides = overrides;
			return this;
		}

		/**
		 * Set how leaks are found and what is done about them.
		 * @param leakDetection the settings
		 * @return this builder
		 */
		public Builder leakDetection(LeakDetection leakDetection) {
			this.leakDetection = leakDetection;
			return this;
		}

		/**
		 * Set the longest time that opening a connection may take: look-up of the name,
		 * all addresses, tunnel of a proxy and TLS together.
		 * @param connectTimeout the limit, positive
		 * @return this builder
		 */
		public Builder connectTimeout(TimeLimit connectTimeout) {
			positiveOrNull("connectTimeout", connectTimeout.value());
			this.connectTimeout = connectTimeout;
			return this;
		}

		/**
		 * Set what is read of a response that its caller has closed, so that its
		 * connection can be used again.
		 * @param maxBytes most bytes, zero for nothing
		 * @param timeout longest time, zero for not at all
		 * @return this builder
		 */
		public Builder drain(long maxBytes, Duration timeout) {
			if (maxBytes < 0) {
				throw new IllegalArgumentException("maxBytes: %d (expected: >= 0)".formatted(maxBytes));
			}
			if (timeout.isNegative()) {
				throw new IllegalArgumentException("timeout: %s (expected: >= 0)".formatted(timeout));
			}
			this.drainMaxBytes = maxBytes;
			this.drainTimeout = timeout;
			return this;
		}

		/**
		 * Set where connections may go. Anywhere by default.
		 * @param egress the policy
		 * @return this builder
		 */
		public Builder egress(EgressPolicy egress) {
			this.egress = egress;
			return this;
		}

		/**
		 * Set the filter of the addresses of targets.
		 * @param addressFilter the filter, {@code null} for none
		 * @return this builder
		 */
		public Builder addressFilter(@Nullable AddressFilter addressFilter) {
			this.addressFilter = addressFilter;
			return this;
		}

		/**
		 * Build the settings.
		 * @return the settings
		 */
		public PoolSettings build() {
			return new PoolSettings(this);
		}

		private static @Nullable Duration positiveOrNull(String name, @Nullable Duration value) {
			if (value != null && (value.isNegative() || value.isZero())) {
				throw new IllegalArgumentException("%s: %s (expected: > 0)".formatted(name, value));
			}
			return value;
		}

	}

}
