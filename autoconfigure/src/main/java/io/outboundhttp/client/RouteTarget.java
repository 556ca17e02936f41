package io.outboundhttp.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.net.URIAuthority;
import org.jspecify.annotations.Nullable;

/**
 * Target of a route as people write it: {@code scheme://host:port}, where http and https
 * may leave out their port.
 */
public final class RouteTarget {

	private RouteTarget() {
	}

	/**
	 * Return whether a URL names a host. Names that {@link URI} does not accept, such as
	 * {@code my_service}, are fine where HttpClient accepts them.
	 * @param uri the URL
	 * @return whether it has a host
	 */
	public static boolean hasHost(URI uri) {
		if (uri.getHost() != null) {
			return true;
		}
		try {
			URIAuthority authority = URIAuthority.create(uri.getRawAuthority());
			return authority != null && !authority.getHostName().isBlank();
		}
		catch (URISyntaxException ex) {
			return false;
		}
	}

	/**
	 * Return the target of a URL.
	 * @param url the URL
	 * @return the host with a lower-case name and a port, {@code null} if it has none or
	 * its scheme is neither http nor https
	 */
	public static @Nullable HttpHost ofUrl(String url) {
		try {
			URI uri = new URI(url);
			return parse(uri.getScheme() + "://" + uri.getRawAuthority());
		}
		catch (URISyntaxException | IllegalArgumentException ex) {
			return null;
		}
	}

	/**
	 * Parse a target.
	 * @param text the text, for example {@code https://api.example.org}
	 * @return the host with a lower-case name and a port
	 * @throws IllegalArgumentException if it is something else, with the reason
	 */
	public static HttpHost parse(String text) {
		try {
			URI uri = new URI(text);
			String scheme = (uri.getScheme() != null) ? uri.getScheme().toLowerCase(Locale.ROOT) : "";
			if (!scheme.equals("http") && !scheme.equals("https")) {
				throw new IllegalArgumentException("it must start with http:// or https://");
			}
			if (!hasHost(uri)) {
				throw new IllegalArgumentException("it has no host");
			}
			if (uri.getRawAuthority().contains("@") || uri.getRawQuery() != null || uri.getRawFragment() != null
					|| (!uri.getRawPath().isEmpty() && !uri.getRawPath().equals("/"))) {
				throw new IllegalArgumentException("it must be scheme://host:port and nothing more");
			}
			URIAuthority authority = URIAuthority.create(uri.getRawAuthority());
			int port = (authority.getPort() != -1) ? authority.getPort() : (scheme.equals("https") ? 443 : 80);
			return new HttpHost(scheme, authority.getHostName().toLowerCase(Locale.ROOT), port);
		}
		catch (URISyntaxException ex) {
			throw new IllegalArgumentException("it is no URL: " + ex.getReason(), ex);
		}
	}

}
