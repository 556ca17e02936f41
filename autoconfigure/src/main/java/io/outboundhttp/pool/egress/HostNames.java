package io.outboundhttp.pool.egress;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The many ways to write the name or address of a host. Looks nothing up.
 */
final class HostNames {

	private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.|$)){4}(?<!\\.)");

	private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]*:[0-9a-f:.]*");

	private static final Pattern NUMBER = Pattern.compile("(.*\\.)?(\\d+|0x[0-9a-f]*)");

	private HostNames() {
	}

	/**
	 * Return the one way in which a host is written here.
	 */
	static String normalize(String host) {
		String name = host;
		if (name.startsWith("[") && name.endsWith("]")) {
			name = name.substring(1, name.length() - 1);
		}
		if (!name.chars().allMatch((character) -> character < 128)) {
			try {
				name = IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
			}
			catch (IllegalArgumentException ex) {
				// no name that could be looked up either
			}
		}
		int end = name.length();
		while (end > 0 && name.charAt(end - 1) == '.') {
			end--;
		}
		return name.substring(0, end).toLowerCase(Locale.ROOT);
	}

	/**
	 * Return the address that a host is.
	 * @param host a normalized host
	 * @return the address, {@code null} if it is a name, or not plainly written
	 */
	static @Nullable InetAddress literal(String host) {
		int zone = host.indexOf('%');
		String address = (zone >= 0) ? host.substring(0, zone) : host;
		boolean ipv6 = IPV6.matcher(address).matches();
		if (!ipv6 && !IPV4.matcher(host).matches()) {
			return null;
		}
		try {
			// in brackets, what is no address is refused and not looked up
			return InetAddress.getByName(ipv6 ? "[" + address + "]" : address);
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

	/**
	 * Return whether a host is meant to be an IPv4 address, in whatever form.
	 */
	static boolean endsInNumber(String host) {
		return NUMBER.matcher(host).matches();
	}

}
