package io.outboundhttp.pool.egress;

import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Rule of an {@link EgressPolicy}: {@code [scheme://]host[:port]}.
 * <ul>
 * <li>The scheme is {@code http} or {@code https}, by default both.</li>
 * <li>The host is a name, {@code *.} and a name for all names below it (not for itself),
 * {@code *} for every host, an address, or a range of addresses with the number of bits
 * that they share: {@code 10.0.0.0/8}, {@code fd00::/8}. Before a port, an address of
 * IPv6 stands in brackets.</li>
 * <li>The port is a number or two with a dash, by default any.</li>
 * </ul>
 * Names are compared without regard to case, a dot at the end, and the form of
 * international names. A rule with an address looks at the addresses of a target, however
 * the target is written; any other rule at the host of its URL alone. Immutable.
 *
 * @since 0.1.0
 */
public final class EgressRule {

	private static final Pattern PARTS = Pattern
		.compile("(?:(?<scheme>[^:/]*)://)?(?<host>\\[[^\\]]*]|[^:/]*|[^/\\[\\]]*:[^/\\[\\]]*:[^/\\[\\]]*)"
				+ "(?:/(?<bits>\\d{1,3}))?(?::(?<from>\\d{1,5})(?:-(?<to>\\d{1,5}))?)?");

	private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*");

	private final String text;

	private final @Nullable String scheme;

	private final String host;

	private final @Nullable AddressRange range;

	private final int fromPort;

	private final int toPort;

	private EgressRule(String text, Matcher parts) {
		this.text = text;
		this.scheme = scheme(parts.group("scheme"));
		this.fromPort = port(parts.group("from"), 0);
		this.toPort = port(parts.group("to"), (this.fromPort > 0) ? this.fromPort : 65535);
		if (this.fromPort > this.toPort) {
			throw new IllegalArgumentException("the first port is above the last");
		}
		String written = parts.group("host");
		String host = HostNames.normalize(written);
		InetAddress address = HostNames.literal(host);
		String bits = parts.group("bits");
		if (host.isEmpty()) {
			throw new IllegalArgumentException("it has no host");
		}
		if (address != null && host.indexOf('%') < 0) {
			this.host = host;
			this.range = AddressRange.of(address, (host.indexOf(':') >= 0) ? 128 : 32,
					(bits != null) ? Integer.valueOf(bits) : null);
			return;
		}
		if (bits != null || host.indexOf(':') >= 0 || written.startsWith("[") || HostNames.endsInNumber(host)) {
			throw new IllegalArgumentException(
					"'%s' is no address: IPv4 is four numbers, and IPv6 before a port stands in brackets"
						.formatted(host));
		}
		if (!written.equals("*") && !NAME.matcher(suffix(host)).matches()) {
			throw new IllegalArgumentException(
					"'%s' is no name of a host; a '*' may stand alone, or before the first dot".formatted(host));
		}
		this.host = host;
		this.range = null;
	}

	/**
	 * Parse a rule.
	 * @param text the rule
	 * @return the rule
	 * @throws IllegalArgumentException if it is none, with the reason; the message shows
	 * nothing of a text that may hold credentials
	 */
	public static EgressRule parse(String text) {
		if (text.indexOf('@') >= 0) {
			throw new IllegalArgumentException("it must have no user or password");
		}
		Matcher parts = PARTS.matcher(text);
		if (!parts.matches()) {
			throw new IllegalArgumentException("it must be [scheme://]host[:port] or a range of addresses");
		}
		return new EgressRule(text, parts);
	}

	private static @Nullable String scheme(@Nullable String scheme) {
		if (scheme != null && !scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
			throw new IllegalArgumentException("its scheme must be http or https");
		}
		return (scheme != null) ? HostNames.normalize(scheme) : null;
	}

	private static int port(@Nullable String port, int other) {
		int number = (port != null) ? Integer.parseInt(port) : other;
		if (port != null && (number < 1 || number > 65535)) {
			throw new IllegalArgumentException("a port is a number from 1 to 65535");
		}
		return number;
	}

	private static String suffix(String host) {
		return host.startsWith("*.") ? host.substring(2) : host;
	}

	/**
	 * Return whether this rule looks at addresses of a target.
	 */
	boolean isForAddresses(EgressTarget target) {
		return this.range != null && isFor(target);
	}

	/**
	 * Return whether the target matches, whatever its addresses are.
	 */
	boolean matches(EgressTarget target) {
		if (this.range != null || !isFor(target)) {
			return false;
		}
		return this.host.startsWith("*") ? target.host().endsWith(this.host.substring(1))
				: target.host().equals(this.host);
	}

	/**
	 * Return whether the target matches since it has an address.
	 */
	boolean matches(EgressTarget target, InetAddress address) {
		return this.range != null && isFor(target) && this.range.contains(address);
	}

	/**
	 * Return whether the target matches since it has an address, or one that this address
	 * may stand for.
	 */
	boolean reaches(EgressTarget target, InetAddress address) {
		return this.range != null && isFor(target) && this.range.reaches(address);
	}

	private boolean isFor(EgressTarget target) {
		return (this.scheme == null || this.scheme.equals(target.scheme())) && target.port() >= this.fromPort
				&& target.port() <= this.toPort;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof EgressRule rule && this.text.equals(rule.text);
	}

	@Override
	public int hashCode() {
		return this.text.hashCode();
	}

	/**
	 * Return the rule as it was written.
	 */
	@Override
	public String toString() {
		return this.text;
	}

}
