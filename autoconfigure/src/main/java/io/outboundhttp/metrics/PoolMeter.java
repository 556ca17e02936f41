package io.outboundhttp.metrics;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The meters of a pool: names, tags and what they mean. The one list that code, tests and
 * documentation read. All have the tag {@code client}, the name of the pool; those that
 * can tell routes apart have the tag {@code route} too where that is enabled, and the
 * others never have it, since all series of a meter need the same tags.
 *
 * @since 0.1.0
 */
public enum PoolMeter {

	/** Connections of the pool. */
	CONNECTIONS("outbound.http.pool.connections", Kind.GAUGE, "connections", "Connections of the pool",
			"state: leased, available", true),

	/** Callers that wait. */
	PENDING("outbound.http.pool.pending", Kind.GAUGE, "callers", "Callers that wait for a connection", null, true),

	/** Limit of connections. */
	MAX("outbound.http.pool.max", Kind.GAUGE, "connections", "Limit of the pool's connections", null, true),

	/** Wait for a connection. */
	ACQUIRE("outbound.http.pool.acquire", Kind.TIMER, null, "Wait for a connection of the pool",
			"outcome: leased, timeout, rejected, cancelled", true),

	/** How long a connection was held. */
	USAGE("outbound.http.pool.usage", Kind.TIMER, null, "How long a connection was held", null, true),

	/** Steps of opening a connection. */
	OPEN("outbound.http.connection.open", Kind.TIMER, null, "Steps of opening a connection, once per address tried",
			"phase: dns, tcp, tls; outcome: success, error", true),

	/** Connections that were closed. */
	CLOSED("outbound.http.connection.closed", Kind.COUNTER, "connections", "Connections that were closed",
			"reason: idle, expired, stale, error, partial, reclaimed, shutdown", true),

	/** Leaked leases. */
	LEAKS("outbound.http.leaks", Kind.COUNTER, "leases", "Leased connections that were found leaked",
			"kind: suspected, abandoned", false),

	/** Connections that were taken back. */
	RECLAIMED("outbound.http.reclaimed", Kind.COUNTER, "connections",
			"Leaked connections that were taken back from their callers", null, false),

	/** Requests that were sent again. */
	RETRIES("outbound.http.retries", Kind.COUNTER, "requests", "Requests that were sent again",
			"reason: stale, connect, io, timeout, status", false),

	/** Requests that were not sent again. */
	RETRIES_DENIED("outbound.http.retries.denied", Kind.COUNTER, "requests",
			"Requests that were not sent again although a failure called for it",
			"reason: budget, method, body, deadline, retry_after", false),

	/** Calls that took too long. */
	CALL_TIMEOUTS("outbound.http.call.timeouts", Kind.COUNTER, "calls", "Calls that took longer than call-timeout",
			"phase: acquire, dns, connect, tls, write, head, body, pause", false),

	/** Disagreements with HttpClient's own pool. */
	REFUSED("outbound.http.pool.refused", Kind.COUNTER, "connections",
			"Connections for which HttpClient's own pool had no place; anything but zero is a defect", null, false),

	/** Connections that the egress policy denies. */
	EGRESS_DENIED("outbound.http.egress.denied", Kind.COUNTER, "connections",
			"Connections that the egress policy denies", "mode: enforce, report", false),

	/** Days until a certificate expires. */
	CERTIFICATE_EXPIRY("outbound.http.certificate.expiry", Kind.GAUGE, "days",
			"Days until the first certificate of the SSL bundle expires; absent without SSL bundle",
			"store: key, trust", false);

	private final String meterName;

	private final Kind kind;

	private final @Nullable String baseUnit;

	private final String description;

	private final @Nullable String tags;

	private final boolean byRoute;

	PoolMeter(String meterName, Kind kind, @Nullable String baseUnit, String description, @Nullable String tags,
			boolean byRoute) {
		this.meterName = meterName;
		this.kind = kind;
		this.baseUnit = baseUnit;
		this.description = description;
		this.tags = tags;
		this.byRoute = byRoute;
	}

	/**
	 * Return the name in Micrometer's notation.
	 * @return the name
	 */
	public String getMeterName() {
		return this.meterName;
	}

	/**
	 * Return what kind of meter it is.
	 * @return the kind
	 */
	public Kind getKind() {
		return this.kind;
	}

	/**
	 * Return the unit.
	 * @return the unit, {@code null} for that of timers
	 */
	public @Nullable String getBaseUnit() {
		return this.baseUnit;
	}

	/**
	 * Return what the meter means.
	 * @return a phrase
	 */
	public String getDescription() {
		return this.description;
	}

	/**
	 * Return the tags besides {@code client} and {@code route}, with their values, in
	 * words.
	 * @return one phrase per tag
	 */
	public List<String> getTags() {
		return (this.tags != null) ? List.of(this.tags.split("; ")) : List.of();
	}

	/**
	 * Return whether all series of the meter have the tag {@code route} where that is
	 * enabled.
	 * @return whether it can tell routes apart
	 */
	public boolean isByRoute() {
		return this.byRoute;
	}

	/**
	 * Kind of a meter.
	 */
	public enum Kind {

		/** A value of now. */
		GAUGE,

		/** A number that only rises. */
		COUNTER,

		/** Number and duration of something. */
		TIMER

	}

}
