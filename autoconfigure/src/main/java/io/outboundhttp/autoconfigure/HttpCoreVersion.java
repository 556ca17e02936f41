package io.outboundhttp.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.hc.core5.util.VersionInfo;
import org.jspecify.annotations.Nullable;

/**
 * Refuses releases of HttpCore that lose connections.
 */
final class HttpCoreVersion {

	private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");

	private static final int[] LEAST = { 5, 4, 3 };

	private HttpCoreVersion() {
	}

	/**
	 * Verify the release that is on the class path.
	 * @throws OutboundHttpConfigurationException if it is too old
	 */
	static void verify() {
		VersionInfo version = VersionInfo.loadVersionInfo("org.apache.hc.core5", VersionInfo.class.getClassLoader());
		verify((version != null) ? version.getRelease() : null);
	}

	/**
	 * Verify a release.
	 * @param release the release, {@code null} or anything else if it is not known
	 * @throws OutboundHttpConfigurationException if it is too old
	 */
	static void verify(@Nullable String release) {
		Matcher matcher = VERSION.matcher((release != null) ? release : "");
		if (!matcher.matches()) {
			return;
		}
		for (int i = 0; i < LEAST.length; i++) {
			String part = matcher.group(i + 1);
			int number = (part != null) ? Integer.parseInt(part) : 0;
			if (number > LEAST[i]) {
				return;
			}
			if (number < LEAST[i]) {
				throw new OutboundHttpConfigurationException(
						"HttpCore %s loses a connection when a caller gives up waiting in the moment in which it would get one."
							.formatted(release),
						"Use org.apache.httpcomponents.core5:httpcore5 5.4.3 or newer, as Spring Boot manages it: "
								+ "look for a dependency or a property that pins another version.");
			}
		}
	}

}
