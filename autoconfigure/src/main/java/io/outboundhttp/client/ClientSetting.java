package io.outboundhttp.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.outboundhttp.pool.LeakDetection;
import io.outboundhttp.pool.egress.EgressMode;
import io.outboundhttp.pool.egress.UnresolvableTargets;

import org.springframework.boot.http.client.HttpCookieHandling;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.util.unit.DataSize;

/**
 * One setting of a client: its key below {@code outbound-http.clients.<name>} and
 * {@code outbound-http.defaults}, and the values it takes. {@link #all()} is the single
 * list that mapping, validation, endpoint and tests read.
 *
 * @param <T> the type of the value
 * @since 0.1.0
 */
public final class ClientSetting<T> {

	private static final List<ClientSetting<?>> ALL = new ArrayList<>();

	/** Whether the client exists. */
	public static final ClientSetting<Boolean> ENABLED = new ClientSetting<>("enabled");

	/** Base of relative URIs. */
	public static final ClientSetting<String> BASE_URL = new ClientSetting<>("base-url");

	/** Headers of every request. */
	public static final ClientSetting<Map<String, List<String>>> DEFAULT_HEADER = new ClientSetting<>("default-header");

	/** Value of the header User-Agent. */
	public static final ClientSetting<String> USER_AGENT = new ClientSetting<>("user-agent");

	/** Longest wait for a connection to be established. */
	public static final ClientSetting<Duration> CONNECT_TIMEOUT = positive("connect-timeout");

	/** Longest silence between two reads. */
	public static final ClientSetting<Duration> READ_TIMEOUT = positive("read-timeout");

	/** Longest time of a whole call. */
	public static final ClientSetting<Duration> CALL_TIMEOUT = zeroIsOff("call-timeout");

	/** Handling of redirects. */
	public static final ClientSetting<HttpRedirects> REDIRECTS = new ClientSetting<>("redirects");

	/** Headers that never go to another origin. */
	public static final ClientSetting<List<String>> REDIRECT_SENSITIVE_HEADERS = new ClientSetting<>(
			"redirect.sensitive-headers");

	/** Handling of cookies. */
	public static final ClientSetting<HttpCookieHandling> COOKIE_HANDLING = new ClientSetting<>("cookie-handling");

	/** Name of the SSL bundle. */
	public static final ClientSetting<String> SSL_BUNDLE = new ClientSetting<>("ssl.bundle");

	/** Most decoded bytes of the body of a response. */
	public static final ClientSetting<DataSize> MAX_RESPONSE_SIZE = size("max-response-size", Long.MAX_VALUE,
			"0 (off) or more");

	/** Remainder of a closed response that is read for reuse. */
	public static final ClientSetting<DataSize> DRAIN_MAX_BYTES = size("drain.max-bytes", 16 * 1024 * 1024,
			"0 (nothing) to 16MB");

	/** Longest time for which the remainder of a closed response is read. */
	public static final ClientSetting<Duration> DRAIN_TIMEOUT = duration("drain.timeout", Duration.ZERO,
			"0 (not at all) or more");

	/** Host of the forward proxy. */
	public static final ClientSetting<String> PROXY_HOST = new ClientSetting<>("proxy.host");

	/** Port of the forward proxy. */
	public static final ClientSetting<Integer> PROXY_PORT = number("proxy.port", 1, 65535);

	/** User at the forward proxy. */
	public static final ClientSetting<String> PROXY_USERNAME = new ClientSetting<>("proxy.username");

	/** Password at the forward proxy. */
	public static final ClientSetting<String> PROXY_PASSWORD = new ClientSetting<>("proxy.password");

	/** Hosts that are reached without the forward proxy. */
	public static final ClientSetting<List<String>> PROXY_NON_PROXY_HOSTS = new ClientSetting<>(
			"proxy.non-proxy-hosts");

	/** Rules of which a target must match one. */
	public static final ClientSetting<List<String>> EGRESS_ALLOW = new ClientSetting<>("egress.allow");

	/** Rules of which a target must match none. */
	public static final ClientSetting<List<String>> EGRESS_DENY = new ClientSetting<>("egress.deny");

	/** What becomes of connections that the rules deny. */
	public static final ClientSetting<EgressMode> EGRESS_MODE = new ClientSetting<>("egress.mode");

