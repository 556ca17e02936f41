package io.outboundhttp.client;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What is known about the SSL bundle that the connections of a client are opened with.
 * Immutable.
 *
 * @param bundle name of the SSL bundle
 * @param now when this was read
 * @param certificateExpires when the first certificate of the client's own chain expires,
 * {@code null} if the client has no certificate
 * @param trustExpires when the first of the trusted certificates expires, {@code null} if
 * the bundle has none of its own
 * @param reloads how often a new version of the bundle was taken up
 * @param failedReload when a new version could not be used, so that the one before stays;
 * {@code null} if the latest one is in use
 * @since 0.1.0
 */
public record TlsStatus(String bundle, Instant now, @Nullable Instant certificateExpires,
		@Nullable Instant trustExpires, long reloads, @Nullable Instant failedReload) {

	/**
	 * Return the days that are left of the client's own certificate.
	 * @return whole days, negative if it has expired, {@code null} without certificate
	 */
	public @Nullable Long certificateExpiresInDays() {
		return days(this.certificateExpires);
	}

	/**
	 * Return the days that are left of the first of the trusted certificates.
	 * @return whole days, negative if it has expired, {@code null} without certificates
	 */
	public @Nullable Long trustExpiresInDays() {
		return days(this.trustExpires);
	}

	private @Nullable Long days(@Nullable Instant expires) {
		return (expires != null) ? Math.floorDiv(Duration.between(this.now, expires).toSeconds(), 86_400L) : null;
	}

}
