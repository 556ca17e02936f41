package io.outboundhttp.faults;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.outboundhttp.testsupport.SquidProxy;

import org.springframework.boot.convert.DurationStyle;

/**
 * Settings of the client that meets a fault. A fault that ends by itself is met by a
 * client that would wait, so that no slow machine makes a timeout of it.
 */
enum Profile {

	/** Waits for long, and sends a request again once if it may. */
	PATIENT("retry.max-retries=1", "max-response-size=64KB"),

	/**
	 * Waits for long, and sends no request again but on account of a stale connection.
	 */
	ONCE("retry.max-retries=0"),

	/** Is in a hurry to connect. */
	SHORT_CONNECT("connect-timeout=300ms"),

	/** Is in a hurry to read or write, and sends a request again once if it may. */
	SHORT_READ("read-timeout=250ms", "retry.max-retries=1"),

	/** Bounds the call. */
	SHORT_CALL("call-timeout=400ms", "retry.max-retries=1"),

	/** Has one connection, and waits for it a little. */
	ONE_CONNECTION("pool.max-total=1", "pool.acquire-timeout=100ms", "retry.max-retries=1"),

	/** Has one connection, for which nobody may wait. */
	NO_QUEUE("pool.max-total=1", "pool.max-pending=0", "retry.max-retries=1"),

	/** Goes through a proxy. */
	PROXIED("retry.max-retries=1"),

	/** Goes through a proxy, and is in a hurry to connect. */
	PROXIED_SHORT_CONNECT("connect-timeout=300ms"),

	/** Goes through a Squid. */
	SQUID("retry.max-retries=1", "proxy.username=" + SquidProxy.USER, "proxy.password=" + SquidProxy.PASSWORD);

	private static final List<String> COMMON = List.of("connect-timeout=20s", "read-timeout=20s", "retry.delay=1ms",
			"retry.budget=1", "ssl.bundle=trusting");

	private final List<String> settings;

	Profile(String... settings) {
		this.settings = List.of(settings);
	}

	/**
	 * Return whether a slow machine may make a timeout of anything.
	 */
	boolean isHasty() {
		return this == SHORT_CONNECT || this == SHORT_READ || this == SHORT_CALL || this == PROXIED_SHORT_CONNECT;
	}

	/**
	 * Return whether the fault is met on a connection that is open before, lest opening
	 * it takes too long.
	 */
	boolean isPrimed() {
		return this == SHORT_READ || this == SHORT_CALL;
	}

	boolean isProxied() {
		return this == PROXIED || this == PROXIED_SHORT_CONNECT || this == SQUID;
	}

	/**
	 * Return the shortest of the timeouts of a connection and of a call.
	 */
	Duration shortestTimeout() {
		return settings().stream()
			.filter((setting) -> setting.matches("(connect|read|call)-timeout=.*"))
			.map((setting) -> DurationStyle.detectAndParse(setting.substring(setting.indexOf('=') + 1)))
			.min(Comparator.naturalOrder())
			.orElseThrow();
	}

	String client(int lane) {
		return name().toLowerCase(Locale.ROOT).replace('_', '-') + "-" + lane;
	}

	/**
	 * Return the settings, the last of a key counts.
	 */
	List<String> settings() {
		return Stream.concat(COMMON.stream(), this.settings.stream()).toList();
	}

}