	/** What becomes of targets behind a proxy that do not resolve here. */
	public static final ClientSetting<UnresolvableTargets> EGRESS_UNRESOLVABLE = new ClientSetting<>(
			"egress.unresolvable");

	/** Limit of the connections of a route. */
	public static final ClientSetting<Integer> POOL_MAX_PER_ROUTE = number("pool.max-per-route", 1, 10_000);

	/** Limit of all connections of the client. */
	public static final ClientSetting<Integer> POOL_MAX_TOTAL = number("pool.max-total", 1, 100_000);

	/** Limits of single routes by {@code scheme://host:port}. */
	public static final ClientSetting<Map<String, Integer>> POOL_MAX_PER_ROUTE_OVERRIDES = new ClientSetting<>(
			"pool.max-per-route-overrides");

	/** Callers that may wait per route, -1 for any number. */
	public static final ClientSetting<Integer> POOL_MAX_PENDING = new ClientSetting<>("pool.max-pending",
			(value) -> value >= -1 && value <= 1_000_000, "-1 (any number), 0 (nobody may wait) or up to 1000000");

	/** Longest wait for a connection of the pool. */
	public static final ClientSetting<Duration> POOL_ACQUIRE_TIMEOUT = positive("pool.acquire-timeout");

	/** Age at which a connection is not used again. */
	public static final ClientSetting<Duration> POOL_TIME_TO_LIVE = zeroIsOff("pool.time-to-live");

	/** Share of the time to live that is taken off at random per connection. */
	public static final ClientSetting<Double> POOL_TIME_TO_LIVE_JITTER = new ClientSetting<>("pool.time-to-live-jitter",
			(value) -> value >= 0 && value <= 0.9, "0 (none) to 0.9");

	/** Idle time after which a connection is closed. */
	public static final ClientSetting<Duration> POOL_IDLE_TIMEOUT = zeroIsOff("pool.idle-timeout");

	/** Idle time after which a connection is checked before use. */
	public static final ClientSetting<Duration> POOL_VALIDATE_AFTER_INACTIVITY = duration(
			"pool.validate-after-inactivity", Duration.ZERO, "0 (on every lease) or more");

	/** Connections that are kept ready for the base URL. */
	public static final ClientSetting<Integer> POOL_MIN_IDLE = number("pool.min-idle", 0, 10_000);

	/** Pause between two background sweeps. */
	public static final ClientSetting<Duration> POOL_EVICT_INTERVAL = duration("pool.evict-interval",
			Duration.ofMillis(10), "10ms or more");

	/** Size of the I/O buffer of a connection. */
	public static final ClientSetting<DataSize> POOL_BUFFER_SIZE = new ClientSetting<>("pool.buffer-size",
			(size) -> size.toBytes() >= 512 && size.toBytes() <= 16 * 1024 * 1024, "512B to 16MB");

	/** Whether leaked connections are looked for. */
	public static final ClientSetting<Boolean> LEAK_ENABLED = new ClientSetting<>("leak-detection.enabled");

	/** Time without progress after which a lease is suspected. */
	public static final ClientSetting<Duration> LEAK_THRESHOLD = zeroIsOff("leak-detection.threshold");

	/** For which leases the stack of the caller is kept. */
	public static final ClientSetting<LeakDetection.StackTraces> LEAK_STACK_TRACES = new ClientSetting<>(
			"leak-detection.stack-traces");

	/** Which leaked connections are taken back. */
	public static final ClientSetting<LeakDetection.Reclaim> LEAK_RECLAIM = new ClientSetting<>(
			"leak-detection.reclaim");

	/** Age after which a suspected lease is overdue. */
	public static final ClientSetting<Duration> LEAK_RECLAIM_AFTER = positive("leak-detection.reclaim-after");

	/** Whether a request is sent once more if its connection was stale. */
	public static final ClientSetting<Boolean> RETRY_STALE_CONNECTION = new ClientSetting<>("retry.stale-connection");

	/** How often a request is sent again. */
	public static final ClientSetting<Integer> RETRY_MAX_RETRIES = number("retry.max-retries", 0, 100);

	/** Pause before the first retry. */
	public static final ClientSetting<Duration> RETRY_DELAY = duration("retry.delay", Duration.ZERO,
			"0 (none) or more");

	/** Longest pause before a retry. */
	public static final ClientSetting<Duration> RETRY_MAX_DELAY = duration("retry.max-delay", Duration.ZERO,
			"0 (none) or more");

	/** Growth of the pause with each retry. */
	public static final ClientSetting<Double> RETRY_MULTIPLIER = new ClientSetting<>("retry.multiplier",
			(value) -> value >= 1 && value <= 100, "1 to 100");

	/** Methods that may be sent again. */
	public static final ClientSetting<List<String>> RETRY_METHODS = new ClientSetting<>("retry.methods");

	/** Statuses of responses that are asked for again. */
	public static final ClientSetting<List<Integer>> RETRY_STATUSES = new ClientSetting<>("retry.statuses",
			(statuses) -> statuses.stream().allMatch((status) -> status >= 400 && status <= 599),
			"statuses from 400 to 599");

	/** Longest Retry-After that is obeyed. */
	public static final ClientSetting<Duration> RETRY_MAX_RETRY_AFTER = duration("retry.max-retry-after", Duration.ZERO,
			"0 (obey none) or more");

	/** Retries per first attempt. */
	public static final ClientSetting<Double> RETRY_BUDGET = new ClientSetting<>("retry.budget",
			(value) -> value >= 0 && value <= 100, "0 (no limit) to 100");

	/** Whether the client is part of health. */
	public static final ClientSetting<Boolean> HEALTH_ENABLED = new ClientSetting<>("health.enabled");

	private static final List<ClientSetting<?>> VIEW = List.copyOf(ALL);

	private static final Set<ClientSetting<?>> SECRET = Set.of(DEFAULT_HEADER, PROXY_USERNAME, PROXY_PASSWORD);

	private final String key;

	private final Predicate<T> valid;

	private final String expected;

	private ClientSetting(String key) {
		this(key, (value) -> true, "any");
	}

	private ClientSetting(String key, Predicate<T> valid, String expected) {
		this.key = key;
		this.valid = valid;
		this.expected = expected;
		ALL.add(this);
	}

	private static ClientSetting<Duration> positive(String key) {
		return duration(key, Duration.ofMillis(1), "1ms or more");
	}

	private static ClientSetting<Duration> zeroIsOff(String key) {
		return duration(key, Duration.ZERO, "0 (off) or more");
	}

	private static ClientSetting<Duration> duration(String key, Duration minimum, String expected) {
		return new ClientSetting<>(key,
				(value) -> value.compareTo(minimum) >= 0 && value.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) <= 0
						&& (value.isZero() || value.toMillis() > 0),
				expected + ", at most " + Integer.MAX_VALUE + "ms");
	}

	private static ClientSetting<DataSize> size(String key, long maximum, String expected) {
		return new ClientSetting<>(key, (size) -> size.toBytes() >= 0 && size.toBytes() <= maximum, expected);
	}

	private static ClientSetting<Integer> number(String key, int minimum, int maximum) {
		return new ClientSetting<>(key, (value) -> value >= minimum && value <= maximum, minimum + " to " + maximum);
	}

	/**
	 * Return all settings in the order of the documentation.
	 * @return an immutable list
	 */
	public static List<ClientSetting<?>> all() {
		return VIEW;
	}

	/**
	 * Return the key below {@code outbound-http.clients.<name>}.
	 * @return the key in kebab case, with dots
	 */
	public String key() {
		return this.key;
	}

	/**
	 * Return whether values of this setting must not be shown to anyone.
	 * @return whether the value is a secret
	 */
	public boolean isSecret() {
		return SECRET.contains(this);
	}

	/**
	 * Return whether the value is in the range of this setting.
	 * @param value the value
	 * @return whether it may be used
	 */
	public boolean accepts(T value) {
		return this.valid.test(value);
	}

	/**
	 * Return the range of this setting in words.
	 * @return the range
	 */
	public String expected() {
		return this.expected;
	}

	@Override
	public String toString() {
		return this.key;
	}

	/**
	 * Value of a setting, and where it comes from.
	 *
	 * @param <T> the type of the value
	 * @param value the value, {@code null} where nothing sets it
	 * @param origin key and place that set it, {@code built-in}, or
	 * {@code derived from …}
	 * @param set whether someone set it, as opposed to built-in and derived values
	 */
	public record Value<T>(@Nullable T value, String origin, boolean set) {

		/**
		 * Return the origin alone, since the value may be a secret.
		 */
		@Override
		public String toString() {
			return "Value from " + this.origin;
		}

	}

}
